"""Qualtrics QSF, written. Pure."""

import json
from typing import Any

from heed.core.errors.rules import phrase
from heed.feedback.surveys.definition import Survey
from heed.feedback.surveys.rules.exchanging.fitting import said
from heed.feedback.surveys.rules.exchanging.logic import Logic, NotCarried, both, opposite
from heed.feedback.surveys.rules.exchanging.qsf_logic import write_logic
from heed.feedback.surveys.rules.exchanging.report import Losses, Written
from heed.feedback.surveys.rules.exchanging.telling import tell_settings
from heed.feedback.surveys.rules.exchanging.words import piped_back

SID = "SV_000000000000000"
SORTS = {
    "choice": ("MC", "SAVR", "TX"),
    "choices": ("MC", "MAVR", "TX"),
    "ranking": ("RO", "DND", "TX"),
    "text": ("TE", "ML", None),
}
SORTS |= {"number": ("TE", "SL", None), "date": ("TE", "SL", None), "matrix": ("Matrix", "Likert", "SingleAnswer")}
TAGS = {"zh-Hans": "ZH-S", "zh-Hant": "ZH-T"}
Row = dict[str, Any]


def write_qsf(survey: Survey) -> Written:
    """The survey as a QSF, and what of it has no place there."""
    return _Writer(survey).run()


def _tag(language: str) -> str:
    return TAGS.get(language, language.upper())


class _Writer:
    def __init__(self, survey: Survey) -> None:
        self.survey, self.losses = survey, Losses()
        self.first, *self.more = survey.languages
        self.raw = [question.model_dump(mode="json") for question in survey.questions]
        self.types = {row["key"]: row["type"] for row in self.raw}
        self.ids = {row["key"]: f"QID{place}" for place, row in enumerate(self.raw, 1)}
        self.choices = {row["key"]: self._numbers(row) for row in self.raw}
        self.pipes = {
            key: f"{qid}/{'ChoiceTextEntryValue' if self.types[key] in ('text', 'number', 'date') else 'ChoiceGroup/SelectedChoices'}"
            for key, qid in self.ids.items()
        }

    def _numbers(self, row: Row) -> dict[str, str]:
        """What option, row or figure is which number of a choice."""
        points = self.survey.question(row["key"]).points
        if points:
            figures = range(points[0], points[1] + 1)
            start = 0 if row["type"] == "nps" else 1
            return {str(figure): str(place) for place, figure in enumerate(figures, start)}
        found = {item["key"]: str(place) for place, item in enumerate(row["options"], 1)}
        return found | {f".{item['key']}": str(place) for place, item in enumerate(row["rows"], 1)}

    def run(self) -> Written:
        ended: list[Logic] = []
        questions = []
        for row in self.raw:
            questions.append(
                self._element(
                    "SQ", self.ids[row["key"]], self._payload(row, ended), row["text"].get(self.first, "")[:99]
                )
            )
            if row["end_when"] and (logic := self._logic(row, "end_when", phrase("it never ends there"))):
                ended.append(opposite(logic))
        tell_settings(self.survey, self.losses)
        if self.survey.paging == "each":
            self.losses.add("", phrase("one question a page"), phrase("a page break before each"))
        found = {"SurveyEntry": self._entry(), "SurveyElements": [*self._frame(), *questions]}
        return Written("qsf", json.dumps(found, ensure_ascii=False, indent=1) + "\n", tuple(self.losses.found))

    def _entry(self) -> Row:
        return {
            "SurveyID": SID,
            "SurveyName": self.survey.title.get(self.first) or self.survey.name,
            "SurveyDescription": None,
            "SurveyLanguage": _tag(self.first),
            "SurveyStatus": "Inactive",
            "Deleted": None,
        }

    def _element(self, sort: str, first: str, payload: Any, second: str | None = None) -> Row:
        attributes = {"PrimaryAttribute": first, "SecondaryAttribute": second, "TertiaryAttribute": None}
        return {"SurveyID": SID, "Element": sort, **attributes, "Payload": payload}

    def _frame(self) -> list[Row]:
        """Blocks, flow, options and the count of questions."""
        elements: list[Row] = []
        if self.survey.introduction:
            elements.append({"Type": "Question", "QuestionID": "QID0"})
        for place, row in enumerate(self.raw):
            if place and (row["new_page"] or self.survey.paging == "each"):
                elements.append({"Type": "Page Break"})
            elements.append({"Type": "Question", "QuestionID": self.ids[row["key"]]})
        blocks = [
            {"Type": "Default", "Description": "Questions", "ID": "BL_000000000000001", "BlockElements": elements},
            {"Type": "Trash", "Description": "Trash / Unused Questions", "ID": "BL_000000000000002"},
        ]
        flow = {
            "Type": "Root",
            "FlowID": "FL_1",
            "Flow": [{"Type": "Block", "ID": "BL_000000000000001", "FlowID": "FL_2"}],
            "Properties": {"Count": 2},
        }
        made = [
            self._element("BL", "Survey Blocks", blocks),
            self._element("FL", "Survey Flow", flow),
            self._element("SO", "Survey Options", self._options()),
            self._element("QC", "Survey Question Count", None, str(len(self.raw))),
        ]
        if self.survey.introduction:
            made.append(self._element("SQ", "QID0", self._text_block(), "Introduction"))
        return made

    def _options(self) -> Row:
        if len(self.survey.title) > 1:
            self.losses.add("", phrase("the heading in other languages"))
        thanks = {tag: words for tag, words in self.survey.thanks.items() if tag != self.first}
        if thanks:
            self.losses.add("", phrase("the words after the last answer in other languages"))
        return {
            "BackButton": "true",
            "SaveAndContinue": "true" if self.survey.can_return else "false",
            "ProgressBarDisplay": "Text" if self.survey.progress else "None",
            "SurveyTermination": "DisplayMessage" if self.survey.thanks else "DefaultMessage",
            "EOSMessage": self._words(self.survey.thanks.get(self.first, ""), ""),
            "AnonymizeResponse": "Yes" if self.survey.anonymous else "No",
            "AvailableLanguages": {_tag(tag): [] for tag in self.survey.languages},
        }

    def _text_block(self) -> Row:
        text = self.survey.introduction
        return {
            "QuestionText": self._words(text.get(self.first, ""), ""),
            "QuestionID": "QID0",
            "DataExportTag": "introduction",
            "QuestionType": "DB",
            "Selector": "TB",
            "Language": {_tag(tag): {"QuestionText": self._words(text[tag], "")} for tag in self.more if tag in text},
        }

    def _words(self, words: str, at: str) -> str:
        return piped_back(words, self.pipes, "${{q://{}}}", at, self.losses)

    def _logic(self, row: Row, name: str, fate: str) -> Logic | None:
        try:
            logic = said(row[name], self.raw)
            write_logic(logic, self.ids, self.choices, self.types)
            return logic
        except NotCarried as what:
            self.losses.add(row["key"], phrase("the condition {source} ({what})", source=row[name], what=what), fate)
            return None

    # Questions

    def _payload(self, row: Row, ended: list[Logic]) -> Row:
        question, key = self.survey.question(row["key"]), row["key"]
        sort, selector, sub = (
            ("MC", "NPS", None)
            if row["type"] == "nps"
            else ("MC", "SAHR", "TX")
            if question.points
            else SORTS[row["type"]]
        )
        made: Row = {
            "QuestionText": self._words(row["text"].get(self.first, ""), key),
            "DataExportTag": key,
            "QuestionID": self.ids[key],
        }
        made |= {"QuestionType": sort, "Selector": selector, **({"SubSelector": sub} if sub else {})}
        made["Validation"] = {
            "Settings": {"ForceResponse": "ON" if row["required"] else "OFF", "Type": "None", **self._bounds(row)}
        }
        made |= self._listed(row)
        made["Language"] = {_tag(tag): self._translated(row, tag) for tag in self.more}
        if row["help"]:
            self.losses.add(key, phrase("the line below the question"))
        logic = both(
            [
                *(
                    [shown]
                    if (shown := self._logic(row, "show_when", phrase("always shown")) if row["show_when"] else None)
                    else []
                ),
                *ended,
            ]
        )
        if logic is not None:
            try:
                made["DisplayLogic"] = write_logic(logic, self.ids, self.choices, self.types)
            except NotCarried as what:
                self.losses.add(key, phrase("the conditions together ({what})", what=what), phrase("always shown"))
        return made

    def _bounds(self, row: Row) -> Row:
        least, most = (None if row[end] is None else f"{row[end]:g}" for end in ("least", "most"))
        if row["type"] == "number":
            return {
                "Type": "ContentType",
                "ContentType": "ValidNumber",
                "ValidNumber": {"Min": least or "", "Max": most or ""},
            }
        if row["type"] == "date":
            if row["earliest"] or row["latest"]:
                self.losses.add(row["key"], phrase("the earliest and the latest day"))
            return {"Type": "ContentType", "ContentType": "ValidDate", "ValidDate": {"DateFormat": "yyyy-mm-dd"}}
        if row["type"] == "choices" and (least or most):
            return {"Type": "ChoiceRange", "MinChoices": least or "", "MaxChoices": most or ""}
        if row["type"] == "ranking" and (least or most):
            self.losses.add(row["key"], phrase("how many are ranked"))
        return {}

    def _listed(self, row: Row) -> Row:
        key, numbers = row["key"], self.choices[row["key"]]
        if self.survey.question(key).points:
            return self._scale(row, numbers)
        part = "Answers" if row["type"] == "matrix" else "Choices"
        made: Row = {}
        if row["options"]:
            made[part] = {
                numbers[item["key"]]: {"Display": self._words(item["text"].get(self.first, ""), key)}
                for item in row["options"]
            }
            made["AnswerOrder" if part == "Answers" else "ChoiceOrder"] = list(made[part])
            made["VariableNaming"] = {numbers[item["key"]]: item["key"] for item in row["options"]}
            if any(item["score"] is not None for item in row["options"]):
                made["RecodeValues"] = {
                    numbers[item["key"]]: f"{item['score']:g}" for item in row["options"] if item["score"] is not None
                }
        if row["rows"]:
            made["Choices"] = {
                numbers["." + item["key"]]: {"Display": self._words(item["text"].get(self.first, ""), key)}
                for item in row["rows"]
            }
            made["ChoiceOrder"] = list(made["Choices"])
            made["ChoiceDataExportTags"] = {numbers["." + item["key"]]: item["key"] for item in row["rows"]}
        return made

    def _scale(self, row: Row, numbers: dict[str, str]) -> Row:
        made: Row = {
            "Choices": {number: {"Display": figure} for figure, number in numbers.items()},
            "ChoiceOrder": list(numbers.values()),
        }
        if row["type"] == "nps":
            ends = [row[end].get(self.first, "") for end in ("low", "high")]
            if any(ends):
                made["ColumnLabels"] = [{"Display": ends[0]}, {"Display": ends[1]}]
            if any(len(row[end]) > 1 for end in ("low", "high")):
                self.losses.add(row["key"], phrase("words at the ends of a scale in other languages"))
            return made
        if row["low"] or row["high"]:
            self.losses.add(row["key"], phrase("words at the ends of a scale"))
        return {**made, "RecodeValues": {number: figure for figure, number in numbers.items()}}

    def _translated(self, row: Row, tag: str) -> Row:
        numbers = self.choices[row["key"]]
        found: Row = {"QuestionText": self._words(row["text"].get(tag, ""), row["key"])} if row["text"].get(tag) else {}
        for part, items, mark in (
            ("Answers" if row["type"] == "matrix" else "Choices", row["options"], ""),
            ("Choices", row["rows"], "."),
        ):
            said_in = {
                numbers[mark + item["key"]]: {"Display": item["text"][tag]} for item in items if item["text"].get(tag)
            }
            if said_in:
                found[part] = said_in
        return found
