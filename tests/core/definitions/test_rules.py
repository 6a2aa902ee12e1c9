"""Kinds, differences and plans: values in, values out."""

import pytest

from heed.core.definitions.rules import (
    InvalidDefinition,
    Reference,
    Wanted,
    as_yaml,
    checked_key,
    differences,
    digest,
    missing_reference,
    planned,
    validate,
)
from heed.core.errors.rules import Invalid
from tests.core.definitions.kinds import promise  # noqa: F401


@pytest.mark.parametrize(
    ("body", "at", "words", "hint"),
    [
        ({"titel": "x", "title": "y"}, ("titel",), "titel is no field here", "Did you mean title?"),
        ({}, ("title",), "title: Field required", ""),
        ({"title": "x", "rules": [{"name": "a", "hours": 0}]}, ("rules", 0, "hours"), "rules.0.hours", ""),
        (
            {"title": "x", "rules": [{"name": "a", "hurs": 1, "hours": 1}]},
            ("rules", 0, "hurs"),
            "no field",
            "Did you mean hours?",
        ),
        (
            {"title": "x", "steps": {"a": {"nme": "b", "name": "c", "hours": 1}}},
            ("steps", "a", "nme"),
            "no field",
            "name",
        ),
    ],
)
def test_a_wrong_field_is_named_with_the_nearest_right_one(promise, body, at, words, hint):  # noqa: F811
    with pytest.raises(InvalidDefinition) as refused:
        validate("test_promise", body)
    assert refused.value.at == at
    assert words in refused.value.message
    assert hint in refused.value.hint


def test_a_kind_that_is_not_there_is_named_with_the_nearest(promise):  # noqa: F811
    with pytest.raises(Invalid, match="test_promis") as refused:
        validate("test_promis", {})
    assert refused.value.hint == "Did you mean test_promise?"


def test_differences_name_the_path_and_match_named_items():
    old = {
        "title": "A",
        "rules": [{"name": "high", "hours": 2}, {"name": "low", "hours": 9}],
        "gone": 1,
        "words": ["a"],
    }
    new = {
        "title": "A",
        "rules": [{"name": "low", "hours": 9}, {"name": "high", "hours": 4}],
        "words": ["a", "b"],
        "flag": True,
    }
    assert [str(each) for each in differences(old, new)] == [
        "rules[high].hours: 2 → 4",
        'words: ["a"] → ["a", "b"]',
        "flag: nothing → true",
        "gone: 1 → nothing",
    ]
    assert differences(old, old) == ()
    assert [each.at for each in differences({"on": 1}, {"on": True})] == ["on"]


def test_a_plan_names_what_is_new_changed_and_retired_only_when_pruned():
    holding = {("a", "x"): {"n": 1}, ("a", "y"): {"n": 2}, ("b", "z"): {"n": 3}}
    wanted = [Wanted("a", "new", {"n": 0}, "f"), Wanted("a", "x", {"n": 5}, "f"), Wanted("a", "y", {"n": 2}, "f")]
    assert [(c.change, c.kind, c.key) for c in planned(wanted, holding)] == [("new", "a", "new"), ("changed", "a", "x")]
    assert [(c.change, c.kind, c.key) for c in planned(wanted, holding, prune=True)] == [
        ("new", "a", "new"),
        ("changed", "a", "x"),
        ("retired", "b", "z"),
    ]
    assert planned(wanted, holding)[1].diff == "n: 1 → 5"


def test_a_reference_to_what_is_not_there_is_refused_with_the_nearest(promise):  # noqa: F811
    named = [Reference("base", "test_promise", "offce"), Reference("other", "kind_to_come", "x")]
    missing = missing_reference(named, {"test_promise": {"office"}})
    assert missing is not None
    assert missing.hint == "Did you mean office?"
    assert missing_reference(named, {"test_promise": {"offce"}}) is None


def test_keys_are_names_of_files():
    assert checked_key("office_hours.eu-1") == "office_hours.eu-1"
    for bad in ("", "../x", "Office", ".hidden", "a/b", "a" * 81, "ü"):
        with pytest.raises(Invalid):
            checked_key(bad)


def test_yaml_is_the_same_for_the_same_body_and_keeps_the_order():
    body = {"title": "no", "text": "one\ntwo\n", "rules": [{"name": "a"}], "empty": []}
    assert as_yaml(body) == as_yaml(dict(body))
    assert as_yaml(body).splitlines()[:4] == ["title: 'no'", "text: |", "  one", "  two"]


def test_digests_do_not_depend_on_order():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
