"""What a survey says of earlier answers: conditions that show a question or end a questionnaire, and answers said again in words."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from heed.core.conditions.rules import Call, Condition, Items, Name, Node, compile_condition
from heed.core.conditions.rules import Literal as Written
from heed.core.definitions.rules import InvalidDefinition
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.feedback.surveys.questions import ABOUT_FIELDS, Question, Text

_PIPE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
# One bar says what stands where there is no answer; two are the `or` of conditions.
_BAR = re.compile(r"(?<!\|)\|(?!\|)")
Compiled = Callable[[Question, Iterable[Question]], Condition]


@dataclass(frozen=True)
class Pipe:
    """`{{ name }}` or `{{ expression | otherwise }}` in words: the answer to a question as it was read, or a condition's value."""

    written: str
    name: str
    condition: Condition | None
    otherwise: str

    @property
    def names(self) -> frozenset[str]:
        """The questions it needs."""
        return self.condition.field_names if self.condition else frozenset({self.name})


def fields_before(before: Iterable[Question]) -> dict[str, str]:
    """The fields of a condition behind these questions, with their kinds."""
    return {**ABOUT_FIELDS, **{question.key: question.field_kind for question in before}}


def shown_when(question: Question, before: Iterable[Question]) -> Condition:
    """The condition of a question, compiled over the questions before it. Raises Invalid."""
    return compile_condition(question.show_when, fields_before(before))


def ends_when(question: Question, before: Iterable[Question]) -> Condition:
    """The condition that ends a questionnaire behind a question, over it and those before. Raises Invalid."""
    return compile_condition(question.end_when, fields_before((*before, question)))


def pipes_in(words: str, before: Iterable[Question]) -> tuple[Pipe, ...]:
    """What stands between double braces, compiled over the questions before. Raises Invalid."""
    fields = fields_before(before)
    return tuple(_pipe(found.group(), found.group(1), fields) for found in _PIPE.finditer(words))


def _pipe(written: str, inside: str, fields: Mapping[str, str]) -> Pipe:
    source, *rest = _BAR.split(inside, maxsplit=1)
    source, otherwise = source.strip(), (rest[0].strip() if rest else "")
    if source in fields:
        return Pipe(written, source, None, otherwise)
    try:
        return Pipe(written, "", compile_condition(source, fields, "text"), otherwise)
    except Invalid as fault:
        try:
            return Pipe(written, "", compile_condition(source, fields, "number"), otherwise)
        except Invalid:
            raise fault from None


def words_of(question: Question) -> Iterator[tuple[str, Text]]:
    """The words of a question, by field, in which earlier answers may stand."""
    yield "text", question.text
    yield "help", question.help
    for place, option in enumerate(question.options):
        yield f"options.{place}.text", option.text
    for place, row in enumerate(question.rows):
        yield f"rows.{place}.text", row.text


# Checks


def wrong(at: str, message: str, hint: str = "", code: str | None = None) -> InvalidDefinition:
    return InvalidDefinition(phrase("{path}: {fault}", path=at, fault=message), at=at.split("."), code=code, hint=hint)


def check_pipes(at: str, text: Mapping[str, str], before: tuple[Question, ...]) -> None:
    for words in text.values():
        try:
            pipes_in(words, before)
        except Invalid as fault:
            otherwise = phrase("Between double braces stands an earlier question, or a condition over earlier answers.")
            raise wrong(at, fault.message, fault.hint or otherwise, fault.code) from fault


def check_conditions(at: str, questions: tuple[Question, ...], place: int) -> None:
    """Raises InvalidDefinition where a condition of a question cannot be read or names what there is not."""
    question, before, behind = questions[place], questions[:place], questions[place + 1 :]
    if question.show_when.strip():
        condition = _read(f"{at}.show_when", shown_when, question, before, (question, *behind))
        _check_named(f"{at}.show_when", condition, before)
    if question.end_when.strip():
        condition = _read(f"{at}.end_when", ends_when, question, before, behind)
        _check_named(f"{at}.end_when", condition, (*before, question))


def _read(
    at: str, compiled: Compiled, question: Question, before: tuple[Question, ...], later: Iterable[Question]
) -> Condition:
    try:
        return compiled(question, before)
    except Invalid as fault:
        hint = fault.hint
        for other in later:
            if f"unknown name {other.key} " in fault.message or f"unknown name has_{other.key} " in fault.message:
                hint = phrase("{key} is not asked before this question; move it up.", key=other.key)
        raise wrong(at, fault.message, hint, fault.code) from fault


def _check_named(at: str, condition: Condition, known: Iterable[Question]) -> None:
    asked = {question.key: question for question in known}
    for name, value, is_entry in _compared(condition.tree):
        if name in asked and (keys := _keys_of(asked[name], is_entry)) and value not in keys:
            raise wrong(
                at,
                phrase("{value} is no option of {name}.", value=value, name=name),
                nearest(value, keys),
                "unknown_option",
            )


def _keys_of(question: Question, is_entry: bool) -> list[str]:
    """What a condition may name of a question: the entries of its map, or its answers."""
    if question.type == "ranking" and not is_entry:
        return [str(place) for place in range(1, question.places + 1)]
    return [part.key for part in (question.rows if question.type == "matrix" and is_entry else question.options)]


def _compared(node: Node) -> Iterator[tuple[str, str, bool]]:
    """Each question that a condition compares with a written text, the text, and whether it is an entry of a map."""
    if not isinstance(node, Call):
        return
    for argument in node.args:
        yield from _compared(argument)
    if node.function == "_[_]" or (node.function == "@in" and isinstance(node.args[1], Name)):
        holder, entry = node.args if node.function == "_[_]" else reversed(node.args)
        if isinstance(holder, Name) and isinstance(entry, Written) and isinstance(entry.value, str):
            yield holder.name, entry.value, True
        return
    if node.function not in ("_==_", "_!=_", "@in"):
        return
    names = [name for argument in node.args if (name := _asked_in(argument))]
    if len(names) == 1:
        for argument in node.args:
            for item in argument.items if isinstance(argument, Items) else (argument,):
                if isinstance(item, Written) and isinstance(item.value, str):
                    yield names[0], item.value, False


def _asked_in(node: Node) -> str:
    """The question whose answer a part of a condition is: itself, or an entry of its map."""
    if isinstance(node, Call) and node.function == "_[_]":
        node = node.args[0]
    return node.name if isinstance(node, Name) else ""
