"""Labelling over the API: rounds, the next verbatim, what one person says of it, agreement, what is resolved."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from heed.feedback.verbatims.actions import labelling as actions
from heed.feedback.verbatims.api.shapes import Key, scope_of
from heed.feedback.verbatims.queries import labelling as queries
from heed.feedback.verbatims.rules.labelling import Said

router = Router(tags=["verbatims"])
Place = Annotated[int, Path(ge=1, le=2**31 - 1)]


class RoundIn(Schema):
    """A round to be drawn: its name, how many verbatims, and of how many weeks."""

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
    size: Annotated[int, Field(ge=actions.LEAST, le=actions.MOST)] = 50
    weeks: Literal["4", "13", "26", "52", "all"] = "13"


class RoundOut(Schema):
    """A round. `done` verbatims have two answers, `begun` one; `mine` and `left` are of the one who asks."""

    key: str
    name: str
    made_at: datetime
    closed: bool
    size: int
    done: int
    begun: int
    mine: int
    left: int
    by_chance: int


class RoundsOut(Schema):
    """Rounds, newest first."""

    items: list[RoundOut]


class AgreementOut(Schema):
    """How well two people agree in a label: kappa and alpha with their 95 % limits; a reason where there is no figure."""

    task: str
    n: int
    agreed: float | None
    kappa: float | None
    low: float | None
    high: float | None
    alpha: float | None
    alpha_low: float | None
    alpha_high: float | None
    reason: str


class ResultsOut(Schema):
    """What came of a round. `right` is how often the model had told the sentiment, on the part drawn by chance."""

    round: RoundOut
    agreement: list[AgreementOut]
    right: dict[str, Any]
    disagreements: int


class SaidIn(Schema):
    """What a verbatim is; an empty value is not said. `passed`: it cannot be told."""

    themes: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=20)] = []
    sentiment: Annotated[str, Field(max_length=20)] = ""
    intent: Annotated[str, Field(max_length=20)] = ""
    urgency: Annotated[str, Field(max_length=20)] = ""
    effort: Annotated[str, Field(max_length=20)] = ""
    churn: Annotated[str, Field(max_length=20)] = ""
    passed: bool = False

    def said(self) -> Said:
        return Said(
            tuple(self.themes), self.sentiment, self.intent, self.urgency, self.effort, self.churn, "", self.passed
        )


class ResolutionIn(SaidIn):
    """What holds; `together` where both who disagreed say so."""

    together: bool = False


class SaidOut(Schema):
    """One set of labels."""

    themes: list[str]
    sentiment: str
    intent: str
    urgency: str
    effort: str
    churn: str
    passed: bool


class AskedOut(Schema):
    """A verbatim to label, masked, and what the one who asks said of it before."""

    round: str
    place: int
    key: str
    text: Annotated[str, Field(alias="masked")]
    said: SaidOut | None


class DisagreementOut(Schema):
    """A verbatim of which two said something else, without their names; `tasks` are those that differ."""

    place: int
    key: str
    text: Annotated[str, Field(alias="masked")]
    first: SaidOut
    second: SaidOut
    tasks: list[str]
    is_mine: bool


class DisagreementsOut(Schema):
    """Where two differ and nothing is resolved: the first of them, and how many in all."""

    items: list[DisagreementOut]
    total: int


@router.get("", response=RoundsOut, summary="Rounds of labelling")
def round_list(request: HttpRequest) -> dict[str, Any]:
    return {"items": queries.rounds(scope_of(request))}


@router.post("", response={201: RoundOut}, summary="Draw a round of verbatims to label")
def round_new(request: HttpRequest, body: RoundIn) -> Any:
    row = actions.make_round(scope_of(request), name=body.name, size=body.size, weeks=body.weeks)
    return 201, queries.one_round(scope_of(request), row.key)


@router.get("/{key}", response=ResultsOut, summary="How far a round is, and how well people agree")
def round_one(request: HttpRequest, key: Key) -> dict[str, Any]:
    scope = scope_of(request)
    return {
        "round": queries.one_round(scope, key),
        "agreement": queries.agreements(scope, key),
        "right": queries.honest(scope, key),
        "disagreements": queries.disagreements(scope, key, 0)[1],
    }


@router.get("/{key}/next", response={200: AskedOut, 204: None}, by_alias=False, summary="The next verbatim to label")
def next_verbatim(request: HttpRequest, key: Key) -> Any:
    """204 where nothing is left for the one who asks."""
    found = queries.asked(scope_of(request), key)
    return (200, found) if found else (204, None)


@router.get("/{key}/verbatims/{place}", response=AskedOut, by_alias=False, summary="One verbatim of a round")
def round_verbatim(request: HttpRequest, key: Key, place: Place) -> Any:
    return queries.asked(scope_of(request), key, place)


@router.put("/{key}/verbatims/{place}/label", response=AskedOut, by_alias=False, summary="Say what a verbatim is")
def round_label(request: HttpRequest, key: Key, place: Place, body: SaidIn) -> Any:
    """Said again it is changed."""
    actions.label(scope_of(request), key, place, body.said())
    return queries.asked(scope_of(request), key, place)


@router.delete(
    "/{key}/last-label", response={200: AskedOut, 204: None}, by_alias=False, summary="Take the last one back"
)
def last_label(request: HttpRequest, key: Key) -> Any:
    """The verbatim it was of; 204 where there is nothing to take back."""
    back = actions.take_back(scope_of(request), key)
    return (200, queries.asked(scope_of(request), key, back[0])) if back else (204, None)


@router.get("/{key}/disagreements", response=DisagreementsOut, by_alias=False, summary="Where two differ")
def round_disagreements(request: HttpRequest, key: Key) -> dict[str, Any]:
    found, many = queries.disagreements(scope_of(request), key)
    return {"items": found, "total": many}


@router.put("/{key}/verbatims/{place}/resolution", response={204: None}, summary="Say what holds where two differ")
def round_resolution(request: HttpRequest, key: Key, place: Place, body: ResolutionIn) -> Any:
    actions.resolve(scope_of(request), key, place, body.said(), together=body.together)
    return 204, None


@router.post("/{key}/closing", response=RoundOut, summary="End a round")
def round_closing(request: HttpRequest, key: Key) -> Any:
    actions.close_round(scope_of(request), key)
    return queries.one_round(scope_of(request), key)
