"""Questions of a survey: their types, what each asks for, and what its answer is in figures and in conditions."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FROZEN = ConfigDict(frozen=True, extra="forbid")
Type = Literal["nps", "csat", "ces", "rating", "choice", "choices", "matrix", "ranking", "text", "number", "date"]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]
# Words by language; one that is missing falls back to the survey's first.
Text = dict[Language, Annotated[str, Field(max_length=4000)]]
# A question is a variable of conditions, so its key is a name of CEL and no word of it.
QuestionKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
OptionKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=40)]
# A day, or one counted from the day of the answer: today, today-30, today+7.
Day = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2}|today([+-]\d{1,4})?)?$")]

SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
RATING = (1, 5)
# A scale of a question stands in one row of a page.
MOST_POINTS = 11
CHOOSING = ("choice", "choices", "matrix", "ranking")
SCORING = (*SCALES, "rating")
BOUNDED = ("number", "rating", "choices", "ranking")
FIELD_KINDS: Mapping[str, str] = {
    "choice": "text",
    "text": "text",
    "date": "day",
    **dict.fromkeys(("choices", "matrix", "ranking"), "map"),
}
# What a type may count as in the facts; the first is what it counts as unless the question says otherwise.
INSTRUMENTS: Mapping[str, tuple[str, ...]] = {
    "nps": ("nps",),
    "csat": ("csat",),
    "ces": ("ces", "effort_top_box"),
    "rating": ("rating", *SCALES),
    "choice": ("choice", "resolved"),
    "choices": ("choice",),
    "matrix": ("choice", "rating"),
    "ranking": ("ranking",),
    "text": ("text",),
    "number": ("number",),
    "date": ("date",),
}
# What conditions and words may say of what a survey is about, beside earlier answers.
ABOUT = ("region", "channel", "touchpoint", "stage", "topic", "product", "segment")
ABOUT_FIELDS: Mapping[str, str] = {f"about_{name}": "text" for name in ABOUT}
# Words of CEL and names of its types; no question may be called so.
RESERVED = frozenset(
    (
        *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop"),
        *("null", "package", "namespace", "return", "true", "var", "void", "while", "bool", "bytes", "double"),
        *("duration", "dyn", "int", "list", "map", "size", "string", "timestamp", "type", "uint"),
        *ABOUT_FIELDS,
    )
)


class Option(BaseModel):
    """One answer to choose."""

    model_config = FROZEN

    key: OptionKey = Field(description="Names the answer in figures and conditions.")
    text: Text = Field(description="What the customer reads, by language.")
    score: float | None = Field(None, description="A number it counts as, such as 1 for yes and 0 for no.")


class Row(BaseModel):
    """One line of a matrix: it is answered by one of the question's options."""

    model_config = FROZEN

    key: OptionKey = Field(description="Names the line in figures and conditions.")
    text: Text = Field(description="What the customer reads, by language.")


class Question(BaseModel):
    """One question, and when it is shown."""

    model_config = FROZEN

    key: QuestionKey = Field(description="Names the question in figures and conditions.")
    type: Type
    text: Text = Field(description="The question, by language; {{ key }} says an earlier answer again.")
    help: Text = Field({}, description="A line below it, by language.")
    rows: tuple[Row, ...] = Field((), max_length=30, description="Lines of a matrix.")
    options: tuple[Option, ...] = Field((), max_length=60, description="Answers to choose from, or to put in order.")
    required: bool = Field(False, description="Whether the customer must answer it.")
    new_page: bool = Field(False, description="Whether it begins a page.")
    show_when: str = Field("", max_length=1000, description="Condition over earlier answers; empty: always shown.")
    end_when: str = Field(
        "",
        max_length=1000,
        description="Condition over the answers up to this one; where it is true nothing more is asked.",
    )
    instrument: str = Field("", description="What it counts as in figures; empty: by its type.")
    low: Text = Field({}, description="Words at the low end of its scale, by language; empty: heed's own.")
    high: Text = Field({}, description="Words at the high end of its scale, by language; empty: heed's own.")
    least: float | None = Field(
        None, allow_inf_nan=False, description="Least number taken, low end of a rating, or fewest chosen or ranked."
    )
    most: float | None = Field(
        None, allow_inf_nan=False, description="Greatest number taken, high end of a rating, or most chosen or ranked."
    )
    earliest: Day = Field("", description="Earliest day taken: 2026-01-31, today, or today-30.")
    latest: Day = Field("", description="Latest day taken: 2026-12-31, today, or today+30.")

    @property
    def counts_as(self) -> str:
        """Its instrument in the facts. A matrix whose options are all scored is a rating."""
        if self.type == "matrix" and not self.instrument:
            return "rating" if all(option.score is not None for option in self.options) else "choice"
        return self.instrument or INSTRUMENTS[self.type][0]

    @property
    def points(self) -> tuple[int, int] | None:
        """The ends of a scale whose points are shown; None where there are none."""
        if self.type == "rating":
            return (
                RATING[0] if self.least is None else int(self.least),
                RATING[1] if self.most is None else int(self.most),
            )
        return SCALES.get(self.type)

    @property
    def scale(self) -> tuple[float, float] | None:
        """The ends of its scale; None where it has none. Of a ranking: places, 1 being the first."""
        if self.points:
            return self.points
        if self.type == "ranking":
            return (1, self.places)
        scores = [option.score for option in self.options if option.score is not None]
        return (min(scores), max(scores)) if scores else None

    @property
    def places(self) -> int:
        """How many options of a ranking may be put in order."""
        return len(self.options) if self.most is None else min(int(self.most), len(self.options))

    @property
    def field_kind(self) -> str:
        """What its answer is in a condition."""
        return FIELD_KINDS.get(self.type, "number")


def question_of(answered: str) -> str:
    """The question an answer belongs to: `service` of the matrix line `service.speed`."""
    return answered.partition(".")[0]
