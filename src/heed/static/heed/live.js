// Live parts: a page that holds elements with `data-live` and an id listens at /live, and fetches itself again when the journal moved
// (or the address that `data-live` names).
// Only what changed is exchanged, and never what somebody is busy with. Without this script a page is as it was when it was loaded.
(() => {
  "use strict";
  const LEAST_MS = 1000;
  const FIRST_WAIT_MS = 2000;
  const LONGEST_WAIT_MS = 60000;
  const LOST_AFTER_MS = 5000;
  const parts = () => [...document.querySelectorAll("[data-live][id]")];
  let stream = null;
  // A page may say up to where the journal had moved before it was made: what moved since is fetched at once.
  let seen = document.querySelector("[data-live-at]")?.dataset.liveAt ?? null;
  let shownAt = 0;
  let timer = 0;
  let again = 0;
  let wait = FIRST_WAIT_MS;
  let lostTimer = 0;
  let asking = null;
  const etags = new Map();
  let took = 0;
  // What each part was on the server, by its id: what scripts made of it since is no change.
  const sources = new Map();

  // the line: said quietly, once, where the page has a place for it
  const say = (isLost) => {
    const place = document.getElementById("live-line");
    if (place) place.hidden = !isLost;
    document.documentElement.toggleAttribute("data-live-lost", isLost);
  };
  const found = () => { clearTimeout(lostTimer); lostTimer = 0; wait = FIRST_WAIT_MS; say(false); };
  const lost = () => { lostTimer ||= setTimeout(() => say(true), LOST_AFTER_MS); };

  const placeOf = (part) => part.dataset.live || location.href;

  // what a person holds just now is left as it is
  const isBusy = (part) => {
    const active = document.activeElement;
    if (active && active !== part && part.contains(active) && active.matches("input:not([type=hidden]), textarea, select, [contenteditable]")) return true;
    if (part.querySelector("dialog[open], :popover-open, [aria-busy=true], .htmx-request")) return true;
    const selection = document.getSelection();
    return Boolean(selection && !selection.isCollapsed && part.contains(selection.anchorNode));
  };
  const ownPath = (part, element) => {
    if (element.id) return { id: element.id };
    const steps = [];
    for (let at = element; at && at !== part; at = at.parentElement) steps.unshift([...at.parentElement.children].indexOf(at));
    return { steps, tag: element.tagName, text: element.textContent, href: element.getAttribute("href") };
  };
  const byPath = (part, path) => {
    if (path.id) return document.getElementById(path.id);
    // A row may have moved: the same link or button is looked for before the same place.
    const same = [...part.querySelectorAll(path.tag)].find((e) => e.textContent === path.text && e.getAttribute("href") === path.href);
    if (same) return same;
    const there = path.steps.reduce((at, index) => at?.children[index], part);
    return there?.tagName === path.tag ? there : null;
  };
  const held = (part) => {
    const active = document.activeElement;
    const open = [...part.querySelectorAll("details")].map((d) => [ownPath(part, d.querySelector("summary") ?? d), d.open]);
    const scrolled = [...part.querySelectorAll("*")].filter((e) => e.scrollTop || e.scrollLeft).map((e) => [ownPath(part, e), e.scrollTop, e.scrollLeft]);
    const sorted = [...part.querySelectorAll("th[aria-sort]")].map((th) => [th.cellIndex, th.getAttribute("aria-sort"), th.closest("table").id, [...part.querySelectorAll("table")].indexOf(th.closest("table"))]);
    return { focus: active && active !== part && part.contains(active) ? ownPath(part, active) : null, hadFocus: active === part, open, scrolled, sorted };
  };
  const giveBack = (part, was) => {
    was.open.forEach(([path, open]) => {
      const summary = byPath(part, path);
      const details = summary?.closest("details");
      if (details && part.contains(details)) details.open = open;
    });
    was.scrolled.forEach(([path, top, left]) => {
      const place = byPath(part, path);
      if (place) { place.scrollTop = top; place.scrollLeft = left; }
    });
    was.sorted.forEach(([index, order, , table]) => {
      const button = part.querySelectorAll("table")[table]?.tHead?.rows[0]?.cells[index]?.querySelector("button.sort");
      if (button) { button.click(); if (order === "descending") button.click(); }
    });
    if (was.hadFocus) part.focus({ preventScroll: true });
    else if (was.focus) byPath(part, was.focus)?.focus({ preventScroll: true });
  };
  // form tokens are new in every answer and mean no change
  const plain = (element) => element.outerHTML.replace(/ value="[A-Za-z0-9]{64}"/g, "");
  const exchange = (fresh, place) => {
    let isLeft = false;
    parts().filter((part) => placeOf(part) === place).forEach((part) => {
      const next = fresh.getElementById(part.id);
      if (!part.isConnected || !next || sources.get(part.id) === plain(next)) return;
      if (isBusy(part)) { isLeft = true; return; }
      sources.set(part.id, plain(next));
      const was = held(part);
      const adopted = document.importNode(next, true);
      part.replaceWith(adopted);
      window.htmx?.process(adopted);
      // heed.js makes tables sortable and knows of nothing else: the event is the one htmx gives.
      document.dispatchEvent(new CustomEvent("htmx:afterSwap", { detail: { target: adopted } }));
      giveBack(adopted, was);
      adopted.dispatchEvent(new CustomEvent("heed:live", { bubbles: true }));
    });
    return isLeft;
  };

  // at most once a second, only when somebody looks; what was left because somebody was busy is tried again
  const fetchPlace = async (place) => {
    const headers = { accept: "text/html", "x-heed-live": "1" };
    if (etags.has(place)) headers["if-none-match"] = etags.get(place);
    const answer = await fetch(place, { headers, cache: "no-store", credentials: "same-origin", signal: asking.signal });
    if (answer.status === 304 || !answer.ok || answer.redirected) return false;
    const isLeft = exchange(new DOMParser().parseFromString(await answer.text(), "text/html"), place);
    if (answer.headers.has("etag") && !isLeft) etags.set(place, answer.headers.get("etag"));
    else etags.delete(place);
    return isLeft;
  };
  const refresh = async () => {
    timer = 0;
    if (document.hidden || asking) return;
    shownAt = Date.now();
    asking = new AbortController();
    const places = [...new Set(parts().map(placeOf))];
    const done = await Promise.allSettled(places.map(fetchPlace));
    const isStopped = asking.signal.aborted;
    asking = null;
    took = Date.now() - shownAt;
    if (!isStopped && done.some((each) => each.status === "rejected" || each.value)) ask(3 * LEAST_MS);
  };
  // A page that is slow to make is asked for less often.
  const ask = (atLeast = 0) => {
    const due = shownAt + Math.max(LEAST_MS, 5 * took) - Date.now();
    timer ||= setTimeout(refresh, Math.max(atLeast, due, 0));
  };

  const hear = (event) => {
    found();
    const moved = seen !== null && seen !== event.data;
    seen = event.data;
    // While a fetch is under way the journal may have moved past it.
    if (moved) asking ? setTimeout(ask, LEAST_MS) : ask();
  };
  const listen = () => {
    if (stream || document.hidden || !parts().length) return;
    stream = new EventSource("/live");
    stream.addEventListener("open", found);
    stream.addEventListener("journal", hear);
    stream.addEventListener("error", () => {
      lost();
      // A browser asks again by itself unless it was refused (no session, too many streams, no server).
      if (stream?.readyState !== EventSource.CLOSED) return;
      quiet();
      again ||= setTimeout(() => { again = 0; listen(); }, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  };
  const quiet = () => { stream?.close(); stream = null; };
  // A tab nobody looks at holds no line: browsers allow six to one host.
  const look = () => {
    if (document.hidden) { clearTimeout(lostTimer); lostTimer = 0; quiet(); } else listen();
  };
  if (!parts().length) return;
  parts().forEach((part) => sources.set(part.id, plain(part)));
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", () => { asking?.abort(); quiet(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { ask(); look(); } });
  look();
})();
