"""LimeSurvey LSS, read. Pure.

Source: files of LimeSurvey's own tests (github.com/LimeSurvey/LimeSurvey, tests/data/surveys) and the manual's "Question types"
and "ExpressionScript". A file is a set of tables; since version 4 words stand in tables of their own (`question_l10ns`).
"""

import re
from collections.abc import Mapping
from typing import Any

from heed.core.errors.rules import Invalid, phrase
from heed.feedback.surveys.rules.exchanging.expressions import Subject, read_expression
from heed.feedback.surveys.rules.exchanging.fitting import Asked, fitted
from heed.feedback.surveys.rules.exchanging.logic import Logic, NotCarried, both, unsaid, written
from heed.feedback.surveys.rules.exchanging.lss_types import FIXED, SPLIT, TYPES, UNUSUAL, tell_setting
from heed.feedback.surveys.rules.exchanging.report import Carried, Losses
from heed.feedback.surveys.rules.exchanging.settling import settled
from heed.feedback.surveys.rules.exchanging.words import language_of, option_key, plain, question_key, repiped

PIPE = re.compile(r"\{([^{}\s][^{}]*)\}")
SUFFIX = re.compile(r"\.(NAOK|shown|value|code|question)$")
Row = dict[str, str]
Tables = dict[str, list[Row]]


def read_lss(content: bytes) -> Carried:
    """The survey. Raises Invalid where the file is no LSS."""
    return _Reader(tables_of(content)).run()


def tables_of(content: bytes) -> Tables:
    """The tables of a survey. Raises Invalid where the file is no LSS."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    hint = "Take the structure of the survey (.lss) from LimeSurvey."
    try:
        root = fromstring(content)
    except (ParseError, ValueError, LookupError) as error:
        raise Invalid(phrase("The file is no XML: {error}", error=error), code="unreadable_file", hint=hint) from error
    except DefusedXmlException as error:
        raise Invalid("The file declares entities, which are not read.", code="unreadable_file", hint=hint) from error
    if root.tag != "document" or (root.findtext("LimeSurveyDocType") or "") != "Survey":
        raise Invalid("The file is no survey of LimeSurvey.", code="unreadable_file", hint=hint)
    return {
        section.tag: [{cell.tag: cell.text or "" for cell in row} for row in section.iterfind("rows/row")]
        for section in root
    }


class _Reader:
    def __init__(self, tables: Tables) -> None:
        self.tables, self.losses = tables, Losses()
        self.survey = (tables.get("surveys") or [{}])[0]
        self.first = language_of(self.survey.get("language")) or "en"
        more = [language_of(tag) for tag in self.survey.get("additional_languages", "").split()]
        self.languages = list(dict.fromkeys([self.first, *(tag for tag in more if tag)]))
        self.asked: dict[str, Asked] = {}
        self.keys: dict[str, str] = {}
        self.questions: list[dict[str, Any]] = []
        self.attributes: dict[str, Row] = {}
        for row in tables.get("question_attributes", []):
            self.attributes.setdefault(row.get("qid", ""), {})[row.get("attribute", "")] = row.get("value", "")

    def run(self) -> Carried:
        by_group = _by(self._once("questions", "qid"), "gid")
        groups = _ordered(self._once("groups", "gid"), "group_order")
        for group in groups:
            before = len(self.questions)
            above = self._when(group.get("grelevance", ""), group.get("group_name", group["gid"]), [])
            name = self._group_name(group)
            if len(groups) > 1 and not name.startswith(self._title()):
                self.losses.add(name, phrase("heading of a group"))
            for row in _ordered(by_group.get(group["gid"], []), "question_order"):
                self._question(row, above)
            if before and len(self.questions) > before and self.survey.get("format") != "A":
                self.questions[before]["new_page"] = True
        return Carried("lss", settled(self._body(), self.losses), tuple(self.losses.found))

    def _title(self) -> str:
        rows = self.tables.get("surveys_languagesettings", [])
        return next(
            (row.get("surveyls_title", "") for row in rows if language_of(row.get("surveyls_language")) == self.first),
            "",
        )

    def _body(self) -> dict[str, Any]:
        said = {
            language_of(row.get("surveyls_language")): row for row in self.tables.get("surveys_languagesettings", [])
        }
        self._settings(said.get(self.first, {}))

        def words(*names: str) -> dict[str, str]:
            texts = {
                tag: "\n".join(filter(None, (self._piped(row.get(name, ""), "") for name in names)))
                for tag, row in said.items()
            }
            return {tag: text for tag, text in texts.items() if text}

        body: dict[str, Any] = {
            "name": words("surveyls_title").get(self.first, ""),
            "languages": self.languages,
            "title": words("surveyls_title"),
            "introduction": words("surveyls_description", "surveyls_welcometext"),
            "thanks": words("surveyls_endtext"),
            "questions": self.questions,
        }
        if self.survey.get("format") == "S":
            body["paging"] = "each"
        if self.survey.get("anonymized") == "Y":
            body["anonymous"] = True
        return body

    def _settings(self, said: Row) -> None:
        told = {
            phrase("quotas"): self.tables.get("quota"),
            phrase("assessments"): self.tables.get("assessments") or self.survey.get("assessments") == "Y",
            phrase("answers given before"): self.tables.get("defaultvalues"),
            phrase("conditions of an old kind"): self.tables.get("conditions"),
            phrase("a page to go to at the end"): said.get("surveyls_url"),
            phrase("the mails"): said.get("surveyls_email_invite"),
            phrase("words on the use of data"): said.get("surveyls_policy_notice"),
        }
        for what, is_so in told.items():
            if is_so:
                self.losses.add("", what)

    # Tables

    def _once(self, table: str, key: str) -> list[Row]:
        """Rows by key; older files have one for each language, and the first language tells the rest."""
        found: dict[str, Row] = {}
        for row in self.tables.get(table, []):
            if row.get("parent_qid", "0") in ("", "0") and (
                row.get(key, "") not in found or language_of(row.get("language")) == self.first
            ):
                found[row.get(key, "")] = {**row, key: row.get(key, "")}
        return list(found.values())

    def _words(self, table: str, key: str, value: str, column: str, at: str) -> dict[str, str]:
        """Words by language, of the table itself in older files, else of its `l10ns`."""
        old = {"question": ("questions", "subquestions"), "answer": ("answers",), "group": ("groups",)}[table]
        rows = [row for name in (*old, f"{table}_l10ns") for row in self.tables.get(name, []) if row.get(key) == value]
        found = {}
        for row in rows:
            language = language_of(row.get("language")) or self.first
            if column in row and (text := self._piped(row[column], at)):
                found[language] = text
        return found

    def _piped(self, words: str, at: str) -> str:
        return repiped(
            plain(words, at, self.losses), PIPE, lambda name: self.keys.get(SUFFIX.sub("", name), ""), at, self.losses
        )

    def _group_name(self, group: Row) -> str:
        words = self._words("group", "gid", group["gid"], "group_name", "")
        return words.get(self.first, group["gid"])

    def _subquestions(self, qid: str) -> list[Row]:
        rows = [
            row
            for name in ("subquestions", "questions")
            for row in self.tables.get(name, [])
            if row.get("parent_qid") == qid
        ]
        found: dict[str, Row] = {}
        for row in rows:
            found.setdefault(row.get("qid", ""), row)
        return _ordered(list(found.values()), "question_order")

    def _answers(self, qid: str) -> list[Row]:
        found: dict[str, Row] = {}
        for row in self.tables.get("answers", []):
            if row.get("qid") == qid and row.get("scale_id", "0") in ("", "0"):
                found.setdefault(row.get("code", ""), row)
        return _ordered(list(found.values()), "sortorder")

    def _answer_words(self, row: Row, at: str) -> dict[str, str]:
        if "aid" in row:
            return self._words("answer", "aid", row["aid"], "answer", at)
        same = [
            one
            for one in self.tables.get("answers", [])
            if (one.get("qid"), one.get("code")) == (row["qid"], row["code"])
        ]
        return {language_of(one.get("language")) or self.first: self._piped(one.get("answer", ""), at) for one in same}

    # Logic

    def _when(self, source: str, at: str, above: list[Logic]) -> list[Logic]:
        try:
            logic = read_expression(source, self._subject)
            return [*above, fitted(logic, self.asked)] if logic is not None else list(above)
        except NotCarried as what:
            self.losses.add(
                at, phrase("the condition {source} ({what})", source=source, what=what), phrase("always shown")
            )
            return list(above)

    def _subject(self, name: str) -> Subject:
        bare = SUFFIX.sub("", name)
        if bare in self.keys:
            return Subject(self.keys[bare])
        whole, _, part = bare.rpartition("_")
        asked = self.asked.get(self.keys.get(whole, ""))
        if asked and part in asked.rows:
            return Subject(asked.key, asked.rows[part])
        if asked and asked.type == "choices" and part in asked.values:
            return Subject(asked.key, option=asked.values[part])
        raise unsaid(phrase("{name} is no question asked before", name=name))

    # Questions

    def _question(self, row: Row, above: list[Logic]) -> None:
        sort, code, qid = row.get("type", ""), row.get("title", ""), row["qid"]
        self._tell(row, code)
        if sort in SPLIT:
            self._several(row, above, SPLIT[sort])
            return
        if sort not in TYPES:
            self.losses.add(code, UNUSUAL.get(sort, phrase("a question of type {type}", type=sort)))
            return
        made = self._begun(row, code, TYPES[sort], above)
        asked = Asked(made["key"], made["type"])
        if sort in FIXED:
            self._fixed(qid, sort, made, asked)
        elif made["type"] in ("choice", "choices", "matrix", "ranking"):
            self._chosen(qid, sort, made, asked)
        self._bounds(sort, self.attributes.get(qid, {}), made)
        self._keep(code, made, asked)
        if row.get("other") == "Y" and sort in "L!M":
            self._other(made, asked)
        if sort in "OP":
            self._comment(made)

    def _keep(self, code: str, made: dict[str, Any], asked: Asked) -> None:
        self.asked[made["key"]], self.keys[code] = asked, made["key"]
        self.questions.append(made)

    def _begun(self, row: Row, code: str, sort: str, above: list[Logic]) -> dict[str, Any]:
        when = both(self._when(row.get("relevance", ""), code, above))
        return {
            "key": question_key(code, self.asked),
            "type": sort,
            "text": self._words("question", "qid", row["qid"], "question", code),
            "help": self._words("question", "qid", row["qid"], "help", code),
            "required": row.get("mandatory") == "Y",
            "show_when": written(when) if when else "",
        }

    def _tell(self, row: Row, code: str) -> None:
        if row.get("mandatory") == "S":
            self.losses.add(code, phrase("that an answer is asked for, not demanded"), phrase("it may be left out"))
        if row.get("preg"):
            self.losses.add(code, phrase("the pattern {pattern}", pattern=row["preg"]))
        for name, value in self.attributes.get(row["qid"], {}).items():
            if what := tell_setting(name, value):
                self.losses.add(code, what)

    def _several(self, row: Row, above: list[Logic], sort: str) -> None:
        """Several fields in one question: one question each."""
        code = row.get("title", "")
        self.losses.add(code, phrase("several fields in one question"), phrase("a question each"))
        heading = self._words("question", "qid", row["qid"], "question", code)
        for part in self._subquestions(row["qid"]):
            name = f"{code}_{part.get('title', '')}"
            made = self._begun(row, name, sort, above)
            words = self._words("question", "qid", part["qid"], "question", name)
            made["text"] = {
                tag: f"{heading.get(tag, '')} – {words.get(tag, '')}".strip(" –") for tag in {**heading, **words}
            }
            self._keep(name, made, Asked(made["key"], sort))

    def _fixed(self, qid: str, sort: str, made: dict[str, Any], asked: Asked) -> None:
        """Types whose answers stand in LimeSurvey itself, not in the file."""
        options, note = FIXED[sort]
        made["options"] = [
            {"key": key, "text": {self.first: words}, "score": score}
            if score is not None
            else {"key": key, "text": {self.first: words}}
            for _code, key, words, score in options
        ]
        asked.values = {code: key for code, key, _words, _score in options}
        if note:
            self.losses.add(made["key"], note, phrase("asked in heed's words"))
        if made["type"] == "matrix":
            self._rows(qid, made, asked)

    def _rows(self, qid: str, made: dict[str, Any], asked: Asked) -> None:
        made["rows"] = []
        for part in self._subquestions(qid):
            code = part.get("title", "")
            asked.rows[code] = option_key(code, asked.rows.values(), "row")
            words = self._words("question", "qid", part["qid"], "question", asked.key)
            made["rows"].append({"key": asked.rows[code], "text": words})

    def _chosen(self, qid: str, sort: str, made: dict[str, Any], asked: Asked) -> None:
        answers, parts = self._answers(qid), self._subquestions(qid)
        if sort == "H":
            self.losses.add(made["key"], phrase("a matrix by column"), phrase("asked by row"))
        if made["type"] in ("matrix",):
            self._rows(qid, made, asked)
        listed = parts if made["type"] == "choices" or (made["type"] == "ranking" and not answers) else answers
        made["options"] = []
        scored = any(row.get("assessment_value", "0") not in ("", "0") for row in listed)
        for row in listed:
            code = row.get("title", row.get("code", "")) if listed is parts else row.get("code", "")
            key = option_key(code, asked.values.values())
            asked.values[code] = key
            words = (
                self._words("question", "qid", row["qid"], "question", asked.key)
                if listed is parts
                else self._answer_words(row, asked.key)
            )
            option: dict[str, Any] = {"key": key, "text": words}
            if scored and made["type"] in ("choice", "matrix"):
                option["score"] = float(row.get("assessment_value") or 0)
            made["options"].append(option)
        if made["type"] == "choice":
            _as_scale(made, asked, self.first)

    def _bounds(self, sort: str, attributes: Mapping[str, str], made: dict[str, Any]) -> None:
        names = {
            "N": ("min_num_value_n", "max_num_value_n"),
            "M": ("min_answers", "max_answers"),
            "R": ("min_answers", "max_answers"),
        }
        for name, attribute in zip(("least", "most"), names.get(sort, ()), strict=False):
            if re.fullmatch(r"-?\d+(\.\d+)?", attributes.get(attribute, "")):
                made[name] = float(attributes[attribute])
        if sort == "D":
            for name, attribute in (("earliest", "date_min"), ("latest", "date_max")):
                value = attributes.get(attribute, "")[:10]
                if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
                    made[name] = value
                elif value:
                    self.losses.add(made["key"], phrase("the bound {value}", value=value))

    def _other(self, made: dict[str, Any], asked: Asked) -> None:
        key = option_key("other", asked.values.values())
        asked.values["-oth-"] = key
        made.setdefault("options", []).append({"key": key, "text": {self.first: "Other"}})
        sign = f'"{key}" in {made["key"]}' if made["type"] == "choices" else f'{made["key"]} == "{key}"'
        self._added(made, "other", "Other", sign, phrase("an answer with a field to type in"))

    def _comment(self, made: dict[str, Any]) -> None:
        self._added(made, "comment", "Comment", f"has_{made['key']}", phrase("a field for a comment"))

    def _added(self, made: dict[str, Any], name: str, words: str, sign: str, what: str) -> None:
        extra = question_key(f"{made['key']}_{name}", self.asked)
        self.asked[extra] = Asked(extra, "text")
        self.questions.append({"key": extra, "type": "text", "text": {self.first: words}, "show_when": sign})
        self.losses.add(made["key"], what, phrase("a question of its own: {key}", key=extra))


def _as_scale(made: dict[str, Any], asked: Asked, language: str) -> None:
    """A list of the figures 0 to 10, or others in a row, is a scale."""
    words = [option["text"].get(language, "") for option in made["options"]]
    codes = list(asked.values)
    if len(codes) < 2 or codes != words or not all(re.fullmatch(r"\d{1,2}", code) for code in codes):
        return
    figures = [int(code) for code in codes]
    if figures != list(range(figures[0], figures[0] + len(figures))) or len(figures) > 11:
        return
    made.pop("options")
    if (figures[0], figures[-1]) == (0, 10):
        made["type"] = asked.type = "nps"
    else:
        made["type"] = asked.type = "rating"
        made["least"], made["most"] = float(figures[0]), float(figures[-1])
    asked.values = {}


def _by(rows: list[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get(key, ""), []).append(row)
    return found


def _ordered(rows: list[Row], key: str) -> list[Row]:
    def place(row: Row) -> float:
        text = row.get(key, "0")
        return float(text) if re.fullmatch(r"\d{1,9}", text) else 0.0

    return sorted(rows, key=place)
