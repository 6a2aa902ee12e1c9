"""Responses of LimeSurvey (CSV with question codes and answer codes, or the responses of an archive), turned into a sheet. Pure.

Source: LimeSurvey manual, "Exporting results" and "Question types". Columns: `id`, `submitdate`, `lastpage`, `startlanguage`, …, then
`CODE`, `CODE[SQ001]` for a part, `CODE[other]` and `CODE[comment]` for what was typed, `CODE[1]` for the first rank.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from heed.core.errors.rules import phrase
from heed.feedback.surveys.definition import Question, Survey
from heed.feedback.surveys.rules.exchanging.answers import AnswersPlan
from heed.feedback.surveys.rules.exchanging.lss_types import FIXED
from heed.feedback.surveys.rules.exchanging.lss_writing import codes_of
from heed.feedback.surveys.rules.exchanging.turned_answers import (
    Cells,
    Coded,
    Sheet,
    coded,
    one,
    pairs_of,
    ranked,
    reader_of,
    several,
    unmasked,
)
from heed.feedback.surveys.rules.exchanging.words import option_key, question_key

META = {
    "id": "id",
    "submitdate": "at",
    "startdate": "started",
    "startlanguage": "language",
    "interviewtime": "duration",
}
SPARE = ("lastpage", "datestamp")
PEOPLE = ("ipaddr", "token")
OWN = re.compile(r"seed|refurl|groupTime\w*|\w+Time|attribute_\d+", re.IGNORECASE)
PARTED = re.compile(r"(?P<code>[^\[\]]+)\[(?P<part>[^\[\]]+)\](\[(?P<scale>[^\[\]]+)\])?")
# What a survey without time stamps has for the time of every response.
NO_TIME = "1980-01-01"


def is_limesurvey(names: Sequence[str]) -> bool:
    """Whether these are the columns of an export with codes."""
    return "submitdate" in names or {"lastpage", "startlanguage"} <= set(names)


def lime_plan(
    survey: Survey, key: str, names: Sequence[str], *, columns: Mapping[str, str], zone: str = "", system: str = ""
) -> AnswersPlan:
    """The plan for a file with these columns. Raises Invalid where it answers nothing of the survey."""
    return _Reader(survey, key, names, columns).plan(zone, system)


class _Reader:
    def __init__(self, survey: Survey, key: str, names: Sequence[str], columns: Mapping[str, str]) -> None:
        self.survey, self.names = survey, names
        self.sheet = Sheet(survey, key, "limesurvey")
        self.named = pairs_of(columns, names, survey)
        codes, self.parts = codes_of(survey)
        self.by_code = {code.casefold(): key for key, code in codes.items()}
        self.by_key = {question.key: question for question in survey.questions}

    def plan(self, zone: str, system: str) -> AnswersPlan:
        for name in self.names:
            if name in self.named:
                self._named(name)
            elif not self._meta(name) and not self._answer(name):
                self.sheet.losses.add(name, phrase("answers to a question that the survey has not"))
        if "at" in self.sheet.whole and self.sheet.whole["at"] == "submitdate":
            self.sheet.placed.append(("submitdate", _submitted))
            self.sheet.placed.insert(0, ("datestamp" if "datestamp" in self.names else "submitdate", _touched))
        if "startdate" in self.names:
            self.sheet.placed.append(("startdate", _taken))
        return self.sheet.plan(zone=zone, customers=system, wanted=())

    def _named(self, name: str) -> None:
        what = self.named[name]
        if isinstance(what, str):
            self.sheet.whole[what] = name
        else:
            self._place(name, *what)

    def _meta(self, name: str) -> bool:
        losses, bare = self.sheet.losses, name.casefold()
        if bare in META:
            self.sheet.tells(META[bare], name)
        elif bare in SPARE:
            losses.add(
                name,
                phrase("when it was begun and recorded, and how far it came"),
                phrase("the time taken stays, and whether it was finished"),
            )
        elif bare in PEOPLE:
            losses.add(name, phrase("what says who somebody is"), phrase("never kept"))
        elif OWN.fullmatch(name) and self._question(name) is None:
            losses.add(name, phrase("a column LimeSurvey keeps for itself"))
        else:
            return False
        return True

    def _question(self, code: str) -> Question | None:
        known = self.by_code.get(code.casefold()) or question_key(code, ())
        return self.by_key.get(known)

    def _answer(self, name: str) -> bool:
        """A column of answers, by its code and the part in brackets."""
        match = PARTED.fullmatch(name)
        code, part = (match["code"], match["part"]) if match else (name, "")
        if match and match["scale"]:
            return False
        question = self._question(code)
        if question is None or (part and question.type not in ("choices", "matrix", "ranking")):
            return self._beside(code, part) if part else False
        if not part:
            if question.type in ("choices", "matrix", "ranking"):
                return False
            self._place(name, question, "")
            return True
        return self._part(name, question, part)

    def _beside(self, code: str, part: str) -> bool:
        """What was typed beside an answer, or one field of several: a question of its own."""
        owner = self._question(code)
        start = owner.key if owner else code
        question = self.by_key.get(question_key(f"{start}_{part}", ())) or self.by_key.get(
            question_key(f"{code}_{part}", ())
        )
        if question is None or question.type not in ("text", "number"):
            return False
        self._place(f"{code}[{part}]", question, "")
        return True

    def _part(self, name: str, question: Question, part: str) -> bool:
        if question.type == "ranking":
            if not part.isdigit() or not 1 <= int(part) <= len(question.options):
                return False
            columns, read, number = self.sheet.columns_of(question), self._coded(question), int(part)
            self.sheet.answers(name, question, ranked(columns, lambda text: [(number, read(text))]), part)
            return True
        codes = self.parts[question.key]
        mark = "." if question.type == "matrix" else ""
        own = {
            code.casefold(): key.removeprefix(".") for key, code in codes.items() if key.startswith(".") == bool(mark)
        }
        parts = {each.key for each in (question.rows if mark else question.options)}
        key = own.get(part.casefold()) or option_key(part, ())
        if key in parts:
            self._place(name, question, key)
            return True
        if part.endswith("comment"):
            return False
        return self._beside(question.key, part)

    def _place(self, name: str, question: Question, part: str) -> None:
        """Where a column goes whose question and part are known."""
        columns = self.sheet.columns_of(question)
        if question.type == "choices" and part == "other":
            # Words typed where `other` was chosen choose it too.
            self._other(name, question)
            return
        if question.type == "choices":
            place = several(columns[""], lambda text: _ticked(text, part) if part else text.split(","))
        elif question.type == "ranking":
            place = ranked(columns, lambda text: [(0, text)]) if not part else one(columns[part], str)
        else:
            place = one(columns[part if question.type == "matrix" else ""], self._read(question))
        self.sheet.answers(name, question, place, part)

    def _other(self, name: str, question: Question) -> None:
        column = self.sheet.columns_of(question)[""]
        words = self.by_key.get(f"{question.key}_other")
        if words is None:
            self.sheet.answers(name, question, several(column, lambda _text: ["other"]), "other")
            return
        typed = self.sheet.columns_of(words)[""]
        chosen = several(column, lambda text: _ticked(text, "other") if text in ("Y", "N") else ["other"])

        def place(cells: Cells, text: str) -> None:
            chosen(cells, text)
            if text not in ("Y", "N"):
                cells[typed] = unmasked(text)

        self.sheet.answers(name, question, place, "other")
        self.sheet.matched.append((name, words.key))

    def _read(self, question: Question) -> Coded:
        return self._coded(question) if question.type in ("choice", "matrix") else reader_of(question, {})

    def _coded(self, question: Question) -> Coded:
        keys = {option.key for option in question.options}
        codes = {code: key for key, code in self.parts[question.key].items() if key in keys}
        for options, _note in FIXED.values():
            if {key for _code, key, _words, _score in options} == keys:
                codes |= {code: key for code, key, _words, _score in options}
        if "other" in keys:
            codes["-oth-"] = "other"
        return coded(question, codes)


def _ticked(text: str, option: str) -> list[str]:
    """One of several: Y or nothing; what is neither stays, as a fault."""
    if text.casefold() in ("y", "yes", "1"):
        return [option]
    return [] if text.casefold() in ("n", "no", "0") else [f"{option}={text}"]


# When: a response that was not submitted was answered when it was last touched


def _touched(cells: Cells, text: str) -> None:
    if not cells.get("EndDate") and not text.startswith(NO_TIME):
        cells["EndDate"], cells["Finished"] = text, "0"


def _submitted(cells: Cells, text: str) -> None:
    cells["Finished"] = "1"
    if text.startswith(NO_TIME):
        cells["EndDate"] = None


def _taken(cells: Cells, text: str) -> None:
    """Seconds from the first page to the end."""
    begun = cells.pop("StartDate", None) or text
    if cells.get("Duration"):
        return
    try:
        seconds = (datetime.fromisoformat(cells.get("EndDate") or "") - datetime.fromisoformat(begun)).total_seconds()
    except (ValueError, TypeError):
        return
    if seconds >= 0:
        cells["Duration"] = f"{seconds:g}"
