"""The two languages of expressions that look alike: SurveyJS (`{q} = 'a' and {r} notempty`) and LimeSurvey's Expression
Manager (`q.NAOK == "a" && !is_empty(r)`). Read into `logic`, and written from it. Pure.

Sources: SurveyJS, "Conditional visibility and logic", surveyjs.io/form-library/documentation/design-survey/conditional-logic;
LimeSurvey manual, "ExpressionScript", manual.limesurvey.org/ExpressionScript_-_Presentation.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from heed.core.errors.rules import phrase
from heed.feedback.surveys.rules.exchanging.logic import Logic, Test, both, either, opposite, unsaid

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<name>\{[^{}]+\}|[A-Za-z_][\w.]*)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<sign>&&|\|\||==|!=|<>|<=|>=|[=<>!(),\[\]]))"
)
LONGEST = 4000
DEEPEST = 40
COMPARED = {"==": "is", "=": "is", "eq": "is", "equal": "is", "!=": "is_not", "<>": "is_not", "ne": "is_not"}
COMPARED |= {"notequal": "is_not", "<": "<", "lt": "<", "less": "<", ">": ">", "gt": ">", "greater": ">"}
COMPARED |= {"<=": "<=", "le": "<=", "lessorequal": "<=", ">=": ">=", "ge": ">=", "greaterorequal": ">="}
COMPARED |= {"contains": "has", "contain": "has", "notcontains": "has_not", "notcontain": "has_not"}
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
AFTER = {"empty": "empty", "notempty": "answered"}
Reference = Callable[[str], "Subject"]


class Subject(NamedTuple):
    """What a name of the file stands for: a question, a row of it, or one option of several (`q_wait`)."""

    question: str
    row: str = ""
    option: str = ""


class Token(NamedTuple):
    sort: str
    text: str


def read_expression(source: str, refer: Reference) -> Logic | None:
    """The expression as logic; None where it is always true. Raises NotCarried with what it cannot say."""
    if len(source) > LONGEST:
        raise unsaid(phrase("an expression of {count} signs", count=len(source)))
    return _Reader(_tokens(source), refer).whole()


def _tokens(source: str) -> list[Token]:
    found, place = [], 0
    source = source.strip()
    while place < len(source):
        match = TOKEN.match(source, place)
        if match is None or not match.lastgroup:
            raise unsaid(source[place : place + 40])
        found.append(Token(match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found


@dataclass
class _Reader:
    """Or of ands of nots of comparisons, by recursive descent."""

    tokens: list[Token]
    refer: Reference
    place: int = 0
    depth: int = 0

    def whole(self) -> Logic | None:
        if not self.tokens or [token.text for token in self.tokens] in (["1"], ["true"]):
            return None
        found = self._or()
        if self.place < len(self.tokens):
            raise unsaid(self._here().text)
        return found

    def _here(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else Token("end", "")

    def _takes(self, *texts: str) -> bool:
        if self._here().sort in ("sign", "name") and self._here().text.lower() in texts:
            self.place += 1
            return True
        return False

    def _must(self, text: str) -> None:
        if not self._takes(text):
            raise unsaid(phrase("{text} without its {other}", text=self._here().text or "…", other=text))

    def _or(self) -> Logic:
        parts = [self._and()]
        while self._takes("or", "||"):
            parts.append(self._and())
        found = either(parts)
        assert found is not None
        return found

    def _and(self) -> Logic:
        parts = [self._not()]
        while self._takes("and", "&&"):
            parts.append(self._not())
        found = both(parts)
        assert found is not None
        return found

    def _not(self) -> Logic:
        self.depth += 1
        if self.depth > DEEPEST:
            raise unsaid(phrase("brackets deeper than {most}", most=DEEPEST))
        try:
            if self._takes("!", "not"):
                return opposite(self._not())
            if self._here().text == "(":
                self.place += 1
                found = self._or()
                self._must(")")
                return found
            return self._comparison()
        finally:
            self.depth -= 1

    def _comparison(self) -> Logic:
        token = self._here()
        if token.text.lower() in ("is_empty", "isempty"):
            self.place += 1
            self._must("(")
            subject = self._subject()
            self._must(")")
            return _empty(subject)
        if token.sort in ("text", "number"):
            value = self._value()
            how = COMPARED.get(self._sign(), "")
            subject = self._subject()
            return _test(subject, TURNED.get(how, how), value)
        subject = self._subject()
        after = self._here().text.lower()
        if after in AFTER:
            self.place += 1
            return _empty(subject) if AFTER[after] == "empty" else opposite(_empty(subject))
        if after == "anyof":
            self.place += 1
            found = either([_test(subject, "has", value) for value in self._values()])
            assert found is not None
            return found
        if after not in COMPARED:
            # A bare name is true where it was answered.
            return opposite(_empty(subject))
        how = COMPARED[self._sign()]
        return _test(subject, how, self._value())

    def _sign(self) -> str:
        token = self._here()
        if token.text.lower() not in COMPARED:
            raise unsaid(token.text)
        self.place += 1
        return token.text.lower()

    def _subject(self) -> Subject:
        token = self._here()
        if token.sort != "name":
            raise unsaid(token.text)
        self.place += 1
        if self._here().text == "(":
            raise unsaid(f"{token.text}()")
        name = token.text[1:-1] if token.text.startswith("{") else token.text
        return self.refer(name)

    def _values(self) -> list[str | float]:
        if self._here().text != "[":
            return [self._value()]
        self.place += 1
        found = [self._value()]
        while self._takes(","):
            found.append(self._value())
        self._must("]")
        return found

    def _value(self) -> str | float:
        token = self._here()
        if token.text == "[":
            values = self._values()
            if len(values) == 1:
                return values[0]
            raise unsaid(phrase("a list of {count}", count=len(values)))
        self.place += 1
        if token.sort == "number":
            return float(token.text)
        if token.sort == "text":
            return re.sub(r"\\(.)", r"\1", token.text[1:-1])
        if token.text.lower() in ("true", "false"):
            return token.text.lower()
        raise unsaid(token.text or "…")


def _empty(subject: Subject) -> Logic:
    if subject.option:
        return Test(subject.question, "has_not", subject.option)
    return Test(subject.question, "empty", row=subject.row)


def _test(subject: Subject, how: str, value: str | float) -> Logic:
    if not how:
        raise unsaid(str(value))
    if subject.option:
        chosen = (value in ("Y", "y", 1.0, "1", "true")) == (how == "is")
        if how not in ("is", "is_not"):
            raise unsaid(f"{subject.question} {how}")
        return Test(subject.question, "has" if chosen else "has_not", subject.option)
    if value == "" and how in ("is", "is_not"):
        return Test(subject.question, "empty" if how == "is" else "answered", row=subject.row)
    return Test(subject.question, how, value, subject.row)
