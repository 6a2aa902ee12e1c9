"""SurveyJS JSON, written. Pure."""

import json
from typing import Any

from heed.core.errors.rules import phrase
from heed.feedback.surveys.definition import Survey
from heed.feedback.surveys.rules.exchanging.fitting import said
from heed.feedback.surveys.rules.exchanging.logic import Every, Logic, NotCarried, Some, Test, opposite
from heed.feedback.surveys.rules.exchanging.report import Losses, Written
from heed.feedback.surveys.rules.exchanging.telling import tell_settings
from heed.feedback.surveys.rules.exchanging.words import piped_back

SIGNS = {
    "is": "=",
    "is_not": "<>",
    "has": "contains",
    "has_not": "notcontains",
    "says": "contains",
    "says_not": "notcontains",
}
Row = dict[str, Any]


def write_surveyjs(survey: Survey) -> Written:
    """The survey as JSON of SurveyJS, and what of it has no place there."""
    return _Writer(survey).run()


class _Writer:
    def __init__(self, survey: Survey) -> None:
        self.survey, self.losses = survey, Losses()
        self.first = survey.languages[0]
        self.raw = [question.model_dump(mode="json") for question in survey.questions]
        self.tags = {row["key"]: row["key"] for row in self.raw}

    def run(self) -> Written:
        found: Row = {
            "locale": self.first,
            "title": self._words(self.survey.title or {self.first: self.survey.name}, ""),
        }
        if self.survey.introduction:
            found["description"] = self._words(self.survey.introduction, "")
        if self.survey.thanks:
            found["completedHtml"] = self._words(self.survey.thanks, "")
        if self.survey.paging == "each":
            found["questionsOnPageMode"] = "questionPerPage"
        if self.survey.progress:
            found["showProgressBar"] = True
        pages: list[Row] = []
        ended: list[Logic] = []
        for row in self.raw:
            if row["new_page"] or not pages:
                pages.append({"name": f"page{len(pages) + 1}", "elements": []})
            pages[-1]["elements"].append(self._element(row, ended))
            if row["end_when"]:
                self._ends(row, ended)
        found["pages"] = pages
        tell_settings(self.survey, self.losses)
        return Written("surveyjs", json.dumps(found, ensure_ascii=False, indent=2) + "\n", tuple(self.losses.found))

    def _words(self, text: dict[str, str], at: str) -> Any:
        said = {tag: piped_back(words, self.tags, "{{{}}}", at, self.losses) for tag, words in text.items()}
        if list(said) == [self.first]:
            return said[self.first]
        return {"default" if tag == self.first else tag: words for tag, words in said.items()}

    def _element(self, row: Row, ended: list[Logic]) -> Row:
        made: Row = {"type": "", "name": row["key"], "title": self._words(row["text"], row["key"])}
        if row["help"]:
            made["description"] = self._words(row["help"], row["key"])
        if row["required"]:
            made["isRequired"] = True
        made |= self._sort(row)
        parts = [expression(logic, inside=len(ended) > 0) for logic in (*self._shown(row), *ended)]
        if parts:
            made["visibleIf"] = " and ".join(parts)
        return made

    def _shown(self, row: Row) -> list[Logic]:
        if not row["show_when"]:
            return []
        try:
            return [said(row["show_when"], self.raw)]
        except NotCarried as what:
            self.losses.add(
                row["key"],
                phrase("the condition {source} ({what})", source=row["show_when"], what=what),
                phrase("always shown"),
            )
            return []

    def _ends(self, row: Row, ended: list[Logic]) -> None:
        try:
            ended.append(opposite(said(row["end_when"], self.raw)))
        except NotCarried as what:
            self.losses.add(
                row["key"],
                phrase("the condition {source} ({what})", source=row["end_when"], what=what),
                phrase("it never ends there"),
            )

    def _sort(self, row: Row) -> Row:
        sort, points = row["type"], self.survey.question(row["key"]).points
        if points:
            made: Row = {"type": "rating", "rateMin": points[0], "rateMax": points[1]}
            for name, end in (("minRateDescription", "low"), ("maxRateDescription", "high")):
                if row[end]:
                    made[name] = self._words(row[end], row["key"])
            return made
        if sort == "number":
            bounds = {name: row[end] for name, end in (("min", "least"), ("max", "most")) if row[end] is not None}
            return {"type": "text", "inputType": "number", **bounds}
        if sort == "date":
            days = {name: _day(row[end]) for name, end in (("min", "earliest"), ("max", "latest")) if row[end]}
            return {"type": "text", "inputType": "date", **days}
        if sort == "text":
            return {"type": "comment"}
        return self._choosing(row)

    def _choosing(self, row: Row) -> Row:
        kinds = {"choice": "radiogroup", "choices": "checkbox", "ranking": "ranking", "matrix": "matrix"}
        options = [{"value": item["key"], "text": self._words(item["text"], row["key"])} for item in row["options"]]
        if any(item["score"] is not None for item in row["options"]):
            self.losses.add(row["key"], phrase("scores of the answers"))
        if row["type"] == "matrix":
            rows = [{"value": item["key"], "text": self._words(item["text"], row["key"])} for item in row["rows"]]
            return {"type": "matrix", "columns": options, "rows": rows}
        made: Row = {"type": kinds[row["type"]], "choices": options}
        for name, end in (("minSelectedChoices", "least"), ("maxSelectedChoices", "most")):
            if row[end] is not None:
                made[name] = int(row[end])
        return made


def _day(day: str) -> str:
    return f"today({day[5:]})" if day.startswith("today") else day


def expression(logic: Logic, *, inside: bool = False) -> str:
    """Logic in the language of SurveyJS."""
    if isinstance(logic, Every | Some):
        sign = " and " if isinstance(logic, Every) else " or "
        text = sign.join(expression(part, inside=True) for part in logic.parts)
        return f"({text})" if inside else text
    return _test(logic)


def _test(test: Test) -> str:
    name = f"{{{test.question}.{test.row}}}" if test.row else f"{{{test.question}}}"
    if test.how in ("answered", "empty"):
        return f"{name} {'notempty' if test.how == 'answered' else 'empty'}"
    value = (
        f"{test.value:g}"
        if isinstance(test.value, float)
        else "'" + str(test.value).replace("\\", "\\\\").replace("'", "\\'") + "'"
    )
    return f"{name} {SIGNS.get(test.how, test.how)} {value}"
