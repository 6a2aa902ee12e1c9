"""A phrase is its English words, and can be said in another language by its template."""

import copy
import pickle

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from heed.core.errors.rules import (
    FAULTS,
    Invalid,
    Phrase,
    fault_said,
    kept,
    nearest,
    phrase,
    recognised,
    together,
    translated,
)

GERMAN = {
    "There is no role {role}.": "Es gibt keine Rolle {role}.",
    "Did you mean {name}?": "Ist {name} gemeint?",
    "{place}: {fault}": "{place}: {fault}",
    "{before} and {last}": "{before} und {last}",
    "Nothing happens.": "Nichts geschieht.",
    "Promise": "Zusage",
    "Input should be less than or equal to {le}": "Die Eingabe darf höchstens {le} sein",
}


def german(text: str) -> str:
    return GERMAN.get(text, text)


def test_a_phrase_is_its_words_and_keeps_how_they_were_made() -> None:
    said = phrase("There is no role {role}.", role="agnet")
    assert said == "There is no role agnet."
    assert (said.template, said.values) == ("There is no role {role}.", {"role": "agnet"})
    assert translated(said, german) == "Es gibt keine Rolle agnet."


def test_phrases_inside_a_phrase_are_translated_with_it() -> None:
    inner = phrase("There is no role {role}.", role="x")
    assert (
        translated(phrase("{place}: {fault}", place="a.yaml", fault=inner), german) == "a.yaml: Es gibt keine Rolle x."
    )
    assert translated(together(["a", "b", "c"]), german) == "a und b und c"
    assert translated(nearest("agnet", ["agent"]), german) == "Ist agent gemeint?"


def test_words_of_code_are_translated_whole_and_words_of_people_stay() -> None:
    assert translated("Nothing happens.", german) == "Nichts geschieht."
    assert translated(phrase("Nothing happens."), german) == "Nichts geschieht."
    assert translated(Phrase("promise", "Promise"), german) == "Zusage"
    assert translated("Ada's own {words", german) == "Ada's own {words"
    assert translated("", lambda text: "the head of the catalogue") == ""


def test_a_template_of_peoples_own_that_is_none_stays_as_it_was_said() -> None:
    assert translated(Phrase("1 of {n", "{boxes} of {n", {"boxes": "1"}), german) == "1 of {n"
    assert translated(Phrase("a {b} 1", "a {b} {c}", {"c": "1"}), german) == "a {b} 1"


def test_a_value_that_looks_like_a_place_is_not_filled() -> None:
    assert translated(phrase("There is no role {role}.", role="{role.__class__}"), german).endswith("{role.__class__}.")


def test_a_phrase_survives_a_copy_and_a_cache() -> None:
    said = phrase("There is no role {role}.", role="x")
    for again in (pickle.loads(pickle.dumps(said)), copy.deepcopy(said)):
        assert (again, again.template, again.values) == (said, said.template, said.values)


def test_an_error_says_what_was_wrong_and_what_to_do() -> None:
    error = Invalid(phrase("There is no role {role}.", role="agnet"), hint=nearest("agnet", ["agent"]))
    assert error.said(german) == "Es gibt keine Rolle agnet. Ist agent gemeint?"
    assert error.as_dict()["message"] == "There is no role agnet."


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int = Field(le=3)
    name: str = Field("x", min_length=1)

    @model_validator(mode="after")
    def _holds(self) -> "Part":
        if self.size == 2:
            raise ValueError(phrase("There is no role {role}.", role="two"))
        return self


@pytest.mark.parametrize(
    ("body", "english", "said"),
    [
        ({"size": 4}, "Input should be less than or equal to 3", "Die Eingabe darf höchstens 3 sein"),
        ({"size": 2}, "There is no role two.", "Es gibt keine Rolle two."),
        ({}, "Field required", "Field required"),
    ],
)
def test_a_fault_of_a_definition_is_a_phrase_too(body: dict[str, object], english: str, said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Part.model_validate(body)
    (fault,) = raised.value.errors()
    assert fault_said(fault) == english
    assert translated(fault_said(fault), german) == said


def test_what_pydantic_says_is_known_by_its_own_words() -> None:
    """Where Pydantic says it without a plural, the table says the same, so that English stays Pydantic's."""
    from pydantic_core._pydantic_core import list_all_errors

    known = {each["type"]: each["message_template_python"] for each in list_all_errors()}
    assert set(FAULTS) <= set(known)
    differ = {name for name, text in FAULTS.items() if known[name] != text}
    assert differ == {name for name in FAULTS if "{expected_plural}" in known[name]}


def test_words_that_were_stored_are_known_again_by_their_template() -> None:
    kept("lies outside of {low} … {high}", "is nothing")
    said = recognised("lies outside of 1 … 5")
    assert (said, getattr(said, "values", None)) == ("lies outside of 1 … 5", {"low": "1", "high": "5"})
    assert translated(said, {"lies outside of {low} … {high}": "liegt außerhalb von {low} … {high}"}.get) == (  # type: ignore[arg-type]
        "liegt außerhalb von 1 … 5"
    )
    assert recognised("somebody's own words (with [signs])") == "somebody's own words (with [signs])"
    assert not isinstance(recognised("somebody's own words"), Phrase)
