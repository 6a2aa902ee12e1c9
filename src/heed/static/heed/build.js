// The builder of surveys: the preview follows what is typed, at the question that is worked on. Without it a button shows the preview.
(() => {
  "use strict";
  const form = document.getElementById("build");
  const button = form && document.querySelector(`button[form="build"][formtarget="preview"]`);
  if (!form || !button) return;
  const look = form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "look" }));
  let waiting = 0;
  const show = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(button), 600);
  };
  const at = (target) => {
    const found = /^q-(\d+)-/.exec(target.name ?? "");
    if (found) look.value = found[1];
  };
  form.addEventListener("input", (event) => { at(event.target); show(); });
  // What was asked for by hand need not come once more: it would take back what was answered in the preview since.
  form.addEventListener("submit", () => clearTimeout(waiting));
  form.addEventListener("focusin", (event) => at(event.target));
  // An empty form has nothing to show: what would come is a fault nobody made.
  const isBegun = [...form.querySelectorAll("input[name=name], textarea")].some((field) => field.value.trim());
  if (isBegun && !document.querySelector("iframe[name=preview]").hasAttribute("src")) show();
})();
