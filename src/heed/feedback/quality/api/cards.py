"""Score cards of surveys over the API."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from heed.feedback.quality.queries.cards import known_surveys, score_card, survey_waves, weight_lines
from heed.feedback.quality.rules.reporting import card_told

router = Router(tags=["quality"])
Key = Annotated[str, Path(max_length=200, pattern=r"^[^\x00-\x1f]+$")]
WaveName = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Limit = Annotated[int, Query(ge=1, le=1000)]
After = Annotated[str, Query(max_length=250, pattern=r"^[^\x00]*$")]


class SurveyOut(Schema):
    """A survey of which facts know something."""

    survey: str
    decisions: int
    asked: int
    responses: int


class SurveysOut(Schema):
    surveys: list[SurveyOut]


class WaveOut(Schema):
    """One wave: its name, and how many were asked."""

    wave: str
    asked: int


class WavesOut(Schema):
    waves: list[WaveOut]


class OutcomeOut(Schema):
    """What became of invitations, with the AAPOR's code and letter."""

    outcome: str
    code: str
    letter: str
    n: int


class ReasonOut(Schema):
    reason: str
    n: int


class RateOut(Schema):
    """An AAPOR rate with Wilson's limits."""

    rate: str
    value: float | None
    low: float | None
    high: float | None
    above: float
    n: float


class CellOut(Schema):
    row: str
    column: str
    asked: int | None
    answered: int | None
    value: float | None
    low: float | None
    high: float | None
    suppressed: bool


class ClassOut(Schema):
    """A class among who could be asked (the frame), who was, and who answered; the difference is standardised."""

    class_: Annotated[str, Field(alias="class")]
    frame: float
    asked: float
    answered: float
    frame_share: float
    asked_share: float
    answered_share: float
    difference: float
    response_rate: float | None


class ColumnOut(Schema):
    column: str
    chi2: float | None
    df: int
    p: float | None
    between: float | None
    difference: float
    classes: list[ClassOut]


class BiasOut(Schema):
    """The R-indicator over all columns, less the bias of small samples and without that; p that no column matters."""

    r: float | None
    r_unadjusted: float | None
    variation: float | None
    p: float | None
    n: int
    reason: str
    columns: list[ColumnOut]


class WeightingOut(Schema):
    method: str
    by: list[str]
    design_effect: float
    effective_n: float
    least: float | None
    most: float | None
    trimmed: int
    missed: float
    rounds: int
    joined: dict[str, list[str]]


class EstimateOut(Schema):
    value: float | None
    low: float | None
    high: float | None
    se: float | None
    method: str
    reason: str


class FigureOut(Schema):
    """A figure without weights and with them; `shift` is the second less the first."""

    question: str
    measure: str
    n: int
    unweighted: EstimateOut
    weighted: EstimateOut
    shift: float | None
    shift_se: float | None
    p: float | None
    design_effect: float | None
    effective_n: float | None


class QuestionOut(Schema):
    question: str
    instrument: str
    questionnaires: int
    unanswered: int
    value: float | None
    low: float | None
    high: float | None
    shown_to_some: bool
    judged: bool


class TimesOut(Schema):
    tenth: float | None
    median: float | None
    ninetieth: float | None
    n: int
    unknown: int


class CheckOut(Schema):
    """A limit of the definition: kept, beyond or unknown. `least`: the value must not be below it."""

    check: str
    value: float | None
    limit: float | None
    state: str
    about: str
    least: bool


class CardOut(Schema):
    """How good the answers of a survey are, in one wave or (wave empty) of all time."""

    survey: str
    name: str
    wave: str
    decisions: int
    with_chance: int
    asked: int
    answered: int
    unlinked: int
    min_n: int
    outcomes: list[OutcomeOut]
    no_chance: list[ReasonOut]
    e: float
    rates: list[RateOut]
    by: list[str]
    cells: list[CellOut]
    bias: BiasOut | None
    weights: WeightingOut | None
    figures: list[FigureOut]
    questions: list[QuestionOut]
    completion_seconds: TimesOut | None
    checks: list[CheckOut]
    kept: bool


class WeightOut(Schema):
    """The weight of one questionnaire, beside a mean of 1; `base`: one over the chance its customer was asked with."""

    response: str
    weight: float
    base: float


class WeightsOut(Schema):
    items: list[WeightOut]
    next: str | None


def _scope(request: HttpRequest) -> Any:
    return request.scope  # type: ignore[attr-defined]


@router.get("/surveys", response=SurveysOut, summary="Surveys whose quality can be told")
def surveys(request: HttpRequest) -> Any:
    rows = [
        SurveyOut(survey=each.key, decisions=each.decisions, asked=each.asked, responses=each.responses)
        for each in known_surveys(_scope(request))
    ]
    return SurveysOut(surveys=rows)


@router.get("/surveys/{key}/waves", response=WavesOut, summary="The waves of a survey, newest first")
def survey_wave_list(request: HttpRequest, key: Key) -> Any:
    return WavesOut(waves=[WaveOut(wave=line.name, asked=line.asked) for line in survey_waves(_scope(request), key)])


@router.get("/surveys/{key}", response=CardOut, summary="The score card of a survey", by_alias=True)
def survey_card(request: HttpRequest, key: Key, wave: WaveName = "") -> Any:
    """`wave`: its name; empty: the newest; `all`: of all time."""
    shown = score_card(_scope(request), key, wave)
    return {
        "survey": shown.survey,
        "name": shown.name,
        "wave": shown.wave.name if shown.wave else "",
        **card_told(shown.card),
    }


@router.get("/surveys/{key}/weights", response=WeightsOut, summary="The weight of each questionnaire of a wave")
def survey_weights(request: HttpRequest, key: Key, wave: WaveName = "", limit: Limit = 100, after: After = "") -> Any:
    """In order of the questionnaires' keys; `after`: the `next` of the page before."""
    rows = [line for line in weight_lines(_scope(request), key, wave) if line.response > after]
    part = [WeightOut(response=line.response, weight=line.weight, base=line.base) for line in rows[:limit]]
    return WeightsOut(items=part, next=part[-1].response if len(rows) > limit else None)
