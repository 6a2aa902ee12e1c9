"""The first page: what changed, what is off target, what waits for the person who looks, what to do next.

Who works on cases and decides nothing else sees first what waits; everybody else what changed.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.definitions.queries import waiting
from heed.core.definitions.rules import kind_of
from heed.core.edge import page
from heed.core.people.queries import names_of, notifications, organisation, people, sentence, units
from heed.core.settings.rules import current
from heed.documents.units import in_unit
from heed.facts.store.opening import store_of
from heed.feedback.verbatims.queries.signals import Signal, signals
from heed.service.cases.queries import CaseLine, waiting_for
from heed.service.formats.queries import waiting_by_rule

MOST_WAITING = 6
# For who works on them, and for who looks at more than them.
MOST_CASES, FEW_CASES = 12, 5
MOST_TOLD = 4
MOST_SIGNALS = 5
MEASURED = ("interactions", "responses", "case_changes", "events", "verbatims")


@dataclass(frozen=True)
class Item:
    """One line of a list: where it leads and what it says."""

    title: str
    text: str
    href: str
    badge: str = ""
    kind: str = ""
    done: bool = False


def address(name: str, *args: Any) -> str:
    """The address of a name; empty while nothing is mounted there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _proposals(scope: Scope) -> list[Item]:
    """Proposals this person may decide on, oldest first; their own kinds of four eyes are left out."""
    if not scope.may("approve"):
        return []
    rows = [
        row
        for row in waiting()
        if not (row.state == "proposed" and row.proposed_by == scope.person and kind_of(row.kind).four_eyes)
    ]
    names = names_of({row.proposed_by for row in rows})
    return [
        Item(
            title=_("%(kind)s %(key)s, version %(number)s")
            % {"kind": _(kind_of(row.kind).title), "key": row.key, "number": row.number},
            text=_("Proposed by %(who)s on %(day)s. %(why)s")
            % {
                "who": names.get(row.proposed_by, row.proposed_by),
                "day": date_format(timezone.localtime(row.proposed_at), _("j F Y")),
                "why": row.note,
            },
            href=address("definition_version", row.kind, row.key, row.number) or address("definitions"),
            badge=_("to approve") if row.state == "proposed" else _("to put in force"),
            kind="accent",
        )
        for row in rows
    ]


def _quarantine(scope: Scope) -> list[Item]:
    """Rows that were rejected and wait for somebody, by mapping."""
    if not scope.may("import"):
        return []
    counts: dict[str, int] = {}
    rules: dict[str, list[str]] = {}
    for item in waiting_by_rule():
        counts[item.mapping] = counts.get(item.mapping, 0) + item.count
        rules.setdefault(item.mapping, []).append(item.rule.replace("_", " "))
    return [
        Item(
            title=mapping,
            text=ngettext("%(count)d row in quarantine: %(rules)s", "%(count)d rows in quarantine: %(rules)s", count)
            % {"count": count, "rules": ", ".join(rules[mapping][:3])},
            href=address("quarantine") or address("imports"),
            badge=in_unit(count, "count"),
            kind="act",
        )
        for mapping, count in counts.items()
    ]


def _case(line: CaseLine) -> Item:
    said = [line.severity_name, line.owner_name or line.team_name]
    if line.due_at:
        said.append(_("due %(at)s") % {"at": date_format(timezone.localtime(line.due_at), _("j M, H:i"))})
    badge = _("overdue") if line.is_overdue else "" if line.owner else _("nobody's")
    kind = "act" if line.is_overdue else "accent"
    return Item(
        f"{line.number} {line.title}".strip(), " · ".join(part for part in said if part), line.href, badge, kind
    )


SIGNALS = {
    "theme-start": gettext_lazy("%(subject)s: customers begin to write about it"),
    "theme-rise": gettext_lazy("%(subject)s: customers write more about it"),
    "topic-jump": gettext_lazy("%(subject)s: a jump of contacts"),
    "team-rise": gettext_lazy("%(unit)s: more and more about %(subject)s"),
}


def _signal(found: Signal, teams: Mapping[str, str]) -> Item:
    said = [_("since %(day)s") % {"day": date_format(found.since, _("j M Y"))}, found.size]
    if found.near_change:
        said.append(_("near “%(change)s”") % {"change": found.near_change})
    title = SIGNALS.get(found.kind, gettext_lazy("%(subject)s")) % {
        "subject": found.subject,
        "unit": teams.get(found.unit, found.unit),
    }
    return Item(title, " · ".join(said), found.href, _("new") if found.state == "new" else "", "accent")


def _signals(scope: Scope) -> list[Item]:
    language = get_language() or "en"

    def read() -> list[Item]:
        teams = {unit.key: unit.name for unit in units()}
        return [_signal(found, teams) for found in signals(scope, limit=MOST_SIGNALS, language=language)]

    return _part("signals", read)


def _told(scope: Scope, shown: Collection[str]) -> list[Item]:
    """What this person was told and has not read; not what stands in another list already."""
    rows = notifications(scope.person, unread_only=True, limit=MOST_TOLD + len(shown))
    return [
        Item(
            sentence(row.kind, row.params),
            date_format(timezone.localtime(row.made_at), _("j M, H:i")),
            reverse("notification", args=[row.pk]),
        )
        for row in rows
        if row.href not in shown
    ][:MOST_TOLD]


def _waiting(scope: Scope, most_cases: int) -> dict[str, Any]:
    """What waits for a person, part by part; a part that fails leaves the others standing."""
    cases = _part("cases", lambda: [_case(line) for line in waiting_for(scope, most_cases)])
    hrefs = {item.href for item in cases}
    return {
        "cases": cases,
        "told": _part("notifications", lambda: _told(scope, hrefs)),
        "waiting": [
            *_part("quarantine", lambda: _quarantine(scope)),
            *_part("proposals", lambda: _proposals(scope)),
        ][:MOST_WAITING],
    }


def _part(name: str, read: Callable[[], list[Item]]) -> list[Item]:
    try:
        return read()
    except Exception:
        logging.getLogger("heed.home").exception("the part %s of the first page failed", name)
        return [Item(_("This part could not be read"), _("Its fault is in the log."), "", _("fault"), "act")]


def _steps() -> list[Item]:
    """What to do first; nothing once facts are there."""
    if has_facts():
        return []
    steps = [
        Item(
            _("Import your data"),
            _(
                "Contacts, answers or cases from a file: CSV, Excel, JSON, Parquet. Rows that do not fit wait in quarantine; none is lost."
            ),
            address("import-new") or address("imports"),
        ),
        Item(
            _("Or load the sample operation"),
            _("Eighteen months of an invented operation, with truths planted in it for you to find."),
            address("sample-operation"),
        ),
        Item(
            _("Look at the KPIs"),
            _(
                "The usual ones are in force from the start. A changed definition is a proposal; nothing changes behind your back."
            ),
            address("kpis"),
        ),
        Item(
            _("Invite people"),
            _("A role in a unit decides what somebody may see and do there and below."),
            address("people"),
            done=people().count() > 1,
        ),
    ]
    return [step for step in steps if step.href]


def has_facts() -> bool:
    """Whether anything that figures are made of is there."""
    store = store_of(current())
    return any(store.exists(name) and store.rows(name) > 0 for name in MEASURED)


@require_safe
@page()
def home(request: HttpRequest) -> HttpResponse:
    """What changed comes from the KPIs' own address, so that the page stands before the figures are read."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    steps = _steps()
    mine_first = scope.may("work_cases") and not scope.may("approve")
    waits = _waiting(scope, MOST_CASES if mine_first else FEW_CASES)
    context = {
        **waits,
        "nothing_waits": not any(waits[name] for name in ("cases", "told", "waiting")),
        "mine_first": mine_first,
        "sees_cases": scope.may("see_cases"),
        "organisation": organisation().name,
        "today": timezone.localdate(),
        "steps": steps,
        "is_empty": bool(steps),
        "signals": _signals(scope) if not steps else [],
        "changed_href": address("kpis-changed") if scope.may("see_figures") else "",
        "targets_href": address("kpis-targets") if scope.may("see_figures") else "",
    }
    return render(request, "desks/home.html", context)
