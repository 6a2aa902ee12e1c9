"""The journey map of a report, in the reader's words: as SVG of the page, and as SVG, PNG or PDF to take along."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heed.documents.units import in_unit, level_said
from heed.goals.journeys.queries.reports import Shown
from heed.goals.journeys.rules.report import Report, StageRow
from heed.mining.picture.journey_map import Cell, Column, Step, Words, journey_map

MOST_STEPS = 10
TOKEN = re.compile(r"var\((--[a-z-]+)\)")
KINDS = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
VERDICTS = {
    "costs_more": gettext_lazy("costs more than it is worth"),
    "worth_more": gettext_lazy("worth more than it costs"),
    "aligned": gettext_lazy("in line"),
    "unclear": gettext_lazy("too close to tell"),
}
COMPARED = {
    "cost": gettext_lazy("Share of cost"),
    "work": gettext_lazy("Share of working time"),
    "": gettext_lazy("Share of cost"),
}


CHANNELS = {
    "phone": gettext_lazy("Telephone"),
    "email": gettext_lazy("E-mail"),
    "chat": gettext_lazy("Chat"),
    "sms": gettext_lazy("Text message"),
    "social": gettext_lazy("Social media"),
    "store": gettext_lazy("Shop"),
    "web": gettext_lazy("Website"),
    "app": gettext_lazy("App"),
    "post": gettext_lazy("Letter"),
}


def picture(shown: Shown, *, links: bool = True) -> str:
    """The map as SVG whose colours are the tokens of the style sheet."""
    found = shown.report
    most = max((n for row in found.stages for _reading, n in row.channels.values() if n), default=0)
    columns = [_column(row, found, most, links=links) for row in found.stages]
    words = Words(
        title=_("Journey map: %(name)s") % {"name": shown.journey.name},
        satisfaction=_("Satisfaction (%(level)s interval)") % {"level": level_said(found.level)},
        value=_("Share of value"),
        cost=str(COMPARED[found.effort_by]),
        work=_("Work behind it, share of cases"),
        channels=tuple(str(CHANNELS.get(channel, channel)) for channel in shown.journey.channels),
    )
    return journey_map(columns, words)


def exported(shown: Shown, form: str, theme: str = "light") -> bytes:
    """The map as a file; colours are written in, and the ground is painted."""
    return drawn_out(picture(shown, links=False), form, theme)


def drawn_out(svg: str, form: str, theme: str = "light") -> bytes:
    """An SVG of tokens as a file with colours of its own."""
    import vl_convert

    from heed.documents.charts.theme import colours

    known = colours(theme)
    plain = TOKEN.sub(lambda token: known[token.group(1)], svg)
    ground = f'<rect width="100%" height="100%" fill="{known["--paper"]}"/>'
    plain = plain.replace("</title>", "</title>" + ground, 1)
    if form == "svg":
        return plain.encode()
    made: Any = vl_convert.svg_to_png(plain, scale=2) if form == "png" else vl_convert.svg_to_pdf(plain)
    return bytes(made)


def _column(row: StageRow, found: Report, most: int, *, links: bool) -> Column:
    satisfaction, weighed = row.satisfaction, row.weighed
    said = _("too few") if satisfaction.suppressed else in_unit(satisfaction.value, "share")
    return Column(
        title=row.stage.title,
        promise=row.stage.promise.words if row.stage.promise else "",
        mark=str(VERDICTS[weighed.verdict]) if weighed and weighed.is_misaligned else "",
        cells=[_cell(reading, n, most) for reading, n in row.channels.values()],
        satisfaction=satisfaction.value,
        low=satisfaction.low,
        high=satisfaction.high,
        said=said,
        value=weighed.value_share if weighed else None,
        value_said=in_unit(weighed.value_share if weighed else None, "share"),
        cost=weighed.cost_share if weighed else None,
        cost_said=in_unit(weighed.cost_share if weighed else None, "share"),
        steps=_steps(row),
        href=f"#stage-{row.stage.key}" if links else "",
        is_alert=weighed is not None and weighed.verdict == "costs_more",
    )


def _cell(reading: Any, n: int | None, most: int) -> Cell:
    if n is None:
        return Cell(None, _("too few"))
    if not n:
        return Cell(0.0, "–")
    many = in_unit(n, "count")
    return Cell(
        n / most if most else 0.0, many if reading.value is None else f"{many} · {in_unit(reading.value, 'share')}"
    )


def _steps(row: StageRow) -> list[Step]:
    """The activities that most cases of the stage hold, in their mean order; beside them the usual way from the one above."""
    if not row.effort.cases:
        return []
    frequent = sorted(row.activities, key=lambda each: (-each["cases"], each["place"]))[:MOST_STEPS]
    ordered = sorted(frequent, key=lambda each: (each["place"], each["activity"]))
    times = {(edge["from_activity"], edge["to_activity"]): edge["median_seconds"] for edge in row.edges}
    steps, before = [], ""
    for each in ordered:
        wait = times.get((before, each["activity"]))
        steps.append(
            Step(
                each["activity"], each["cases"] / row.effort.cases, in_unit(wait, "seconds") if wait is not None else ""
            )
        )
        before = each["activity"]
    return steps
