"""The page of one customer: who it is, their cases, and what happened to them over every channel, newest first.

Each part stands alone: what this person may not see, or what cannot be read just now, is said in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, register_converter
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heed.core.access.actions.reading import note_words_read
from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import NotFound
from heed.core.people.queries import units
from heed.facts.timelines import timeline
from heed.feedback.triggers.queries.log import surveys_in_force
from heed.feedback.triggers.queries.state import last_asked, rest_days
from heed.goals.kpis.queries import engine
from heed.service.cases.queries import of_customer
from heed.service.customers.queries import SEE as SEE_CUSTOMERS
from heed.service.customers.queries import CustomerCard, customer_card

AT_ONCE = 40
WORDS_SHOWN = 600
# Instruments that go by their name; any other answer goes by its question.
NAMED = ("nps", "csat", "ces", "enps")
PLACE = ("region", "team", "channel", "topic")
WANTED: dict[str, Sequence[str]] = {
    "interactions": (*PLACE, "direction", "abandoned", "interaction_id"),
    "responses": (*PLACE, "response_id", "survey_key", "question_key", "instrument", "score", "scale_max", "choice"),
    "verbatims": (*PLACE, "response_id", "interaction_id", "direction", "text"),
    "remedies": (*PLACE, "kind", "amount", "currency"),
    "invitations": (*PLACE, "survey_key", "asked"),
}


@dataclass(frozen=True)
class Happening:
    """One line of the timeline: what, in a few words, and the customer's own words where they may be read."""

    at: datetime
    what: str
    about: str = ""
    words: str = ""
    kept_back: bool = False
    href: str = ""


@require_safe
@page()
def customer_page(request: HttpRequest, key: str) -> HttpResponse:
    """Who the customer is, how they stand with being asked, their cases; the timeline comes as a fragment."""
    scope = request.scope  # type: ignore[attr-defined]
    _demand(scope)
    card = customer_card(key, scope)
    cases = of_customer(scope, key) if scope.may("see_cases") else []
    asked_at = last_asked([key]).get(key)
    context: dict[str, Any] = {
        "key": key,
        "customer": card,
        "may_know": scope.may(SEE_CUSTOMERS),
        "pairs": _pairs(card) if card else [],
        "cases": cases,
        "may_correct": card is not None and scope.may("work_cases"),
        "asked_at": asked_at,
        "is_asked_later": asked_at is not None and asked_at > timezone.now(),
        "rest_days": rest_days(),
        "may_ask": scope.may("ask"),
    }
    if request.GET.get("inline"):
        context |= _history(request, key)
    return render(request, "desks/customer.html", context)


@require_safe
@page()
def customer_history(request: HttpRequest, key: str) -> HttpResponse:
    """What happened to the customer, as a fragment: of their own page, and of the page of a case."""
    _demand(request.scope)  # type: ignore[attr-defined]
    return render(request, "desks/customer_history.html", {"key": key, **_history(request, key)})


def _demand(scope: Scope) -> None:
    if not scope.may("see_cases"):
        scope.demand(SEE_CUSTOMERS)


def _pairs(card: CustomerCard) -> list[tuple[Any, Any]]:
    told = [
        (_("Identifier"), f"{card.system}:{card.external_id}"),
        (_("E-mail address"), card.email),
        (_("Telephone"), card.phone),
        (_("Language"), card.language),
        (_("Time zone"), card.time_zone),
        (_("Region"), card.region),
        (_("Segment"), card.segment),
        (_("Account"), card.account),
        *sorted(card.attributes.items()),
    ]
    return [(name, value) for name, value in told if value]


# What happened


def _history(request: HttpRequest, key: str) -> dict[str, Any]:
    scope = request.scope  # type: ignore[attr-defined]
    before, besides = _moment(request.GET.get("before", "")), request.GET.get("besides", "")
    try:
        found = timeline(engine(), key, WANTED, before=before, limit=AT_ONCE)
        away = False
    except (OSError, NotFound):
        found, away = {}, True
    whole = scope.everything or customer_card(key, scope) is not None
    rows = {name: [row for row in some if whole or _is_reached(scope, row)] for name, some in found.items()}
    _call_teams(rows)
    told = [*_contacts(rows, scope), *_answers(rows, scope), *_remedies(rows), *_asks(rows)]
    lines = [*told, *_cases(scope, key, before, besides)]
    lines.sort(key=lambda line: line.at, reverse=True)
    full = any(len(some) == AT_ONCE for some in found.values())
    shown = lines[:AT_ONCE]
    if any(line.words for line in shown):
        note_words_read(scope.person, "customer", [key], door="page")
    older = (
        urlencode({"before": shown[-1].at.isoformat(), "besides": besides})
        if shown and (full or shown != lines)
        else ""
    )
    return {"happenings": shown, "older": older, "is_first": before is None, "is_away": away, "has_history": True}


def _moment(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written) if written else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _is_reached(scope: Scope, row: Mapping[str, Any]) -> bool:
    """Of a customer who is not of this person's regions, what happened in their regions and teams."""
    return row["region"] in scope.regions or row["team"] in scope.teams


def _call_teams(rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Each team by its name, where it is a unit."""
    names = {unit.key: unit.name for unit in units()}
    for some in rows.values():
        for row in some:
            row["team"] = names.get(row["team"], row["team"])


def _about(row: Mapping[str, Any]) -> str:
    topic, team = str(row.get("topic") or "").replace("_", " "), row.get("team")
    return " · ".join(part for part in (topic, team) if part)


def _said(rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What was said, by what it was said in: an answered questionnaire, a contact, or itself alone."""
    known = {row["interaction_id"] for row in rows.get("interactions", [])}
    words: dict[str, list[dict[str, Any]]] = {}
    for row in rows.get("verbatims", []):
        contact = row["interaction_id"] if row["interaction_id"] in known else None
        words.setdefault(row["response_id"] or contact or row["fact_key"], []).append(row)
    return words


def _contacts(rows: Mapping[str, list[dict[str, Any]]], scope: Scope) -> list[Happening]:
    words, may_read = _said(rows), scope.may("see_words")
    return [
        _spoken(row, _contact(row), words.get(row["interaction_id"], []), may_read)
        for row in rows.get("interactions", [])
    ]


def _contact(row: Mapping[str, Any]) -> str:
    over = {
        "phone": _("By telephone"),
        "email": _("By e-mail"),
        "chat": _("By chat"),
        "sms": _("By text message"),
        "social": _("Over social media"),
        "store": _("In a store"),
        "web": _("On the website"),
        "app": _("In the app"),
        "post": _("By post"),
    }.get(row["channel"] or "", row["channel"] or _("Contact"))
    if row["abandoned"]:
        return _("%(channel)s: gave up waiting") % {"channel": over}
    return _("%(channel)s: we contacted them") % {"channel": over} if row["direction"] == "outbound" else str(over)


def _answers(rows: Mapping[str, list[dict[str, Any]]], scope: Scope) -> list[Happening]:
    """Answers by questionnaire: the scores in one line, the words below; words that were no answer stand alone."""
    may_read, words = scope.may("see_words"), _said(rows)
    for row in rows.get("interactions", []):
        words.pop(row["interaction_id"], None)
    sheets: dict[str, list[dict[str, Any]]] = {}
    for row in rows.get("responses", []):
        sheets.setdefault(row["response_id"], []).append(row)
    made = []
    for number, sheet in sheets.items():
        said = words.pop(number, [])
        scores = ", ".join(_score(row) for row in sorted(sheet, key=lambda row: str(row["instrument"])) if _score(row))
        what = _("Answered: %(scores)s") % {"scores": scores} if scores else _("Answered a survey")
        made.append(_spoken(sheet[0], what, said, may_read))
    for said in words.values():
        wrote = said[0]["direction"] != "outbound"
        made.append(_spoken(said[0], _("Wrote") if wrote else _("We wrote"), said, may_read))
    return made


def _spoken(row: Mapping[str, Any], what: str, said: list[dict[str, Any]], may_read: bool) -> Happening:
    text = "\n".join(each["text"] for each in said if each["text"])
    if len(text) > WORDS_SHOWN:
        text = text[:WORDS_SHOWN].rsplit(" ", 1)[0] + " …"
    return Happening(row["at"], what, _about(row), text if may_read else "", bool(text) and not may_read)


def _score(row: Mapping[str, Any]) -> str:
    if row["instrument"] == "resolved" and row["score"] is not None:
        return str(_("solved") if row["score"] else _("not solved"))
    if row["score"] is None:
        return ""
    instrument, score = str(row["instrument"] or ""), f"{row['score']:g}"
    name = instrument.upper() if instrument in NAMED else str(row["question_key"] or instrument).replace("_", " ")
    if row["scale_max"] is None:
        return f"{name} {score}".strip()
    return _("%(name)s %(score)s of %(most)s") % {"name": name, "score": score, "most": f"{row['scale_max']:g}"}


def _remedies(rows: Mapping[str, list[dict[str, Any]]]) -> list[Happening]:
    return [
        Happening(row["at"], _("Was given: %(what)s") % {"what": _given(row)}, _about(row))
        for row in rows.get("remedies", [])
    ]


def _given(row: Mapping[str, Any]) -> str:
    money = f" {row['amount']:.2f} {row['currency'] or ''}".rstrip() if row["amount"] is not None else ""
    return f"{str(row['kind'] or '').replace('_', ' ')}{money}".strip()


def _asks(rows: Mapping[str, list[dict[str, Any]]]) -> list[Happening]:
    names = dict(surveys_in_force())
    return [
        Happening(row["at"], _("Was asked: %(survey)s") % {"survey": _survey(row, names)}, _about(row))
        for row in rows.get("invitations", [])
        if row["asked"]
    ]


def _survey(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    key = str(row["survey_key"] or "")
    return names.get(key, key.replace("_", " "))


def _cases(scope: Scope, key: str, before: datetime | None, besides: str) -> list[Happening]:
    if not scope.may("see_cases"):
        return []
    made = []
    for case in of_customer(scope, key):
        if case.key != besides and (before is None or case.opened_at < before):
            what = _("Case %(number)s: %(title)s") % {"number": case.number, "title": case.title}
            made.append(Happening(case.opened_at, what, case.state_name, href=case.href))
    return made


class CustomerKey:
    """A customer's key in an address: it has a digit, so that /customers/import/ is none."""

    regex = "(?=[^/]*[0-9])[A-Za-z0-9_.-]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CustomerKey, "customer")
urlpatterns = [
    path("customers/<customer:key>/", customer_page, name="customer"),
    path("customers/<customer:key>/history", customer_history, name="customer-history"),
]
