"""Answers that show signs, those set aside, and what figures would be with and without them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force
from heed.core.errors.rules import Invalid, NotFound, nearest, phrase
from heed.feedback.quality.models import AnswerFlag, Exclusion, QualityAudit
from heed.feedback.quality.queries.engine import engine
from heed.feedback.quality.rules.signs import SIGNS

if TYPE_CHECKING:
    from heed.feedback.quality.definition import Quality
    from heed.feedback.quality.rules.beside import Beside
    from heed.feedback.quality.rules.signs import Sheet, Suspicion
    from heed.metrics.sheets import Questionnaires

SEE, ACT = "see_records", "propose"
STATES = ("open", "kept", "set_aside", "cleared")


@dataclass(frozen=True)
class Looked:
    """Questionnaires of a survey with their signs, as they are now."""

    sheet: "Questionnaires"
    found: "tuple[Suspicion, ...]"


def look(survey: str, terms: "Quality", since: datetime | None, until: datetime | None) -> Looked:
    """Look at every questionnaire of a survey in a span of time. For audits: nobody's reach is asked."""
    from heed.feedback.quality.rules.signs import Contradiction, suspicions
    from heed.metrics.sheets import Part, questionnaires

    sheet = questionnaires(engine(), Part(survey, since, until))
    declared = [Contradiction(each.one, each.least, each.other, each.most) for each in terms.audits.contradictions]
    return Looked(sheet, suspicions(_sheet(sheet), declared))


def _sheet(found: "Questionnaires") -> "Sheet":
    from heed.feedback.quality.rules.signs import Sheet

    return Sheet(
        found.responses,
        found.at,
        found.seconds,
        found.questions,
        found.ends,
        found.scores,
        found.given,
        found.invited,
        found.customer,
        found.words,
        found.about,
    )


def in_reach(scope: Scope, rows: QuerySet[Any], permission: str) -> QuerySet[Any]:
    """Rows of the units a permission is held in; all of them where it is held over the organisation."""
    scope.demand(permission)
    if scope.holds_everywhere(permission):
        return rows
    units = scope.reaches.get(permission, frozenset())
    return rows.filter(Q(team__in=units) | Q(region__in=units))


def flags(scope: Scope, survey: str, *, sign: str = "", state: str = "") -> QuerySet[AnswerFlag]:
    """Answers with signs, the newest first; `aside` says whether one is set aside. Raises Invalid for no such sign or state."""
    if sign and sign not in SIGNS:
        raise Invalid(phrase("There is no sign {sign}.", sign=sign), code="unknown_sign", hint=nearest(sign, SIGNS))
    if state and state not in STATES:
        raise Invalid(
            phrase("{state} is no state of an answer.", state=state), code="unknown_state", hint=nearest(state, STATES)
        )
    rows: QuerySet[AnswerFlag] = in_reach(scope, AnswerFlag.objects.filter(survey_key=survey), SEE)
    rows = rows.annotate(aside=Exists(standing_exclusions().filter(response_id=OuterRef("response_id"))))
    if sign:
        rows = rows.filter(signs__has_key=sign)
    match state:
        case "set_aside":
            rows = rows.filter(aside=True)
        case "kept":
            rows = rows.filter(aside=False).exclude(kept_at=None)
        case "cleared":
            rows = rows.filter(aside=False).filter(kept_at=None).exclude(cleared_at=None)
        case "open":
            rows = rows.filter(aside=False).filter(kept_at=None, cleared_at=None)
    return rows.order_by("-answered_at", "-id")


def standing_exclusions(survey: str = "") -> QuerySet[Exclusion]:
    """What is set aside now."""
    rows = Exclusion.objects.filter(put_back_at=None)
    return rows.filter(survey_key=survey) if survey else rows


def exclusions(scope: Scope, survey: str) -> QuerySet[Exclusion]:
    """What was ever set aside, the last done first."""
    rows: QuerySet[Exclusion] = in_reach(scope, Exclusion.objects.filter(survey_key=survey), SEE)
    return rows.order_by(F("put_back_at").desc(nulls_last=True), "-id")


def exclusion(scope: Scope, key: str, permission: str = SEE) -> Exclusion:
    """Raises NotFound, also where it is out of reach."""
    row = in_reach(scope, Exclusion.objects.filter(key=key.replace("\0", "")), permission).first()
    if row is None:
        raise NotFound("There is no such exclusion.", code="unknown_exclusion")
    assert isinstance(row, Exclusion)
    return row


@dataclass(frozen=True)
class SignLine:
    """One sign: how many answers show it, and of those that may be decided about how many are open, kept, set aside."""

    sign: str
    answers: int
    proposed: int
    open: int
    kept: int
    set_aside: int


def sign_lines(scope: Scope, survey: str) -> list[SignLine]:
    """Every sign of a survey's answers that stand, with what became of them."""
    rows = in_reach(scope, AnswerFlag.objects.filter(survey_key=survey, cleared_at=None), SEE)
    aside = set(standing_exclusions(survey).values_list("response_id", flat=True))
    counted = {sign: [0, 0, 0, 0, 0] for sign in SIGNS}
    for response, signs, proposed, kept_at in rows.values_list("response_id", "signs", "proposed", "kept_at"):
        state = 4 if response in aside else 3 if kept_at else 2
        for sign in signs:
            counted[sign][0] += 1
            counted[sign][1] += proposed
            counted[sign][state] += 1
    return [SignLine(sign, *counted[sign]) for sign in SIGNS if counted[sign][0]]


def beside_figures(scope: Scope, survey: str, since: datetime | None, until: datetime | None) -> "list[Beside]":
    """Each question with a scale: with all answers, without those set aside, and without those that are proposed, too."""
    import numpy as np

    from heed.feedback.quality.queries.engine import reached
    from heed.feedback.quality.rules.beside import beside
    from heed.metrics.sheets import Part, questionnaires

    scope.demand("see_figures")
    sheet = questionnaires(engine(), Part(survey, since, until, reached(scope)))
    # What was decided a moment ago is in the database, and not yet in the facts.
    aside_ids = set(standing_exclusions(survey).values_list("response_id", flat=True))
    open_ = set(
        AnswerFlag.objects.filter(survey_key=survey, proposed=True, kept_at=None, cleared_at=None).values_list(
            "response_id", flat=True
        )
    )
    aside = np.array([each in aside_ids for each in sheet.responses], dtype=bool)
    out = np.array([each in open_ for each in sheet.responses], dtype=bool)
    return [
        beside(name, sheet.instruments[place], sheet.ends[place], sheet.scores[:, place], aside, out, least_shown())
        for place, name in enumerate(sheet.questions)
    ]


def last_beside(scope: Scope, survey: str) -> "list[Beside]":
    """The same of the days the last audit looked at; nothing before the first."""
    scope.demand(SEE)
    last = QualityAudit.objects.filter(survey_key=survey).order_by("-id").first()
    return beside_figures(scope, survey, last.since, last.until) if last else []


def least_shown() -> int:
    """The smallest group of customers that may be shown: the strictest policy in force."""
    policies: Iterable[Any] = (found.body for found in all_in_force("privacy_policy"))
    return max((int(policy.min_n_customers) for policy in policies), default=10)


def settled_at(survey: str) -> datetime | None:
    """When anybody last decided about an answer of a survey."""
    done = Exclusion.objects.filter(survey_key=survey).aggregate(out=Max("excluded_at"), back=Max("put_back_at"))
    kept = AnswerFlag.objects.filter(survey_key=survey).aggregate(kept=Max("kept_at"))
    return max((at for at in (*done.values(), *kept.values()) if at), default=None)


@dataclass(frozen=True)
class Told:
    """What is known of a questionnaire that somebody names: where it belongs, and when it was answered."""

    response: str
    customer: str
    team: str
    region: str
    answered_at: datetime


def told_of(survey: str, responses: Sequence[str]) -> dict[str, Told]:
    """The questionnaires of a survey among these ids."""
    from heed.metrics.sheets import heads_of

    return {
        row["response_id"]: Told(
            row["response_id"], row["customer"] or "", row["team"] or "", row["region"] or "", row["at"]
        )
        for row in heads_of(engine(), survey, responses)
    }


def scores_given(survey: str, responses: Sequence[str]) -> dict[str, list[tuple[str, float]]]:
    """What questionnaires answered with a score, by question. The caller has asked whether they may be seen."""
    from heed.metrics.sheets import scores_of

    return scores_of(engine(), survey, responses) if responses else {}
