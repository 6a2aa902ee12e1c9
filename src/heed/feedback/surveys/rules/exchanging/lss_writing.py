"""LimeSurvey LSS, written: the tables of version 6. Pure."""

import re
from collections.abc import Collection
from html import escape
from typing import Any

from heed.core.errors.rules import phrase
from heed.feedback.surveys.definition import Survey
from heed.feedback.surveys.rules.exchanging.fitting import said
from heed.feedback.surveys.rules.exchanging.logic import (
    Every,
    Logic,
    NotCarried,
    Some,
    Test,
    both,
    either,
    opposite,
    unsaid,
)
from heed.feedback.surveys.rules.exchanging.report import Losses, Written
from heed.feedback.surveys.rules.exchanging.telling import tell_settings
from heed.feedback.surveys.rules.exchanging.words import piped_back

VERSION = "623"
SID = "100000"
LETTERS = {"choice": "L", "choices": "M", "matrix": "F", "ranking": "R", "text": "T", "number": "N", "date": "D"}
UNSEEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Row = dict[str, Any]


def write_lss(survey: Survey) -> Written:
    """The survey as a file of LimeSurvey, and what of it has no place there."""
    return _Writer(survey).run()


def codes_of(survey: Survey) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The codes under which LimeSurvey knows a survey that was written: of questions by key, and of each question's options and
    rows (a row has a point before its key).
    """
    writer = _Writer(survey)
    writer.run()
    return writer.codes, writer.parts


class _Writer:
    def __init__(self, survey: Survey) -> None:
        self.survey, self.losses = survey, Losses()
        self.raw = [question.model_dump(mode="json") for question in survey.questions]
        self.tables: dict[str, list[Row]] = {}
        self.codes: dict[str, str] = {}
        self.parts: dict[str, dict[str, str]] = {}
        self.number = 0
        for row in self.raw:
            self.codes[row["key"]] = _code(row["key"], self.codes.values(), 20)
            if self.codes[row["key"]] != row["key"]:
                self.losses.add(row["key"], phrase("its key"), phrase("called {code}", code=self.codes[row["key"]]))

    def run(self) -> Written:
        group, ended = 0, list[Logic]()
        for place, row in enumerate(self.raw):
            if row["new_page"] or not group:
                group += 1
                self._group(group)
            self._question(row, group, place, ended)
            if row["end_when"]:
                logic = self._logic(row, "end_when", phrase("it never ends there"))
                ended += [opposite(logic)] if logic else []
        self._survey()
        tell_settings(self.survey, self.losses)
        return Written("lss", self._text(), tuple(self.losses.found))

    def _add(self, table: str, **cells: Any) -> None:
        self.tables.setdefault(table, []).append(cells)

    def _group(self, gid: int) -> None:
        self._add("groups", gid=gid, sid=SID, group_order=gid, randomization_group="", grelevance="")
        for tag in self.survey.languages:
            name = (
                f"{self.survey.title.get(tag) or self.survey.name} {gid}"
                if gid > 1
                else self.survey.title.get(tag) or self.survey.name
            )
            self._add(
                "group_l10ns",
                id=len(self.tables.get("group_l10ns", [])) + 1,
                gid=gid,
                group_name=name[:200],
                description="",
                language=tag,
            )

    def _survey(self) -> None:
        first, *more = self.survey.languages
        self._add(
            "surveys",
            sid=SID,
            language=first,
            additional_languages=" ".join(more),
            format="S" if self.survey.paging == "each" else "G",
            anonymized="Y" if self.survey.anonymous else "N",
            showprogress="Y" if self.survey.progress else "N",
            allowsave="Y" if self.survey.can_return else "N",
            active="N",
        )
        for tag in self.survey.languages:
            self._add(
                "surveys_languagesettings",
                surveyls_survey_id=SID,
                surveyls_language=tag,
                surveyls_title=self.survey.title.get(tag) or self.survey.name,
                surveyls_description="",
                surveyls_welcometext=self._words(self.survey.introduction.get(tag, ""), ""),
                surveyls_endtext=self._words(self.survey.thanks.get(tag, ""), ""),
            )

    def _words(self, words: str, at: str) -> str:
        return piped_back(words, self.codes, "{{{}.shown}}", at, self.losses)

    def _said(
        self, table: str, key: str, value: int, column: str, text: dict[str, str], at: str, **more: dict[str, str]
    ) -> None:
        for tag in self.survey.languages:
            found = {column: self._words(text.get(tag) or text.get(self.survey.languages[0], ""), at)}
            found |= {name: self._words(words.get(tag, ""), at) for name, words in more.items()}
            self._add(table, id=len(self.tables.get(table, [])) + 1, **{key: value}, **found, language=tag)

    # Questions

    def _question(self, row: Row, gid: int, place: int, ended: list[Logic]) -> None:
        self.number += 1
        qid, points = self.number, self.survey.question(row["key"]).points
        letter = ("5" if points == (1, 5) else "L") if points else LETTERS[row["type"]]
        self._add(
            "questions",
            qid=qid,
            parent_qid=0,
            sid=SID,
            gid=gid,
            type=letter,
            title=self.codes[row["key"]],
            other="N",
            mandatory="Y" if row["required"] else "N",
            question_order=place,
            scale_id=0,
            relevance=self._relevance(row, ended),
        )
        self._said("question_l10ns", "qid", qid, "question", row["text"], row["key"], help=row["help"])
        for end in ("low", "high"):
            if row[end]:
                self.losses.add(row["key"], phrase("words at the ends of a scale"))
        self.parts[row["key"]] = {}
        if points and letter == "L":
            for number in range(points[0], points[1] + 1):
                words = {tag: str(number) for tag in self.survey.languages}
                self._answer(qid, str(number), number, words, row["key"], None)
        self._listed(row, qid, gid, letter)
        self._bounds(row, qid)

    def _listed(self, row: Row, qid: int, gid: int, letter: str) -> None:
        codes = self.parts[row["key"]]
        for order, item in enumerate(row["options"]):
            if letter == "M":
                codes[item["key"]] = _code(item["key"], codes.values(), 20, "SQ", order + 1)
                self._part(qid, gid, letter, order, codes[item["key"]], item["text"], row["key"])
            else:
                codes[item["key"]] = _code(item["key"], codes.values(), 5, "A", order + 1)
                self._answer(qid, codes[item["key"]], order, item["text"], row["key"], item["score"])
            if codes[item["key"]] != item["key"]:
                self.losses.add(
                    row["key"],
                    phrase("the key {key}", key=item["key"]),
                    phrase("called {code}", code=codes[item["key"]]),
                )
        for order, item in enumerate(row["rows"]):
            taken = [name for key, name in codes.items() if key.startswith(".")]
            code = _code(item["key"], taken, 20, "SQ", order + 1)
            codes[f".{item['key']}"] = code
            self._part(qid, gid, "F", order, code, item["text"], row["key"])
            if code != item["key"]:
                self.losses.add(
                    row["key"], phrase("the key {key}", key=item["key"]), phrase("called {code}", code=code)
                )

    def _part(self, qid: int, gid: int, letter: str, order: int, code: str, text: dict[str, str], at: str) -> None:
        self.number += 1
        cells = {"qid": self.number, "parent_qid": qid, "sid": SID, "gid": gid, "type": "T", "title": code}
        self._add("subquestions", **cells, other="N", mandatory="N", question_order=order, scale_id=0, relevance="1")
        self._said("question_l10ns", "qid", self.number, "question", text, at, help={})

    def _answer(self, qid: int, code: str, order: int, text: dict[str, str], at: str, score: float | None) -> None:
        aid = len(self.tables.get("answers", [])) + 1
        value = int(score) if score is not None and float(score).is_integer() else 0
        if score is not None and value != score:
            self.losses.add(at, phrase("scores of the answers"))
        self._add("answers", aid=aid, qid=qid, code=code, sortorder=order, assessment_value=value, scale_id=0)
        self._said("answer_l10ns", "aid", aid, "answer", text, at)

    def _bounds(self, row: Row, qid: int) -> None:
        names = {
            "number": ("min_num_value_n", "max_num_value_n"),
            "choices": ("min_answers", "max_answers"),
            "ranking": ("min_answers", "max_answers"),
        }
        found = dict(zip(("least", "most"), names.get(row["type"], ()), strict=False))
        if row["type"] == "date":
            found = {"earliest": "date_min", "latest": "date_max"}
        for field, name in found.items():
            value = row[field]
            if value not in (None, ""):
                text = f"{value:g}" if isinstance(value, float) else str(value).replace("today", "today ").strip()
                self._add("question_attributes", qid=qid, attribute=name, value=text, language="")

    # Logic

    def _logic(self, row: Row, name: str, fate: str) -> Logic | None:
        try:
            found = said(row[name], self.raw)
            self._expression(found)
            return found
        except NotCarried as what:
            self.losses.add(row["key"], phrase("the condition {source} ({what})", source=row[name], what=what), fate)
            return None

    def _relevance(self, row: Row, ended: list[Logic]) -> str:
        shown = self._logic(row, "show_when", phrase("always shown")) if row["show_when"] else None
        whole = both([logic for logic in (shown, *ended) if logic is not None])
        return self._expression(whole) if whole else "1"

    def _expression(self, logic: Logic, *, inside: bool = False) -> str:
        if isinstance(logic, Every | Some):
            sign = " && " if isinstance(logic, Every) else " || "
            text = sign.join(self._expression(part, inside=True) for part in logic.parts)
            return f"({text})" if inside else text
        return self._test(logic, inside=inside)

    def _test(self, test: Test, *, inside: bool) -> str:
        code, row = self.codes[test.question], next(one for one in self.raw if one["key"] == test.question)
        parts = self.parts[test.question]
        if test.how in ("answered", "empty") and not test.row and row["type"] in ("choices", "matrix"):
            return self._expression(self._each(row, test.how), inside=inside)
        if test.how in ("has", "has_not"):
            return f'{code}_{parts[str(test.value)]}.NAOK {"==" if test.how == "has" else "!="} "Y"'
        if test.how.startswith("says") or row["type"] in ("ranking", "date"):
            raise unsaid(f"{test.question} {test.how}")
        name = f"{code}_{parts['.' + test.row]}.NAOK" if test.row else f"{code}.NAOK"
        if test.how in ("answered", "empty"):
            return f"!is_empty({name})" if test.how == "answered" else f"is_empty({name})"
        value = (
            f"{test.value:g}"
            if isinstance(test.value, float)
            else '"' + parts.get(str(test.value), str(test.value)).replace('"', '\\"') + '"'
        )
        sign = {"is": "==", "is_not": "!="}.get(test.how, test.how)
        if sign in ("==", "!="):
            return f"{name} {sign} {value}"
        text = f"!is_empty({name}) && {name} {sign} {value}"
        return f"({text})" if inside else text

    def _each(self, row: Row, how: str) -> Logic:
        """Whether anything of several was answered, said part by part."""
        if row["type"] == "choices":
            tests: list[Logic] = [
                Test(row["key"], "has" if how == "answered" else "has_not", item["key"]) for item in row["options"]
            ]
        else:
            tests = [Test(row["key"], how, row=item["key"]) for item in row["rows"]]
        found = either(tests) if how == "answered" else both(tests)
        assert found is not None
        return found

    # Text

    def _text(self) -> str:
        languages = "".join(f"  <language>{escape(tag)}</language>\n" for tag in self.survey.languages)
        parts = [
            '<?xml version="1.0" encoding="UTF-8"?>\n<document>\n <LimeSurveyDocType>Survey</LimeSurveyDocType>\n',
            f" <DBVersion>{VERSION}</DBVersion>\n <languages>\n{languages} </languages>\n",
        ]
        for name in sorted(self.tables):
            rows = self.tables[name]
            fields = "".join(f"   <fieldname>{field}</fieldname>\n" for field in rows[0])
            lines = "".join(f"   <row>\n{''.join(_cell(*cell) for cell in row.items())}   </row>\n" for row in rows)
            parts.append(f" <{name}>\n  <fields>\n{fields}  </fields>\n  <rows>\n{lines}  </rows>\n </{name}>\n")
        return "".join(parts) + "</document>\n"


def _cell(name: str, value: Any) -> str:
    text = UNSEEN.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
    return f"    <{name}><![CDATA[{text}]]></{name}>\n" if text else f"    <{name}/>\n"


def _code(key: str, taken: Collection[str], most: int, otherwise: str = "Q", place: int = 1) -> str:
    """A code of LimeSurvey: letters and figures only, as long as it may be; else by its place, as LimeSurvey numbers them."""
    bare = re.sub(r"[^A-Za-z0-9]", "", key)
    if bare and len(bare) <= most and bare not in taken and (most == 5 or bare[0].isalpha() or otherwise != "Q"):
        return bare
    start = bare[: most - 3] if most > 5 and bare[:1].isalpha() else otherwise
    return next(code for number in range(place, 10_000) if (code := f"{start}{number}") not in taken)
