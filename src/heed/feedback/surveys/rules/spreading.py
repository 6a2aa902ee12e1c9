"""Links that many use: what is right about one, its code to scan, and the script that shows it in a site. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from heed.core.errors.rules import Invalid, phrase
from heed.feedback.surveys.rules.links import PLACE, checked_context

SORTS = ("web", "kiosk", "widget")
MOST_SITES = 20
_SITE = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)


def checked_link(name: str, sort: str, context: Mapping[str, str], most: int, seconds: int) -> dict[str, str]:
    """The context of a link, where all of it can be meant. Raises Invalid."""
    if not name.strip() or len(name) > 120 or "\0" in name:
        raise Invalid("The link has no name.", code="invalid_name", hint="Such as: Wall at the north gate.")
    if sort not in SORTS:
        raise Invalid(
            phrase("{sort} is no kind of link.", sort=sort), code="unknown_sort", hint="web, kiosk or widget."
        )
    if not 1 <= most <= 10_000:
        raise Invalid("Between 1 and 10,000 answers a minute.", code="invalid_limit", hint="60 is a good start.")
    if not 10 <= seconds <= 3_600:
        raise Invalid("Between 10 and 3,600 seconds.", code="invalid_reset", hint="60 is a good start.")
    for column, value in context.items():
        if column not in PLACE or "\0" in value:
            hint = phrase("One of: {names}.", names=", ".join(PLACE))
            raise Invalid(phrase("{name} is no place of an answer.", name=column), code="unknown_place", hint=hint)
    return checked_context(context)


def checked_sites(given: Iterable[str]) -> list[str]:
    """Origins, such as https://shop.example, each once. Raises Invalid naming the one that is none."""
    sites = list(dict.fromkeys(each.strip().rstrip("/").lower() for each in given if each.strip()))
    hint = "Scheme and host alone, such as https://shop.example."
    for site in sites:
        if not _SITE.fullmatch(site) or len(site) > 200 or not urlsplit(site).hostname:
            raise Invalid(phrase("{site} is no site.", site=site), code="invalid_site", hint=hint)
    if not sites:
        raise Invalid("The widget is shown in no site.", code="no_site", hint=hint)
    if len(sites) > MOST_SITES:
        raise Invalid(phrase("At most {most} sites.", most=MOST_SITES), code="too_many_sites", hint=hint)
    return sites


def code_svg(address: str) -> str:
    """The address as a QR code (ISO/IEC 18004), a quarter of which may be hidden or dirty: one path, black on white, with
    the quiet zone of four modules that scanners need. The drawing has no size of its own.
    """
    # Loaded where a code is drawn.
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=4)
    code.add_data(address)
    code.make(fit=True)
    rows = code.get_matrix()
    size = len(rows)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def snippet(base: str, token: str) -> str:
    """The one line a site puts into its pages."""
    return f'<script async src="{base}/w/{token}.js"></script>'


def framing_policy(sites: Iterable[str]) -> str:
    """The content policy of the answer page inside other sites: only those named may show it."""
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {' '.join(sites) or chr(39) + 'none' + chr(39)}"
    )


def widget_script(address: str, labels: Mapping[str, str], title: str, direction: str) -> str:
    """The script of a widget: a button at the edge of the page, which shows the survey in a frame. It sets no cookie, keeps
    nothing, reads nothing of the page but its own tag, and loads nothing before somebody presses the button.
    """
    told = {"address": address, "labels": dict(labels), "title": title, "direction": direction}
    # What stands in a string of a script must not end it, wherever it is put.
    return WIDGET.replace("__TOLD__", json.dumps(told, ensure_ascii=True).replace("<", "\\u003c"))


WIDGET = """(function () {
  "use strict";
  var told = __TOLD__, tag = document.currentScript, open = false, frame = null;
  function given(name) { return (tag && tag.getAttribute("data-" + name)) || ""; }
  function make(name, look) {
    var made = document.createElement(name);
    for (var each in look) made.style.setProperty(each, look[each]);
    return made;
  }
  var language = given("language") || document.documentElement.lang || navigator.language || "";
  var label = given("label") || told.labels[language] || told.labels[language.split("-")[0]] || told.labels[""];
  var side = given("side") === "left" ? "left" : "right";
  var box = make("div", { position: "fixed", bottom: "16px", "z-index": "2147483000", "max-width": "calc(100vw - 32px)" });
  box.style.setProperty(side, "16px");
  var button = make("button", {
    font: "600 16px/1.3 system-ui,sans-serif", padding: "12px 18px", color: "#fff", background: "#0d5f7d",
    border: "2px solid #fff", "border-radius": "24px", cursor: "pointer", "min-height": "44px", float: side
  });
  button.type = "button";
  button.dir = told.direction;
  button.setAttribute("aria-label", label);
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  var panel = make("div", {
    display: "none", width: "400px", "max-width": "100%", height: "min(620px, calc(100vh - 110px))", "margin-bottom": "12px",
    background: "#fff", border: "1px solid #8a857c", "border-radius": "12px", overflow: "hidden",
    "box-shadow": "0 8px 32px rgba(0,0,0,.25)"
  });
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", told.title);
  function show(is) {
    open = is;
    if (is && !frame) {
      frame = make("iframe", { width: "100%", height: "100%", border: "0" });
      frame.title = told.title;
      frame.setAttribute("referrerpolicy", "no-referrer");
      frame.src = told.address + (language ? "?language=" + encodeURIComponent(language) : "");
      panel.appendChild(frame);
    }
    panel.style.display = is ? "block" : "none";
    button.textContent = is ? "\u2715" : label;
    button.setAttribute("aria-expanded", String(is));
    (is ? frame : button).focus();
  }
  button.addEventListener("click", function () { show(!open); });
  document.addEventListener("keydown", function (event) { if (open && event.key === "Escape") show(false); });
  box.appendChild(panel);
  box.appendChild(button);
  function put() { document.body.appendChild(box); }
  if (document.body) put(); else document.addEventListener("DOMContentLoaded", put);
})();
"""
