// heed's one script: theme, sortable tables, keys, palette, messages, charts on demand. Pages work without it.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // theme: a cookie, so that the server draws the page right at once
  const chooseTheme = (name) => {
    if (name === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", name);
    const age = name === "auto" ? 0 : 31536000;
    document.cookie = `heed_theme=${name}; path=/; max-age=${age}; samesite=lax`;
    all("[data-theme-choice]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.themeChoice === name)));
  };

  // tables: a click on a heading sorts; a third click gives the first order back
  const cellValue = (row, index) => {
    const cell = row.cells[index];
    if (!cell) return null;
    const raw = cell.dataset.value ?? cell.textContent.trim();
    if (raw === "") return null;
    const number = Number(raw);
    return Number.isNaN(number) ? raw.toLocaleLowerCase() : number;
  };
  const compare = (a, b) => {
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), root.lang, { numeric: true });
  };
  const sortBy = (table, heading, index) => {
    const next = { ascending: "descending", descending: "none" }[heading.getAttribute("aria-sort")] ?? "ascending";
    all("th[aria-sort]", table).forEach((th) => th.removeAttribute("aria-sort"));
    if (next !== "none") heading.setAttribute("aria-sort", next);
    const body = table.tBodies[0];
    const rows = [...body.rows];
    rows.forEach((row, place) => { row.dataset.place ??= String(place); });
    const sign = next === "descending" ? -1 : 1;
    rows.sort((r, s) => {
      if (next === "none") return r.dataset.place - s.dataset.place;
      const a = cellValue(r, index);
      const b = cellValue(s, index);
      return a === null || b === null ? compare(a, b) : sign * compare(a, b);
    });
    body.append(...rows);
  };
  const makeSortable = (table) => {
    if (table.dataset.sortable === "on" || !table.tHead || !table.tBodies.length) return;
    table.dataset.sortable = "on";
    [...table.tHead.rows[0].cells].forEach((heading, index) => {
      if (heading.dataset.unsorted !== undefined || !heading.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sortBy(table, heading, index));
    });
  };

  // palette: every link of the menu, of the page's list and every marked action
  const palette = () => document.getElementById("palette");
  let elsewhere = null;
  const askElsewhere = async (dialog) => {
    if (elsewhere || !dialog.dataset.places) return;
    elsewhere = [];
    const answer = await fetch(dialog.dataset.places, { headers: { accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    elsewhere = (await answer.json()).places;
    if (dialog.open) fillPalette(dialog);
  };
  // what the server finds while somebody types; a later question takes the earlier one back
  let hits = [];
  let asking = null;
  let pause = 0;
  const askHits = (dialog) => {
    clearTimeout(pause);
    asking?.abort();
    hits = [];
    const said = dialog.querySelector("input").value.trim();
    if (!dialog.dataset.hits || said.length < 2) return;
    pause = setTimeout(async () => {
      asking = new AbortController();
      const answer = await fetch(`${dialog.dataset.hits}?q=${encodeURIComponent(said)}`, { headers: { accept: "application/json" }, signal: asking.signal }).catch(() => null);
      if (!answer?.ok || answer.redirected) return;
      hits = (await answer.json()).places;
      if (dialog.open) fillPalette(dialog);
    }, 200);
  };
  const places = () => {
    const found = new Map();
    const add = (title, group, act) => { if (title && !found.has(title)) found.set(title, { title, group, act }); };
    all("#nav a.item").forEach((a) => add(a.textContent.trim(), "", () => a.click()));
    all("main .page-head a.button, main .page-head button.button, [data-action]").forEach((b) => add(b.textContent.trim(), b.dataset.group ?? "", () => b.click()));
    all("main a.name, main a.title").forEach((a) => add(a.textContent.trim(), a.closest("table")?.caption?.textContent.trim() ?? "", () => a.click()));
    (elsewhere ?? []).forEach((p) => add(p.title, p.group, () => location.assign(p.href)));
    hits.forEach((p) => add(p.title, p.group, () => location.assign(p.href)));
    all("[data-theme-choice]").forEach((b) => add(b.getAttribute("aria-label"), b.parentElement.getAttribute("aria-label"), () => b.click()));
    return [...found.values()];
  };
  const fillPalette = (dialog) => {
    const list = dialog.querySelector("ul");
    const words = dialog.querySelector("input").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const said = dialog.querySelector("input").value.trim();
    // What the server found speaks of the words in ways the titles need not show.
    const isHit = (p) => hits.some((h) => h.title === p.title);
    const found = places().filter((p) => isHit(p) || words.every((w) => `${p.title} ${p.group}`.toLocaleLowerCase().includes(w))).slice(0, 30);
    if (said && dialog.dataset.search) found.push({ title: dialog.dataset.searchTitle.replace("%s", said), group: "", act: () => location.assign(`${dialog.dataset.search}?q=${encodeURIComponent(said)}`) });
    list.replaceChildren(...found.map((place, index) => {
      const item = document.createElement("li");
      item.id = `palette-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(index === 0));
      const title = document.createElement("span");
      title.textContent = place.title;
      const group = document.createElement("span");
      group.className = "faint";
      group.textContent = place.group;
      item.append(title, group);
      item.addEventListener("click", () => { dialog.close(); place.act(); });
      return item;
    }));
    dialog.querySelector(".nothing").hidden = found.length > 0;
    dialog.querySelector("input").setAttribute("aria-activedescendant", found.length ? "palette-0" : "");
  };
  const movePalette = (dialog, step) => {
    const items = all("li", dialog);
    if (!items.length) return;
    const now = items.findIndex((i) => i.getAttribute("aria-selected") === "true");
    const next = (now + step + items.length) % items.length;
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === next)));
    items[next].scrollIntoView({ block: "nearest" });
    dialog.querySelector("input").setAttribute("aria-activedescendant", items[next].id);
  };
  const openDialog = (name) => {
    const dialog = document.getElementById(name);
    if (!dialog || dialog.open) return;
    document.getElementById("nav")?.matches(":popover-open") && document.getElementById("nav").hidePopover();
    dialog.showModal();
    if (name === "palette") { dialog.querySelector("input").value = ""; hits = []; fillPalette(dialog); askElsewhere(dialog); }
  };

  // keys: "g" and a letter goes to a place of the menu
  const keyPlaces = () => all("#nav a.item[data-key]");
  const listKeys = () => {
    const list = document.querySelector("[data-key-list]");
    if (!list) return;
    const said = document.querySelector("[data-page-keys]");
    pageKeys().forEach((element) => {
      const keys = document.createElement("dt");
      const kbd = document.createElement("kbd");
      kbd.textContent = element.dataset.shortcut;
      keys.append(kbd);
      const name = document.createElement("dd");
      name.textContent = [...element.childNodes].filter((n) => n.nodeName !== "KBD").map((n) => n.textContent).join("").trim();
      said?.append(keys, name);
      if (said) said.previousElementSibling.hidden = false;
    });
    keyPlaces().forEach((a) => {
      const keys = document.createElement("dt");
      ["g", a.dataset.key].forEach((k) => { const kbd = document.createElement("kbd"); kbd.textContent = k; keys.append(kbd, " "); });
      const name = document.createElement("dd");
      name.textContent = a.textContent.trim();
      list.append(keys, name);
    });
  };
  const stepRow = (step) => {
    const links = all("main a.name, main a.title").filter((a) => a.offsetParent !== null);
    if (!links.length) return;
    const now = links.indexOf(document.activeElement);
    links[Math.min(Math.max(now + step, 0), links.length - 1)].focus();
  };
  let waiting = 0;
  const onKey = (event) => {
    const dialog = document.querySelector("dialog[open]");
    if (dialog?.id === "palette") {
      if (event.key === "ArrowDown") { movePalette(dialog, 1); event.preventDefault(); }
      if (event.key === "ArrowUp") { movePalette(dialog, -1); event.preventDefault(); }
      if (event.key === "Enter") { dialog.querySelector('li[aria-selected="true"]')?.click(); event.preventDefault(); }
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { openDialog("palette"); event.preventDefault(); return; }
    const typing = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
    if (typing || dialog || event.ctrlKey || event.metaKey || event.altKey) return;
    if (waiting && Date.now() - waiting < 1200) {
      waiting = 0;
      const place = keyPlaces().find((a) => a.dataset.key === event.key);
      if (place) { place.click(); event.preventDefault(); }
      return;
    }
    const acts = {
      "/": () => openDialog("palette"), "?": () => openDialog("keys"), g: () => { waiting = Date.now(); },
      j: () => stepRow(1), k: () => stepRow(-1), f: () => {
        const panel = document.querySelector(".filters details");
        if (panel) panel.open = true;
        document.querySelector(".filters .panel input, .filters .panel select, .filters input, .filters select")?.focus();
      },
    };
    if (acts[event.key]) { acts[event.key](); event.preventDefault(); return; }
    const own = pageKeys().find((e) => e.dataset.shortcut === event.key);
    if (own) { press(own); event.preventDefault(); }
  };

  // keys of a page: what has `data-shortcut` is pressed; the summary of a form opens it and begins at its first field
  const pageKeys = () => all("main [data-shortcut]").filter((e) => e.offsetParent !== null);
  const press = (element) => {
    element.click();
    element.focus();
    const panel = element.closest("summary")?.parentElement;
    if (panel?.open) panel.querySelector("form :is(input:not([type=hidden]), select, textarea)")?.focus();
  };

  // charts: the drawn picture is there already; the moving one comes when somebody asks
  const explore = async (button) => {
    const chart = button.closest(".chart");
    const picture = chart.querySelector("[data-picture]");
    button.disabled = true;
    try {
      await import(button.dataset.bundle);
      const spec = JSON.parse(document.getElementById(button.dataset.explore).textContent);
      // The policy allows no code from text, hence the interpreter; colours are tokens, hence SVG.
      await window.vegaEmbed(picture, spec, { mode: "vega-lite", ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true } });
      button.hidden = true;
      chart.dataset.exploring = "on";
    } catch (error) {
      button.disabled = false;
      throw error;
    }
  };

  // what is marked in the page
  const ready = (within) => {
    all("table[data-sortable]", within).forEach(makeSortable);
    all("[data-begins]", within).forEach((wrap) => {
      // a picture wider than its frame is shown from where it begins, not from its corner
      const first = wrap.querySelector(wrap.dataset.begins)?.getBoundingClientRect(), frame = wrap.getBoundingClientRect();
      if (first) wrap.scrollLeft += first.left + first.width / 2 - frame.left - frame.width / 2;
    });
    all("[data-message]", within).forEach((m) => { if (!m.matches(".error, .warning")) setTimeout(() => m.remove(), 8000); });
  };
  // a new organisation most likely lives in the time zone of whoever settles it
  all("select[data-zone]").filter((s) => s.value === s.dataset.zone && !s.form.querySelector("[aria-invalid]")).forEach((select) => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...select.options].some((option) => option.value === zone)) select.value = zone;
  });
  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    if (on("[data-theme-choice]")) chooseTheme(on("[data-theme-choice]").dataset.themeChoice);
    else if (on("[data-open]")) openDialog(on("[data-open]").dataset.open);
    else if (on("[data-close]")) on("dialog").close();
    else if (on("[data-dismiss]")) on("[data-message]").remove();
    else if (on("[data-explore]")) explore(on("[data-explore]"));
    else if (on("[data-copy]")) navigator.clipboard?.writeText(document.getElementById(on("[data-copy]").dataset.copy).textContent);
    else if (event.target.matches("dialog")) event.target.close();
  });
  document.addEventListener("change", (event) => { if (event.target.matches("[data-submit]")) event.target.form.requestSubmit(); });
  document.addEventListener("input", (event) => { if (event.target.closest("#palette")) { askHits(palette()); fillPalette(palette()); } });
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:afterSwap", (event) => ready(event.detail.target));
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A refusal comes as a fragment with its reason: show it where the answer would have stood.
    if ([403, 404, 409, 422, 503].includes(event.detail.xhr.status)) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  ready(document);
  listKeys();
})();
