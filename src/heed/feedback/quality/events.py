"""What happened to answers and their audits; by id, without words."""

from collections.abc import Sequence
from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class ResponseSetAside:
    """A questionnaire does not count in figures any more; `sign`: what it showed, empty where it showed none."""

    exclusion: str
    response: str
    survey: str
    customer: str
    turn: int
    sign: str


@event
@dataclass(frozen=True)
class ResponsePutBack:
    """A questionnaire that was set aside counts again."""

    exclusion: str
    response: str
    survey: str
    customer: str
    turn: int


@event
@dataclass(frozen=True)
class ResponseKept:
    """Somebody looked at a questionnaire with signs and lets it count."""

    response: str
    survey: str
    customer: str


@event
@dataclass(frozen=True)
class AnswersAudited:
    """The answers of a survey were audited; `failed`: the checks it fails by, by code."""

    audit: str
    survey: str
    state: str
    failed: Sequence[str]


@event
@dataclass(frozen=True)
class AuditAccepted:
    """Somebody answers for figures that rest on a failed audit."""

    audit: str
    survey: str
