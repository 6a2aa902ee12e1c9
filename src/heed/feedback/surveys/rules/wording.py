"""Words of a survey in the customer's language, with earlier answers said again where braces ask for them. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from heed.feedback.surveys.definition import Pipe, Question
from heed.feedback.surveys.language import said_day, said_number, together, told
from heed.feedback.surveys.rules.answering import Plan

_BRACED = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Wording:
    """Says the texts of one survey in one language; `values` is what conditions see of the answers so far."""

    plan: Plan
    language: str
    values: Mapping[str, Any]

    def __call__(self, text: Mapping[str, str], otherwise: str = "") -> str:
        """A text in the language, with what it says again."""
        languages = self.plan.survey.languages
        words = told(text, languages, self.language, otherwise)
        if "{{" not in words:
            return words
        # Told texts are trimmed; what is found in them was read from the whole.
        known = next((found for whole, found in self.plan.pipes.items() if whole.strip() == words), ())
        said = {pipe.written: self._again(pipe) for pipe in known}
        return _BRACED.sub(lambda found: said.get(found.group(), found.group()), words)

    def _again(self, pipe: Pipe) -> str:
        if pipe.condition is not None:
            value: Any = pipe.condition.evaluate(self.values)
        else:
            value = self._answer(pipe.name)
        return self._told(value) or pipe.otherwise

    def _told(self, value: Any) -> str:
        if value is None:
            return ""
        return said_number(self.language, value) if isinstance(value, int | float) else str(value)

    def _answer(self, name: str) -> Any:
        """The answer to a question as it was read, or what the survey is about."""
        value = self.values.get(name)
        question = next((one for one in self.plan.survey.questions if one.key == name), None)
        if value is None or question is None:
            return value
        if question.options:
            return together(self.language, self._labels(question, value))
        return said_day(self.language, value) if isinstance(value, date) else value

    def _labels(self, question: Question, value: Any) -> Sequence[str]:
        labels = {option.key: self(option.text) for option in question.options}
        if question.type == "matrix":
            rows = {row.key: self(row.text) for row in question.rows}
            return [f"{rows[row]}: {labels[option]}" for row, option in value.items()]
        return [labels[key] for key in ((value,) if isinstance(value, str) else value)]
