"""One case: what the customer said, its promises, what may be done, and what was done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from heed.core.access.actions.reading import note_words_read
from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import HeedError, NotFound
from heed.core.journal.queries import actor_names
from heed.core.people.actions import mark_subject_read
from heed.core.people.queries import units
from heed.service.cases.actions import escalating, merging, prioritising, working
from heed.service.cases.forms import working as forms
from heed.service.cases.models import Case
from heed.service.cases.pages.words import clocked, step_words
from heed.service.cases.queries import (
    case,
    cause_name,
    cause_names,
    lines,
    may_work,
    merged_with,
    of_customer,
    promises_of,
    steps,
)
from heed.service.customers.queries import customer_card

Do = Callable[[Scope, str, dict[str, Any]], Any]


@dataclass(frozen=True)
class Verb:
    """Something that may be done about a case: the part of its address, its words, key and form (none: a button alone)."""

    name: str
    title: Any
    letter: str
    form: type[forms.VerbForm] | None
    run: Do
    done: Any
    states: frozenset[str]


OPEN, LIVE = frozenset({"open"}), frozenset({"open", "waiting"})
VERBS: tuple[Verb, ...] = (
    Verb("taking", gettext_lazy("Take"), "t", None, lambda scope, key, typed: working.take(scope, key),
         gettext_lazy("The case is yours."), LIVE),
    Verb("contacts", gettext_lazy("Contacted"), "c", forms.ContactForm,
         lambda scope, key, typed: working.contact(scope, key, **typed), gettext_lazy("The contact is noted."), LIVE),
    Verb("closures", gettext_lazy("Close"), "x", forms.CloseForm,
         lambda scope, key, typed: working.close(scope, key, **typed), gettext_lazy("The case is closed."), LIVE),
    Verb("waits", gettext_lazy("Wait"), "w", forms.WaitForm,
         lambda scope, key, typed: working.wait(scope, key, typed.pop("waiting_for"), **typed),
         gettext_lazy("The case waits; its clock stands still."), OPEN),
    Verb("resumptions", gettext_lazy("Go on"), "w", None, lambda scope, key, typed: working.resume(scope, key),
         gettext_lazy("The case goes on."), frozenset({"waiting"})),
    Verb("notes", gettext_lazy("Note"), "n", forms.NoteForm,
         lambda scope, key, typed: working.note(scope, key, **typed), gettext_lazy("Noted."), LIVE),
    Verb("assignments", gettext_lazy("Assign"), "a", forms.AssignForm,
         lambda scope, key, typed: working.assign(scope, key, typed.pop("owner"), **typed),
         gettext_lazy("The case is given."), LIVE),
    Verb("transfers", gettext_lazy("Hand over"), "h", forms.TransferForm,
         lambda scope, key, typed: working.transfer(scope, key, typed.pop("team"), **typed),
         gettext_lazy("The case is with the other team."), LIVE),
    Verb("severities", gettext_lazy("Severity"), "s", forms.SeverityForm,
         lambda scope, key, typed: prioritising.prioritise(scope, key, typed.pop("severity"), **typed),
         gettext_lazy("The case has another severity; its promises run by that."), LIVE),
    Verb("escalations", gettext_lazy("Ask for help"), "e", forms.EscalateForm,
         lambda scope, key, typed: escalating.escalate(scope, key, **typed), gettext_lazy("They are told."), LIVE),
    Verb("merges", gettext_lazy("Merge"), "m", forms.MergeForm,
         lambda scope, key, typed: merging.merge(scope, key, typed.pop("into"), **typed),
         gettext_lazy("The two cases are one now."), LIVE),
    Verb("reopenings", gettext_lazy("Open again"), "o", forms.ReopenForm,
         lambda scope, key, typed: working.reopen(scope, key, **typed), gettext_lazy("The case is open again."),
         frozenset({"closed"})),
)  # fmt: skip


@require_safe
@page("see_cases")
def case_page(request: HttpRequest, key: str) -> HttpResponse:
    """One case."""
    scope = request.scope  # type: ignore[attr-defined]
    row = case(scope, key)
    mark_subject_read(scope.person, ("case", row.key))
    return _shown(request, row)


def _shown(
    request: HttpRequest, row: Case, tried: forms.VerbForm | None = None, at: str = "", status: int = 200
) -> HttpResponse:
    scope, now = request.scope, timezone.now()  # type: ignore[attr-defined]
    (line,) = lines([row], now)
    history = steps(row)
    teams = {unit.key: unit.name for unit in units()}
    names = actor_names({*(step.actor for step in history), *(step.to_value for step in history), row.owner} - {""})
    causes = cause_names()
    told = [(step, step_words(step, names, teams, causes)) for step in history]
    may = may_work(scope, row)
    reads = scope.may("see_words")
    if reads and any(step.words for step in history):
        note_words_read(scope.person, "case", [row.key], door="page")
    said = [step for step in reversed(history) if step.verb == "said"]
    context = {
        "case": row,
        "line": line,
        "clocks": [clocked(each, business=bool(row.calendar)) for each in promises_of(row, now)],
        "said": said if reads else [],
        "words_kept_back": bool(said) and not reads,
        "history": [(step, words, step.words if reads else "") for step, words in told if step.verb != "said"],
        "verbs": _offered(scope, row, tried, at) if may else [],
        "may_work": may,
        "facts": _facts(row),
        "cause": cause_name(row.cause, causes) if row.cause else "",
        "merged": merged_with(scope, row),
        "others": [each for each in of_customer(scope, row.customer_key, 11) if each.key != row.key][:10],
        "may_see_customer": scope.may("see_customers") and bool(row.customer_key),
        "customer": customer_card(row.customer_key, scope) if row.customer_key else None,
        "rule_version": row.opening_version,
    }
    return render(request, "service/cases/case.html", context, status=status)


def _offered(scope: Scope, row: Case, tried: forms.VerbForm | None, at: str) -> list[dict[str, Any]]:
    """What may be done now, each with its form; the one that was tried keeps what was typed."""
    found = []
    for verb in VERBS:
        if row.state not in verb.states or (verb.name == "taking" and row.owner):
            continue
        is_tried = verb.name == at
        form = tried if is_tried else verb.form(case=row, scope=scope, auto_id=f"{verb.name}-%s") if verb.form else None
        found.append({"verb": verb, "form": form, "open": is_tried})
    return found


def _facts(row: Case) -> list[tuple[Any, str]]:
    """What is known of the case, where it is known."""
    pairs = [
        (_("Region"), row.region),
        (_("Channel"), row.channel),
        (_("Topic"), row.topic),
        (_("Product"), row.product),
        (_("Stage"), row.stage),
        (_("Segment"), row.segment),
        (_("Language"), row.language),
    ]
    return [(name, value) for name, value in pairs if value]


@require_POST
@page("work_cases")
def act(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Do one thing about a case. A refusal is said in the page, and what was typed stays."""
    scope = request.scope  # type: ignore[attr-defined]
    row = case(scope, key)
    chosen = next((each for each in VERBS if each.name == verb), None)
    if chosen is None:
        raise NotFound("There is no such thing to do about a case.", code="unknown_verb")
    form = chosen.form(request.POST, case=row, scope=scope, auto_id=f"{verb}-%s") if chosen.form else None
    if form is not None and not form.is_valid():
        return _shown(request, row, form, verb, 422)
    try:
        chosen.run(scope, row.key, dict(form.cleaned_data) if form is not None else {})
    except HeedError as error:
        if form is None or row.state not in chosen.states:
            messages.warning(request, error.said(_))
            return redirect("case", row.key)
        form.add_error(None, error.said(_))
        return _shown(request, case(scope, key), form, verb, error.status)
    messages.success(request, chosen.done)
    try:
        case(scope, key)
    except NotFound:
        return redirect("cases")
    return redirect("case", row.key)


urlpatterns = [
    path("cases/<slug:key>/", case_page, name="case"),
    path("cases/<slug:key>/<slug:verb>/", act, name="case-verb"),
]
