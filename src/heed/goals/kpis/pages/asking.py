"""What is asked for in an address: a KPI, the stretch of time, the rows, the parameters; and the addresses that ask
for more.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from heed.core.access.rules import Scope
from heed.core.edge import tell
from heed.core.errors.rules import HeedError
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.forms import KpiFilters
from heed.goals.kpis.pages.spans import columns_beside, facts_span
from heed.goals.kpis.pages.window import DEFAULT_SPAN, SPANS, Window, window
from heed.goals.kpis.queries import Question, kpi_in_force, organisation_zone
from heed.goals.kpis.rules import EMPLOYEE_COLUMNS

FIELDS = {"invalid_condition": "where", "invalid_time": "until"}


@dataclass(frozen=True)
class Chip:
    """A choice that is an address."""

    title: str
    href: str
    current: bool


@dataclass(frozen=True)
class Asked:
    """A question as the address holds it. `window` is None where there are no facts; `form` has the errors."""

    key: str
    kpi: Kpi
    version: int
    scope: Scope
    form: KpiFilters
    window: Window | None
    query: dict[str, str]

    @property
    def question(self) -> Question:
        assert self.window is not None
        cleaned = self.form.cleaned_data
        return Question(
            since=self.window.since,
            until=cleaned.get("until"),
            where=cleaned.get("where", ""),
            settings=self.form.chosen,
        )

    @property
    def by(self) -> tuple[str, ...]:
        column = self.form.cleaned_data.get("by", "")
        return (column,) if column else ()

    def href(self, name: str = "kpi", **changes: str) -> str:
        """An address that asks the same but for the changes; an empty change takes the restriction away."""
        kept = {key: value for key, value in {**self.query, **changes}.items() if value}
        place = reverse(name, args=[self.key]) if name != "kpi-export" else ""
        return f"{place}?{urlencode(kept)}" if kept else place

    def export_href(self, form: str, **changes: str) -> str:
        kept = {key: value for key, value in {**self.query, **changes}.items() if value}
        return f"{reverse('kpi-export', args=[self.key, form])}?{urlencode(kept)}"

    def refuse(self, error: HeedError) -> None:
        """Put a refusal at the field it is about."""
        tell(self.form, error, FIELDS)


def source_of(key: str) -> str:
    """The relation a KPI is measured on, as its definition in force says."""
    return cast(Kpi, kpi_in_force(key).body).measure.source


def asked(request: HttpRequest, key: str) -> Asked:
    """Read the address. Raises NotFound where no such KPI is in force, Forbidden for figures of colleagues."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    held = kpi_in_force(key)
    kpi = cast(Kpi, held.body)
    query = {name: str(value) for name, value in request.GET.items() if value and name not in ("after", "after_at")}
    if EMPLOYEE_COLUMNS & {query.get("by", "")}:
        scope.demand("see_records")
    form = KpiFilters(query, keys=split_keys(kpi, query.get("by", "")), parameters=kpi.parameters)
    facts = facts_span(kpi.measure.source)
    seen = None
    if form.is_valid() and facts:
        cleaned = form.cleaned_data
        zone = organisation_zone()
        span = query.get("weeks", "")
        seen = window(cleaned.get("since"), cleaned.get("until"), span, cleaned.get("period", ""), facts, zone)
    return Asked(key, kpi, held.version, scope, form, seen, query)


def split_keys(kpi: Kpi, wanted: str) -> list[str]:
    """The columns a KPI is usually split by, those of the files themselves, and the one that was asked for."""
    return list(dict.fromkeys([*kpi.segment_keys, *columns_beside(kpi.measure.source), *([wanted] if wanted else [])]))


def column_title(name: str) -> str:
    words = name.removesuffix("_key").replace("_", " ")
    return _(words[:1].upper() + words[1:])


def span_chips(ask: Asked) -> list[Chip]:
    titles = {"4": _("4 weeks"), "13": _("13 weeks"), "26": _("26 weeks"), "52": _("1 year"), "all": _("All")}
    now = ask.window.span if ask.window else DEFAULT_SPAN
    return [
        Chip(
            titles[span],
            ask.href(weeks="" if span == DEFAULT_SPAN else span, since="", until="", period=""),
            span == now,
        )
        for span in SPANS
    ]


def split_chips(ask: Asked) -> list[Chip]:
    keys = split_keys(ask.kpi, "".join(ask.by))
    if not ask.scope.may("see_records"):
        keys = [key for key in keys if key not in EMPLOYEE_COLUMNS]
    return [Chip(column_title(key), ask.href(by=key), (key,) == ask.by) for key in keys]


def active_filters(ask: Asked) -> list[str]:
    """What is narrowed or set, in a few words each."""
    words = []
    if ask.query.get("since"):
        words.append(_("from %(day)s") % {"day": ask.query["since"]})
    if ask.query.get("until"):
        words.append(_("before %(day)s") % {"day": ask.query["until"]})
    words += [
        f"{name.removeprefix('set_').replace('_', ' ')} = {value}"
        for name, value in ask.query.items()
        if name.startswith("set_")
    ]
    if ask.query.get("where"):
        words.append(ask.query["where"])
    return words


def narrowed(ask: Asked, group: Mapping[str, Any]) -> str:
    """The address of one group of a split: the same question, with the group as a condition. Empty where it cannot be
    written.
    """
    conditions = [condition for name, value in group.items() if (condition := _is(name, value))]
    if len(conditions) != len(group):
        return ""
    where = ask.query.get("where", "")
    both = " && ".join([f"({where})"] * bool(where) + conditions)
    return ask.href(where=both, by="")


def _is(name: str, value: Any) -> str:
    if value is None:
        return f"!has_{name}"
    if isinstance(value, bool):
        return name if value else f"!{name}"
    return f"{name} == {json.dumps(value, ensure_ascii=False)}" if isinstance(value, str) else ""
