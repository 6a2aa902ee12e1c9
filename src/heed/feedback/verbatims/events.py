"""What happened around the words of customers. Keys and counts only: never a word."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class TextModelMade:
    """A model that reads words was made: by training, or because the themes in force changed."""

    model: str
    sentiment: str
    trained_on: int
    fingerprint: str
    found_themes: int


@event
@dataclass(frozen=True, kw_only=True)
class VerbatimRead:
    """What was said lately was read: what it is about and how it stands, so that others can act on it at once."""

    verbatim_id: str
    model: str
    said_at: str
    response: str
    customer: str
    case: str
    interaction: str
    survey_key: str
    language: str
    team: str
    region: str
    channel: str
    touchpoint: str
    stage: str
    topic: str
    product: str
    segment: str
    sentiment: str
    sentiment_score: float | None
    intent: str
    urgency: str
    effort: str
    churn: str
    themes: tuple[str, ...]


@event
@dataclass(frozen=True)
class TextModelPromoted:
    """A model was made the one that reads; `former` is the one that read before it."""

    model: str
    former: str
    is_rollback: bool


@event
@dataclass(frozen=True)
class RetrainingAsked:
    """Training anew was asked for: by a person, or because words it was trained on are erased."""

    cause: str


@event
@dataclass(frozen=True)
class TextModelsMarked:
    """Words were erased that these models were trained on; a newer takes their place."""

    models: int
    verbatims: int


@event
@dataclass(frozen=True)
class WordsForgotten:
    """Words were taken out of the facts, and out of what had learnt from them; `models` had."""

    verbatims: int
    models: int


@event
@dataclass(frozen=True)
class TextModelDrifted:
    """What a model reads is no longer what it was measured on; `moved` says by what, joined by commas."""

    model: str
    moved: str
    texts: int


@event
@dataclass(frozen=True)
class TextModelErased:
    """The files of a model are gone: it was trained on words that were erased."""

    model: str


@event
@dataclass(frozen=True)
class LabelRoundMade:
    """Verbatims were drawn to be labelled."""

    round: str
    items: int
    drawn_by_chance: int


@event
@dataclass(frozen=True)
class VerbatimLabelled:
    """Somebody said what a verbatim is, or passed it."""

    round: str
    place: int
    passed: bool


@event
@dataclass(frozen=True)
class LabelTakenBack:
    """Somebody took their labels of a verbatim back."""

    round: str
    place: int


@event
@dataclass(frozen=True)
class LabelResolved:
    """Where two people disagreed it was said what holds."""

    round: str
    place: int
    together: bool


@event
@dataclass(frozen=True)
class LabelRoundClosed:
    """No more labels are given in a round."""

    round: str


@event
@dataclass(frozen=True)
class TaxonomyDraftChanged:
    """Somebody changed the draft of a taxonomy: which verb, of which theme. Nothing is in force yet."""

    taxonomy: str
    theme: str
    verb: str


@event
@dataclass(frozen=True)
class WordsRead:
    """Somebody opened the words of a verbatim as they came in, unmasked."""

    verbatim_id: str


@event
@dataclass(frozen=True)
class BakeOffAsked:
    """Analyzers are to be measured beside one another; `outside` is the host masked texts go to, empty for none."""

    bakeoff: str
    task: str
    texts: int
    outside: str


@event
@dataclass(frozen=True)
class BakeOffDone:
    """A bake-off came to an end; `failed` is the code of why there is no report, empty where there is one."""

    bakeoff: str
    task: str
    texts: int
    failed: str


@event
@dataclass(frozen=True)
class SignalFound:
    """Something changed beyond noise: a theme, a topic on a day, a team's share of a topic."""

    signal: str
    kind: str
    unit: str
    since: str
    n: int


@event
@dataclass(frozen=True)
class SignalSeen:
    """Somebody has seen a signal."""

    signal: str


@event
@dataclass(frozen=True)
class SignalDismissed:
    """Somebody put a signal away: it needs nothing."""

    signal: str


@event
@dataclass(frozen=True)
class SignalReopened:
    """A signal that was put away is looked at again."""

    signal: str
