"""The kind `survey`: questions in one or more languages, which of them are shown when, and the mail that asks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from heed.core.conditions.rules import Call, Condition, Items, Name, Node, compile_condition
from heed.core.conditions.rules import Literal as Written
from heed.core.definitions.rules import InvalidDefinition, kind
from heed.core.errors.rules import Invalid, nearest, phrase

FROZEN = ConfigDict(frozen=True, extra="forbid")
Type = Literal["nps", "csat", "ces", "choice", "choices", "text", "number"]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]
# Words by language; one that is missing falls back to the survey's first.
Text = dict[Language, Annotated[str, Field(max_length=4000)]]
# A question is a variable of conditions, so its key is a name of CEL and no word of it.
QuestionKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
OptionKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=40)]

SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
CHOOSING = ("choice", "choices")
FIELD_KINDS: Mapping[str, str] = {"choice": "text", "text": "text", "choices": "map"}
# What a type may count as in the facts; the first is what it counts as unless the question says otherwise.
INSTRUMENTS: Mapping[str, tuple[str, ...]] = {
    "nps": ("nps",),
    "csat": ("csat",),
    "ces": ("ces", "effort_top_box"),
    "choice": ("choice", "resolved"),
    "choices": ("choice",),
    "text": ("text",),
    "number": ("number",),
}
# Words of CEL and names of its types; no question may be called so.
RESERVED = frozenset(
    (
        *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop"),
        *("null", "package", "namespace", "return", "true", "var", "void", "while", "bool", "bytes", "double"),
        *("duration", "dyn", "int", "list", "map", "size", "string", "timestamp", "type", "uint"),
    )
)


class Option(BaseModel):
    """One answer to choose."""

    model_config = FROZEN

    key: OptionKey = Field(description="Names the answer in figures and conditions.")
    text: Text = Field(description="What the customer reads, by language.")
    score: float | None = Field(None, description="A number it counts as, such as 1 for yes and 0 for no.")


class Question(BaseModel):
    """One question, and when it is shown."""

    model_config = FROZEN

    key: QuestionKey = Field(description="Names the question in figures and conditions.")
    type: Type
    text: Text = Field(description="The question, by language.")
    help: Text = Field({}, description="A line below it, by language.")
    options: tuple[Option, ...] = Field((), max_length=60, description="Answers to choose from.")
    required: bool = Field(False, description="Whether the customer must answer it.")
    show_when: str = Field("", max_length=1000, description="Condition over earlier answers; empty: always shown.")
    instrument: str = Field("", description="What it counts as in figures; empty: by its type.")
    low: Text = Field({}, description="Words at the low end of its scale, by language; empty: heed's own.")
    high: Text = Field({}, description="Words at the high end of its scale, by language; empty: heed's own.")
    least: float | None = Field(None, allow_inf_nan=False, description="Least number taken.")
    most: float | None = Field(None, allow_inf_nan=False, description="Greatest number taken.")

    @property
    def counts_as(self) -> str:
        """Its instrument in the facts."""
        return self.instrument or INSTRUMENTS[self.type][0]

    @property
    def scale(self) -> tuple[float, float] | None:
        """The ends of its scale; None where it has none."""
        if self.type in SCALES:
            return SCALES[self.type]
        scores = [option.score for option in self.options if option.score is not None]
        return (min(scores), max(scores)) if scores else None

    @property
    def field_kind(self) -> str:
        """What its answer is in a condition."""
        return FIELD_KINDS.get(self.type, "number")


@kind("survey", title="Survey", title_plural="Surveys")
class Survey(BaseModel):
    """What is asked of a customer after something happened, and how they are invited."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: After a call.")
    purpose: str = Field(
        "",
        max_length=1000,
        description="What the answers are for; people who approve it read this.",
        json_schema_extra={"typed": "long"},
    )
    languages: tuple[Language, ...] = Field(
        ("en",), min_length=1, max_length=40, description="Languages it is asked in; the first is what others fall to."
    )
    title: Text = Field({}, description="Heading of the answer page, by language; empty: heed's own.")
    introduction: Text = Field({}, description="Words above the first question, by language.")
    questions: tuple[Question, ...] = Field(min_length=1, max_length=60, description="What is asked, in this order.")
    thanks: Text = Field({}, description="Words after the last answer, by language; empty: heed's own.")
    sender_name: str = Field("", max_length=120, description="Who writes the invitation; empty: the organisation.")
    subject: Text = Field({}, description="Subject of the invitation, by language; empty: heed's own.")
    invitation: Text = Field({}, description="Words of the invitation, by language; empty: heed's own.")
    expires_days: int = Field(30, ge=1, le=365, description="Days in which an invitation can be answered.")

    def question(self, key: str) -> Question:
        return next(question for question in self.questions if question.key == key)

    def check(self) -> None:
        """Raises InvalidDefinition at the first thing that cannot be meant."""
        _refuse_twice("languages", self.languages)
        _refuse_twice("questions", [question.key for question in self.questions])
        for name in ("title", "introduction", "thanks", "subject", "invitation"):
            _check_text(name, getattr(self, name), self.languages, needed=False)
        for place, question in enumerate(self.questions):
            at = f"questions.{place}"
            _check_question(at, question, self.languages)
            _check_shown(at, question, self.questions[:place], self.questions[place:])


def _wrong(at: str, message: str, hint: str = "", code: str | None = None) -> InvalidDefinition:
    return InvalidDefinition(phrase("{path}: {fault}", path=at, fault=message), at=at.split("."), code=code, hint=hint)


def _refuse_twice(at: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise _wrong(at, phrase("{key} is there twice.", key=key), "Give each a key of its own.", "duplicate_key")
        seen.add(key)


def _check_text(at: str, text: Mapping[str, str], languages: tuple[str, ...], *, needed: bool) -> None:
    for language in text:
        if language not in languages:
            raise _wrong(
                at, phrase("{language} is no language of this survey.", language=language), nearest(language, languages)
            )
    if (needed or any(words.strip() for words in text.values())) and not text.get(languages[0], "").strip():
        raise _wrong(
            at,
            phrase("the words in {language} are missing.", language=languages[0]),
            "Other languages fall back to the first.",
        )


def _check_question(at: str, question: Question, languages: tuple[str, ...]) -> None:
    if question.key in RESERVED or question.key.startswith("has_"):
        raise _wrong(
            f"{at}.key",
            phrase("{key} means something else in conditions.", key=question.key),
            phrase("Such as {key}_asked.", key=question.key),
        )
    _check_text(f"{at}.text", question.text, languages, needed=True)
    for name in ("help", "low", "high"):
        _check_text(f"{at}.{name}", getattr(question, name), languages, needed=False)
    if question.instrument and question.instrument not in INSTRUMENTS[question.type]:
        allowed = INSTRUMENTS[question.type]
        raise _wrong(
            f"{at}.instrument",
            phrase(
                "a question of type {type} cannot count as {instrument}.",
                type=question.type,
                instrument=question.instrument,
            ),
            nearest(question.instrument, allowed),
        )
    _check_options(at, question, languages)
    if question.type != "number" and (question.least is not None or question.most is not None):
        raise _wrong(f"{at}.least", phrase("only a number has a least and a most."))
    if question.least is not None and question.most is not None and question.least > question.most:
        raise _wrong(f"{at}.most", phrase("{most:g} is less than {least:g}.", most=question.most, least=question.least))


def _check_options(at: str, question: Question, languages: tuple[str, ...]) -> None:
    if question.type not in CHOOSING:
        if question.options:
            raise _wrong(
                f"{at}.options",
                phrase("a question of type {type} has no options.", type=question.type),
                "Make it a choice.",
            )
        return
    if len(question.options) < 2:
        raise _wrong(f"{at}.options", phrase("a choice needs two options or more."))
    _refuse_twice(f"{at}.options", [option.key for option in question.options])
    for place, option in enumerate(question.options):
        _check_text(f"{at}.options.{place}.text", option.text, languages, needed=True)


def _check_shown(at: str, question: Question, before: tuple[Question, ...], later: tuple[Question, ...]) -> None:
    if not question.show_when.strip():
        return
    try:
        condition = shown_when(question, before)
    except Invalid as fault:
        hint = fault.hint
        for other in later:
            if f"unknown name {other.key} " in fault.message or f"unknown name has_{other.key} " in fault.message:
                hint = phrase("{key} is not asked before this question; move it up.", key=other.key)
        raise _wrong(f"{at}.show_when", fault.message, hint, fault.code) from fault
    options = {other.key: [option.key for option in other.options] for other in before if other.options}
    for name, value in _compared(condition.tree):
        if name in options and value not in options[name]:
            raise _wrong(
                f"{at}.show_when",
                phrase("{value} is no option of {name}.", value=value, name=name),
                nearest(value, options[name]),
                "unknown_option",
            )


def shown_when(question: Question, before: Iterable[Question]) -> Condition:
    """The condition of a question, compiled over the questions before it. Raises Invalid."""
    return compile_condition(question.show_when, {other.key: other.field_kind for other in before})


def _compared(node: Node) -> Iterator[tuple[str, str]]:
    """Each question that a condition compares with a written text, and the text."""
    if not isinstance(node, Call):
        return
    names = [argument.name for argument in node.args if isinstance(argument, Name)]
    if node.function in ("_==_", "_!=_", "@in") and len(names) == 1:
        for argument in node.args:
            for item in argument.items if isinstance(argument, Items) else (argument,):
                if isinstance(item, Written) and isinstance(item.value, str):
                    yield names[0], item.value
    for argument in node.args:
        yield from _compared(argument)
