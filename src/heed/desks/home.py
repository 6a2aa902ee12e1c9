"""The first page: what changed, what waits for the person who looks, what to do next."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.definitions.queries import waiting
from heed.core.definitions.rules import kind_of
from heed.core.edge import page
from heed.core.people.queries import names_of, organisation, people
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.service.formats.queries import waiting_by_rule

MOST_WAITING = 6
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
            badge=f"{count:,}",
            kind="act",
        )
        for mapping, count in counts.items()
    ]


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
                "Twelve are in force from the start. Change a definition and it becomes a proposal; nothing changes behind your back."
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
    store = Store(current().facts_location)
    return any(store.exists(name) and store.rows(name) > 0 for name in MEASURED)


@require_safe
@page()
def home(request: HttpRequest) -> HttpResponse:
    """What changed comes from the KPIs' own address, so that the page stands before the figures are read."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    steps = _steps()
    context = {
        "organisation": organisation().name,
        "today": timezone.localdate(),
        "steps": steps,
        "is_empty": bool(steps),
        "waiting": [*_quarantine(scope), *_proposals(scope)][:MOST_WAITING],
        "changed_href": address("kpis-changed") if scope.may("see_figures") else "",
    }
    return render(request, "desks/home.html", context)
