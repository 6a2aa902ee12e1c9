// A kiosk goes back to its beginning when nobody touches it for a while, so that the next person finds no answers of the last.
// Before it does, it says so, counts down where all can see it, and goes on for whoever asks for more time.
(() => {
  const { home, seconds, warn, fresh } = document.currentScript.dataset;
  const dialog = document.getElementById("idle");
  const line = document.getElementById("leaving");
  const shown = (dialog || line)?.querySelector(".left");
  let timer = 0, end = 0;
  const leave = () => location.replace(home);
  const count = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left <= 0) return leave();
    shown.textContent = left;
    timer = setTimeout(count, 250);
  };
  const warned = () => {
    end = Date.now() + warn * 1000;
    if (dialog) dialog.showModal();
    count();
  };
  const again = () => {
    clearTimeout(timer);
    if (dialog?.open) dialog.close();
    if (dialog) timer = setTimeout(warned, seconds * 1000);
  };
  const touched = () => { if (!dialog.open) again(); };
  // A page that comes back out of the browser's memory may hold what somebody else typed.
  addEventListener("pageshow", (event) => { if (event.persisted) leave(); });
  if (dialog) {
    for (const name of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(name, touched, { passive: true });
    // Once it asks, a whole click is wanted: what ends a touch would press whatever lies below the question.
    dialog.addEventListener("click", again);
    dialog.addEventListener("cancel", again);
    // Where nobody has begun there is nothing to take back.
    if (fresh === undefined) again();
  } else if (line) {
    line.hidden = false;
    line.querySelector("button").addEventListener("click", () => { clearTimeout(timer); warned(); });
    warned();
  }
})();
