"""Items are found in whatever a chat wraps them in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.text.chat.answers import items_of, tokens_of, words_of

ITEMS = [{"id": 1, "label": "a"}, {"id": 2, "label": "b {"}, {"id": 3, "label": "c\n"}]
WHOLE = json.dumps({"texts": ITEMS})


@pytest.mark.parametrize(
    "words",
    [
        WHOLE,
        json.dumps(ITEMS),
        json.dumps({"answer": ITEMS}, indent=2),
        f"```json\n{WHOLE}\n```",
        f"Sure {{here}} it is: {WHOLE} Anything else?",
        "\n".join(json.dumps(item) for item in ITEMS),
        f'<think>{{"id": 1, "label": "z"}} no</think>{WHOLE}',
        WHOLE.replace('"id": 1', '"id": "1"'),
        WHOLE + WHOLE,
    ],
)
def test_items_come_out_by_id(words: str) -> None:
    assert {number: item and item["label"] for number, item in items_of(words).items()} == {1: "a", 2: "b {", 3: "c\n"}


def test_what_is_whole_of_an_answer_that_ends_in_the_middle_is_kept() -> None:
    assert set(items_of(WHOLE[:-8])) == {1, 2}


def test_an_id_with_two_answers_has_none() -> None:
    assert items_of('[{"id": 1, "label": "a"}, {"id": 1, "label": "b"}]') == {1: None}
    assert items_of('[{"id": true}, {"id": 1.5}, {"id": "one"}, {"id": null}, 3, {"a": 1}]') == {}


@given(st.text(alphabet='{}[]":,id1 a', max_size=400))
def test_nothing_that_is_said_breaks_the_reading(words: str) -> None:
    assert all(isinstance(number, int) for number in items_of(words))


def test_an_endless_nest_ends() -> None:
    assert items_of('{"a":' * 200_000) == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"choices": []},
        {"choices": [{}]},
        {"choices": [{"message": {"content": None}}]},
        {"choices": "no"},
        {"choices": {"a": 1}},
    ],
)
def test_an_answer_of_another_shape_says_nothing(body: dict[str, object]) -> None:
    assert words_of(body) == ""


def test_words_in_parts_are_put_together() -> None:
    parts = [{"type": "text", "text": "{"}, {"type": "image"}, {"type": "text", "text": "}"}]
    assert words_of({"choices": [{"message": {"content": parts}}]}) == "{}"


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 2}, (5, 2)),
        ({"prompt_tokens": 5}, None),
        ({"prompt_tokens": -5, "completion_tokens": 2}, None),
        (None, None),
    ],
)
def test_tokens_are_those_the_server_counts(usage: object, told: object) -> None:
    assert tokens_of({"usage": usage}) == told
