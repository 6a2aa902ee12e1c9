"""Deciding about answers: set aside, kept, put back; each with who and why. Nothing is deleted."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, NotFound, Refused, phrase
from heed.core.journal.actions import record_all
from heed.feedback.quality.events import ResponseKept, ResponsePutBack, ResponseSetAside
from heed.feedback.quality.models import AnswerFlag, Exclusion
from heed.feedback.quality.queries.answers import ACT, Told, flags, in_reach, told_of
from heed.feedback.quality.rules.signs import SIGNS

MOST_AT_ONCE = 2000
TRIES = 4
T = TypeVar("T")


def set_aside(scope: Scope, survey: str, responses: Sequence[str], why: str) -> list[Exclusion]:
    """Leave questionnaires out of figures. Those set aside already are passed over. Raises NotFound where one is not there or out
    of reach, and Refused where all of them were set aside already.
    """
    named, why = _named(scope, responses), _reason(why)
    found = told_of(survey, named)
    _refuse_unknown(scope, named, found)
    made = _tried(lambda: _set_aside(scope, survey, [found[each] for each in named], why))
    if not made:
        raise Refused(
            phrase("Somebody has set {many} aside already.", many=len(named)),
            code="set_aside_already",
            hint="Look at who did, and why.",
        )
    return made


def set_proposed_aside(scope: Scope, survey: str, why: str) -> list[Exclusion]:
    """Set aside all that is proposed and undecided, within reach: so many at once as may be."""
    rows = in_reach(scope, flags(scope, survey, state="open").filter(proposed=True), ACT)
    responses = list(rows.values_list("response_id", flat=True)[:MOST_AT_ONCE])
    if not responses:
        raise Refused("Nothing is proposed to be set aside.", code="nothing_proposed", hint="Run an audit first.")
    return set_aside(scope, survey, responses, why)


def _set_aside(scope: Scope, survey: str, found: Sequence[Told], why: str) -> list[Exclusion]:
    now, ids = timezone.now(), [each.response for each in found]
    before: dict[str, int] = {}
    for response, at in Exclusion.objects.filter(response_id__in=ids).values_list("response_id", "put_back_at"):
        before[response] = -1 if at is None or before.get(response) == -1 else before.get(response, 0) + 1
    signs = dict(AnswerFlag.objects.filter(response_id__in=ids, cleared_at=None).values_list("response_id", "signs"))
    rows = [
        Exclusion(
            response_id=each.response,
            survey_key=survey,
            customer_key=each.customer,
            team=each.team,
            region=each.region,
            answered_at=each.answered_at,
            sign=_main(signs.get(each.response, {})),
            turn=2 * before.get(each.response, 0) + 1,
            excluded_at=now,
            excluded_by=scope.person,
            why=why,
        )
        for each in found
        if before.get(each.response, 0) >= 0
    ]
    made = Exclusion.objects.bulk_create(rows)
    record_all(
        [
            (
                ResponseSetAside(row.key, row.response_id, survey, row.customer_key, row.turn, row.sign),
                scope.person,
                ("response", row.response_id),
            )
            for row in made
        ]
    )
    return made


def put_back(scope: Scope, keys: Sequence[str], why: str) -> list[Exclusion]:
    """Let questionnaires count again. Raises NotFound for what is not there or out of reach, Refused where they count already."""
    named, why = _named(scope, keys), _reason(why)
    with transaction.atomic():
        rows = list(in_reach(scope, Exclusion.objects.select_for_update().filter(key__in=named), ACT))
        if len(rows) < len(named):
            raise NotFound("There is no such exclusion.", code="unknown_exclusion")
        done = [row for row in rows if row.put_back_at is None]
        if not done:
            raise Refused("It counts again already.", code="put_back_already", hint="Look at who did it, and why.")
        _mark(done, timezone.now(), scope.person, why)
        record_all(
            [
                (
                    ResponsePutBack(row.key, row.response_id, row.survey_key, row.customer_key, row.turn + 1),
                    scope.person,
                    ("response", row.response_id),
                )
                for row in done
            ]
        )
    return done


def _mark(rows: Sequence[Exclusion], now: datetime, person: str, why: str) -> None:
    for row in rows:
        row.put_back_at, row.put_back_by, row.put_back_why = now, person, why
    Exclusion.objects.bulk_update(rows, ["put_back_at", "put_back_by", "put_back_why"])


def keep(scope: Scope, survey: str, responses: Sequence[str], why: str) -> int:
    """Let questionnaires with signs count: somebody looked. Returns how many. Raises NotFound for one that shows no sign."""
    named, why = _named(scope, responses), _reason(why)
    with transaction.atomic():
        rows = AnswerFlag.objects.select_for_update().filter(survey_key=survey, response_id__in=named)
        held = list(in_reach(scope, rows, ACT))
        if len(held) < len(named):
            raise NotFound(
                "One of these answers shows no sign.", code="no_sign", hint="Only those with signs are kept."
            )
        done = [row for row in held if row.kept_at is None]
        for row in done:
            row.kept_at, row.kept_by, row.kept_why = timezone.now(), scope.person, why
        AnswerFlag.objects.bulk_update(done, ["kept_at", "kept_by", "kept_why"])
        record_all(
            [
                (
                    ResponseKept(row.response_id, survey, row.customer_key),
                    scope.person,
                    ("response", row.response_id),
                )
                for row in done
            ]
        )
    return len(done)


def _named(scope: Scope, keys: Sequence[str]) -> list[str]:
    scope.demand(ACT)
    named = list(dict.fromkeys(key.replace("\0", "").strip() for key in keys))
    named = [key for key in named if key]
    if not named:
        raise Invalid("No answer is named.", code="nothing_named", hint="Choose at least one.")
    if len(named) > MOST_AT_ONCE:
        raise Invalid(phrase("More than {most} at once.", most=MOST_AT_ONCE), code="too_many", hint="Do it in parts.")
    return named


def _reason(why: str) -> str:
    if not why.strip():
        raise Invalid("Say why.", code="no_reason", hint="Whoever looks at the figure later wants to know.")
    return why.replace("\0", "").strip()[:300]


def _refuse_unknown(scope: Scope, named: Sequence[str], found: dict[str, Told]) -> None:
    units = scope.reaches.get(ACT, frozenset())
    everywhere = scope.holds_everywhere(ACT)
    for each in named:
        told = found.get(each)
        if told is None or not (everywhere or told.team in units or told.region in units):
            raise NotFound(
                phrase("There is no response {response} to this survey.", response=each), code="unknown_response"
            )


def _main(signs: dict[str, Any]) -> str:
    """The sign that says most: a machine before all others."""
    return next((sign for sign in reversed(SIGNS) if sign in signs), "")


def _tried(act: Callable[[], T]) -> T:
    """Two people at once: who comes second sees what the first did."""
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return act()
        except IntegrityError:
            continue
    raise Refused("Somebody decides about the same answers right now.", code="busy", hint="Try again.")
