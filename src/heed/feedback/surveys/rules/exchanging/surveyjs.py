"""SurveyJS JSON, read. Pure.

Source: the schema of the library (survey-core, surveyjs_definition.json) and "Survey JSON Schema", surveyjs.io/form-library/
documentation/design-survey; localized strings are a text, or a map of locale to text in which `default` is the first language.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from heed.core.errors.rules import Invalid, phrase
from heed.feedback.surveys.rules.exchanging.expressions import Subject, read_expression
from heed.feedback.surveys.rules.exchanging.fitting import Asked, fitted
from heed.feedback.surveys.rules.exchanging.logic import Logic, NotCarried, both, unsaid, written
from heed.feedback.surveys.rules.exchanging.report import Carried, Losses
from heed.feedback.surveys.rules.exchanging.settling import MOST_POINTS, settled
from heed.feedback.surveys.rules.exchanging.surveyjs_types import KNOWN, TYPES, bound_of, day_of
from heed.feedback.surveys.rules.exchanging.words import language_of, option_key, plain, question_key, repiped

PIPE = re.compile(r"\{([^{}]+)\}")
MOST_DEEP = 20


def read_surveyjs(text: str) -> Carried:
    """The survey. Raises Invalid where the text is no JSON of SurveyJS."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            phrase("The file is no JSON: {error}", error=error), code="unreadable_file", hint="Export it again."
        ) from error
    if not isinstance(found, dict) or not any(name in found for name in ("pages", "elements", "questions")):
        raise Invalid(
            "The file is no survey of SurveyJS: it has neither pages nor elements.",
            code="unreadable_file",
            hint="Take the JSON from the JSON tab of the Creator.",
        )
    return _Reader(found).run()


class _Reader:
    """Walks pages and panels; what it meets becomes questions, in order."""

    def __init__(self, survey: Mapping[str, Any]) -> None:
        self.survey = survey
        self.losses = Losses()
        self.first = language_of(survey.get("locale")) or "en"
        self.languages: dict[str, None] = {self.first: None}
        self.asked: dict[str, Asked] = {}
        self.keys: dict[str, str] = {}
        self.questions: list[dict[str, Any]] = []

    def run(self) -> Carried:
        pages = self.survey.get("pages")
        listed = pages if isinstance(pages, list) else [{"elements": self._elements(self.survey)}]
        for number, page in enumerate(each for each in listed if isinstance(each, dict)):
            before = len(self.questions)
            if page.get("title") or page.get("description"):
                self.losses.add(str(page.get("name", number + 1)), phrase("heading of a page"))
            self._walk(self._elements(page), self._when(page, []), 0)
            if number and len(self.questions) > before:
                self.questions[before]["new_page"] = True
        self._settings()
        body = {
            "name": plain(self._words(self.survey.get("title"), "").get(self.first, ""), "", self.losses),
            "languages": list(self.languages),
            "title": self._words(self.survey.get("title"), ""),
            "introduction": self._words(self.survey.get("description"), ""),
            "thanks": self._words(self.survey.get("completedHtml"), ""),
            "questions": self.questions,
        }
        body["languages"] = list(self.languages)
        if self.survey.get("questionsOnPageMode") == "questionPerPage":
            body["paging"] = "each"
        return Carried("surveyjs", settled(body, self.losses), tuple(self.losses.found))

    def _settings(self) -> None:
        """What a survey is set to and heed has no place for."""
        told = {
            "triggers": phrase("triggers"),
            "calculatedValues": phrase("calculated values"),
            "completedHtmlOnCondition": phrase("thanks that hang on answers"),
            "navigateToUrl": phrase("a page to go to at the end"),
            "timeLimit": phrase("a time limit"),
            "maxTimeToFinish": phrase("a time limit"),
            "questionsOrder": phrase("an order by chance"),
            "logo": phrase("a logo"),
            "completedBeforeHtml": phrase("words for who answers twice"),
        }
        for name, what in told.items():
            if self.survey.get(name) not in (None, "", [], "initial", "default"):
                self.losses.add("", what)

    def _elements(self, holder: Mapping[str, Any]) -> list[Any]:
        found = holder.get("elements", holder.get("questions", []))
        return found if isinstance(found, list) else []

    def _walk(self, elements: Iterable[Any], above: list[Logic], depth: int) -> None:
        if depth > MOST_DEEP:
            self.losses.add("", phrase("panels deeper than {most}", most=MOST_DEEP))
            return
        for element in elements:
            if not isinstance(element, dict):
                continue
            if element.get("type") == "panel":
                if element.get("title"):
                    self.losses.add(str(element.get("name", "")), phrase("heading of a panel"))
                self._walk(self._elements(element), self._when(element, above), depth + 1)
            else:
                self._question(element, above)

    # Words

    def _words(self, value: Any, at: str) -> dict[str, str]:
        """A localized string by language, with earlier answers said again as heed writes it."""
        if isinstance(value, dict) and "text" in value:
            value = value["text"]
        found = {}
        for tag, words in (value if isinstance(value, dict) else {"default": value}).items():
            language = self.first if tag == "default" else language_of(tag)
            if words is None or not language:
                continue
            self.languages[language] = None
            text = repiped(
                plain(words, at, self.losses), PIPE, lambda name: self.keys.get(name.strip(), ""), at, self.losses
            )
            if text:
                found[language] = text
        return found

    # Logic

    def _when(self, element: Mapping[str, Any], above: list[Logic]) -> list[Logic]:
        name = str(element.get("name", ""))
        found = list(above)
        if element.get("visible") is False and not element.get("visibleIf"):
            self.losses.add(name, phrase("hidden until a script shows it"), phrase("always shown"))
        try:
            logic = read_expression(str(element.get("visibleIf") or ""), self._subject)
            if logic is not None:
                found.append(fitted(logic, self.asked))
        except NotCarried as what:
            self.losses.add(
                name,
                phrase("the condition {source} ({what})", source=element.get("visibleIf"), what=what),
                phrase("always shown"),
            )
        return found

    def _subject(self, name: str) -> Subject:
        whole, _, row = name.partition(".")
        for known in (name, whole):
            if known in self.keys:
                asked = self.asked[self.keys[known]]
                if known == name:
                    return Subject(asked.key)
                if row in asked.rows:
                    return Subject(asked.key, asked.rows[row])
        raise unsaid(phrase("{name} is no question asked before", name=name))

    # Questions

    def _question(self, element: dict[str, Any], above: list[Logic]) -> None:
        sort, name = str(element.get("type", "text")), str(element.get("name") or f"question{len(self.keys) + 1}")
        if sort == "multipletext":
            self._several(element, name, above)
            return
        if sort not in TYPES:
            self.losses.add(name, phrase("a question of type {type}", type=sort))
            return
        made = self._begun(element, name, TYPES[sort], above)
        asked = Asked(made["key"], made["type"])
        {"rating": self._rating, "text": self._typed, "slider": self._slider, "boolean": self._yes_no}.get(
            sort, self._chosen
        )(element, made, asked)
        asked.type = made["type"]
        self.asked[made["key"]], self.keys[name] = asked, made["key"]
        self.questions.append(made)
        self._other(element, made, asked)
        for setting in sorted(set(element) - KNOWN):
            if element[setting] not in (None, False, "", [], {}):
                self.losses.add(name, phrase("the setting {name}", name=setting))

    def _begun(self, element: Mapping[str, Any], name: str, sort: str, above: list[Logic]) -> dict[str, Any]:
        when = both(self._when(element, above))
        return {
            "key": question_key(name, self.asked),
            "type": sort,
            "text": self._words(element.get("title"), name) or {self.first: plain(name, name, self.losses)},
            "help": self._words(element.get("description"), name),
            "required": bool(element.get("isRequired")),
            "show_when": written(when) if when else "",
        }

    def _several(self, element: Mapping[str, Any], name: str, above: list[Logic]) -> None:
        """A box of several texts: one question each."""
        self.losses.add(name, phrase("several texts in one question"), phrase("a question each"))
        heading = self._words(element.get("title"), name)
        items = element.get("items")
        for item in items if isinstance(items, list) else []:
            if isinstance(item, dict):
                part = f"{name}_{item.get('name', '')}"
                joined = {
                    **element,
                    **item,
                    "name": part,
                    "type": "text",
                    "title": item.get("title") or item.get("name"),
                }
                joined.pop("items", None)
                self._question(joined, above)
                words = self.questions[-1]["text"]
                self.questions[-1]["text"] = {
                    language: f"{heading.get(language, heading.get(self.first, ''))} – {said}".strip(" –")
                    for language, said in words.items()
                }

    def _typed(self, element: Mapping[str, Any], made: dict[str, Any], asked: Asked) -> None:
        kind = str(element.get("inputType", "text"))
        made["type"] = {"number": "number", "range": "number", "date": "date"}.get(kind, "text")
        if made["type"] == "number":
            made["least"], made["most"] = bound_of(element.get("min")), bound_of(element.get("max"))
        elif made["type"] == "date":
            made["earliest"], made["latest"] = day_of(element.get("min")), day_of(element.get("max"))
        elif kind not in ("text", "default"):
            self.losses.add(asked.key, phrase("a text of the sort {sort}", sort=kind), phrase("any text is taken"))

    def _slider(self, element: Mapping[str, Any], made: dict[str, Any], asked: Asked) -> None:
        made["least"], made["most"] = bound_of(element.get("min", 0)), bound_of(element.get("max", 100))
        self.losses.add(asked.key, phrase("a slider"), phrase("a number to type"))

    def _yes_no(self, element: Mapping[str, Any], made: dict[str, Any], asked: Asked) -> None:
        made["options"] = [
            {"key": key, "text": self._words(element.get(label), asked.key) or {self.first: otherwise}, "score": score}
            for key, label, otherwise, score in (("yes", "labelTrue", "Yes", 1.0), ("no", "labelFalse", "No", 0.0))
        ]
        asked.values = {str(element.get("valueTrue", "true")): "yes", str(element.get("valueFalse", "false")): "no"}

    def _rating(self, element: Mapping[str, Any], made: dict[str, Any], asked: Asked) -> None:
        values = element.get("rateValues")
        numbers: list[float | None]
        if isinstance(values, list) and values:
            numbers = [bound_of(item.get("value") if isinstance(item, dict) else item) for item in values]
        else:
            least, step = bound_of(element.get("rateMin", 1)) or 0, bound_of(element.get("rateStep", 1)) or 1
            most = bound_of(element.get("rateMax", least + (element.get("rateCount") or 5) - 1)) or 5
            points = min(int((most - least) / step) + 1, 100)
            numbers = list[float | None](float(least + step * place) for place in range(points))
        self._ends(element, made)
        worded = isinstance(values, list) and any(isinstance(item, dict) and item.get("text") for item in values)
        steady = [number for number in numbers if number is not None]
        if steady != [steady[0] + place for place in range(len(steady))] or len(steady) != len(numbers) or worded:
            items = values if isinstance(values, list) and values else numbers
            self.losses.add(asked.key, phrase("a scale with words or gaps"), phrase("asked as a choice with scores"))
            made["type"] = "choice"
            self._listed(items, made, asked)
            for option, number in zip(made["options"], numbers, strict=True):
                option["score"] = number
            made.pop("low"), made.pop("high")
        elif (steady[0], steady[-1]) == (0, 10):
            made["type"] = "nps"
        elif len(steady) > MOST_POINTS:
            self.losses.add(
                asked.key, phrase("a scale of {count} points", count=len(steady)), phrase("a number to type")
            )
            made["type"], made["least"], made["most"] = "number", steady[0], steady[-1]
            made.pop("low"), made.pop("high")
        else:
            made["least"], made["most"] = steady[0], steady[-1]

    def _ends(self, element: Mapping[str, Any], made: dict[str, Any]) -> None:
        made["low"] = self._words(element.get("minRateDescription"), made["key"])
        made["high"] = self._words(element.get("maxRateDescription"), made["key"])

    def _chosen(self, element: Mapping[str, Any], made: dict[str, Any], asked: Asked) -> None:
        if made["type"] == "text":
            return
        self._listed(element.get("columns" if made["type"] == "matrix" else "choices"), made, asked)
        if made["type"] == "matrix":
            made["rows"] = []
            rows = element.get("rows")
            for item in rows if isinstance(rows, list) else []:
                value = str(item.get("value", "") if isinstance(item, dict) else item)
                key = option_key(value, asked.rows.values(), "row")
                asked.rows[value] = key
                made["rows"].append({"key": key, "text": self._words(item, asked.key) or {self.first: value}})
        bounds = {
            "choices": ("minSelectedChoices", "maxSelectedChoices"),
            "ranking": ("minSelectedChoices", "maxSelectedChoices"),
        }
        for name, setting in zip(("least", "most"), bounds.get(made["type"], ()), strict=False):
            made[name] = bound_of(element.get(setting)) or None
        if element.get("type") == "imagepicker":
            self.losses.add(asked.key, phrase("pictures to choose from"), phrase("their words stay"))

    def _listed(self, items: Any, made: dict[str, Any], asked: Asked) -> None:
        made["options"] = []
        for item in items if isinstance(items, list) else []:
            value = str(item.get("value", "") if isinstance(item, dict) else item)
            key = option_key(value, asked.values.values())
            asked.values[value] = key
            words = self._words(item, asked.key) if not isinstance(item, dict) or item.get("text") else {}
            made["options"].append({"key": key, "text": words or {self.first: value}})
            if isinstance(item, dict) and (item.get("visibleIf") or item.get("enableIf")):
                self.losses.add(
                    asked.key, phrase("a condition on the answer {answer}", answer=value), phrase("always shown")
                )

    def _other(self, element: Mapping[str, Any], made: dict[str, Any], asked: Asked) -> None:
        """`Other, namely` becomes an answer of its own and a question for the words."""
        if not (element.get("showOtherItem") or element.get("hasOther")) or made["type"] not in ("choice", "choices"):
            return
        key = option_key("other", asked.values.values())
        asked.values["other"] = key
        words = self._words(element.get("otherText"), asked.key) or {self.first: "Other"}
        made["options"].append({"key": key, "text": words})
        sign = f'"{key}" in {asked.key}' if made["type"] == "choices" else f'{asked.key} == "{key}"'
        extra = question_key(f"{asked.key}_other", self.asked)
        self.asked[extra] = Asked(extra, "text")
        self.questions.append({"key": extra, "type": "text", "text": dict(words), "show_when": sign})
        self.losses.add(
            asked.key, phrase("an answer with a field to type in"), phrase("a question of its own: {key}", key=extra)
        )
