"""What an exchange brought over, and what it did not. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from heed.core.errors.rules import phrase

FORMATS = {"qsf": "Qualtrics QSF", "lss": "LimeSurvey LSS", "surveyjs": "SurveyJS JSON"}
SUFFIXES = {"qsf": "qsf", "lss": "lss", "surveyjs": "json"}


@dataclass(frozen=True)
class Loss:
    """One thing that did not carry over as it was. `at` is where (a question, or empty: the survey), `fate` what became of it."""

    at: str
    what: str
    fate: str

    def as_dict(self) -> dict[str, str]:
        return {"at": self.at, "what": str(self.what), "fate": str(self.fate)}


LEFT_OUT = phrase("left out")


@dataclass
class Losses:
    """Gathers what did not carry over, each thing once."""

    found: list[Loss] = field(default_factory=list)

    def add(self, at: str, what: str, fate: str = LEFT_OUT) -> None:
        loss = Loss(at, what, fate)
        if loss not in self.found:
            self.found.append(loss)

    def extend(self, losses: Iterable[Loss]) -> None:
        for loss in losses:
            self.add(loss.at, loss.what, loss.fate)


@dataclass(frozen=True)
class Carried:
    """A survey read from another format: the body of a definition, not checked yet, and what did not carry over."""

    form: str
    body: dict[str, Any]
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class Written:
    """A survey in another format, as text, and what of it has no place there."""

    form: str
    text: str
    losses: tuple[Loss, ...]
