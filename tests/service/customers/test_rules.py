"""What is known of a customer: headings told, values read, and when a row cannot be taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.core.consent.rules import pseudonym
from heed.core.errors.rules import Invalid
from heed.service.customers.rules import (
    CustomerRow,
    NotTaken,
    address_of,
    changes,
    checked,
    checked_mapping,
    customer_key,
    guess,
    language_of,
    read_row,
    read_rows,
    region_above,
)


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        (
            ["Customer ID", "First Name", "Last Name", "E-mail address", "Country code", "Opt-Out"],
            ["external_id", "first_name", "last_name", "email", None, "opted_out"],
        ),
        (
            ["Kunden-Nr.", "Vorname", "Nachname", "E-Mail", "Handy", "Sprache", "Bundesland", "Firma", "Straße"],
            ["external_id", "first_name", "last_name", "email", "phone", "language", "region", "account", None],
        ),
        (["id", "name", "vorname", "MAIL"], ["external_id", "name", None, "email"]),
        (["number", "Kunde", "e_mail"], ["external_id", "name", "email"]),
        (["email", "Email address"], ["email", None]),
    ],
)
def test_columns_are_told_from_english_and_german_headings(headings: list[str], told: list[str | None]) -> None:
    found = guess(headings)
    assert [found.get(heading) for heading in headings] == told


def test_the_key_is_that_of_imports_and_events() -> None:
    secret = "s" * 40
    assert customer_key(secret, "crm", " 4711 ") == pseudonym(secret, "c", "crm", "4711")
    assert customer_key(secret, "crm", "4711.0") == customer_key(secret, "crm", "4711")
    assert customer_key(secret, "shop", "4711") != customer_key(secret, "crm", "4711")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Ann@Example.ORG", "ann@example.org"),
        ("Ann Ost <ann@example.org>", "ann@example.org"),
        ("mailto:ann@example.org", "ann@example.org"),
        ("ann+tag@sub.example.org", "ann+tag@sub.example.org"),
        ("ann@bücher.example", "ann@bücher.example"),
        ("ann@example", ""),
        ("ann.@example.org", ""),
        ("ann@ex ample.org", ""),
        ("ann@example.org, bob@example.org", ""),
        ("ann(at)example.org", ""),
        ("a" * 65 + "@example.org", ""),
        ("ann@-example.org", ""),
        ("ann@example.org\nbcc: x@y.org", ""),
    ],
)
def test_addresses(written: str, read: str) -> None:
    assert address_of(written) == read


@pytest.mark.parametrize(
    ("written", "tag"),
    [("de", "de"), ("EN_gb", "en-GB"), ("Deutsch", "de"), ("french", "fr"), ("pt-br", "pt-BR"), ("xx", ""), ("?", "")],
)
def test_languages(written: str, tag: str) -> None:
    assert language_of(written) == tag


@pytest.mark.parametrize(
    ("said", "column", "reason"),
    [
        ({"id": "", "mail": ""}, "id", "no_identifier"),
        ({"mail": "ann(at)example.org"}, "mail", "bad_email"),
        ({"tel": "ask Ann"}, "tel", "bad_phone"),
        ({"lang": "klingon?"}, "lang", "unknown_language"),
        ({"zone": "Europe/Bonn"}, "zone", "unknown_time_zone"),
        ({"out": "maybe"}, "out", "not_yes_or_no"),
        ({"name": "x" * 201}, "name", "too_long"),
        ({"name": "a\0b"}, "name", "unkept_character"),
    ],
)
def test_a_row_that_cannot_be_taken_names_column_and_reason(said: dict[str, str], column: str, reason: str) -> None:
    fields = {
        "id": "external_id",
        "mail": "email",
        "tel": "phone",
        "lang": "language",
        "zone": "time_zone",
        "out": "opted_out",
        "name": "name",
    }
    with pytest.raises(NotTaken) as refused:
        read_row({"id": "1", **said}, fields)
    assert (refused.value.fault.column, refused.value.fault.reason) == (column, reason)


def test_words_for_nothing_are_nothing() -> None:
    row = read_row({"id": "1", "mail": "n/a", "tel": "-", "name": " unbekannt "}, MAPPED)
    assert row == CustomerRow("1")


MAPPED = {"id": "external_id", "mail": "email", "tel": "phone", "name": "name"}


def test_without_an_identifier_the_address_is_one() -> None:
    assert read_row({"mail": "Ann@Example.org"}, {"mail": "email"}).external_id == "ann@example.org"


def test_of_two_rows_with_one_identifier_the_first_counts() -> None:
    lines = [
        (2, {"id": "1", "name": "Ann"}, True),
        (3, {"id": "1", "name": "Ann"}, True),
        (4, {"id": "1", "name": "Bob"}, True),
    ]
    rows, rejected, read = read_rows([*lines, (5, {"id": "2"}, False)], {"id": "external_id", "name": "name"})
    assert ([row.name for row in rows], read) == (["Ann"], 4)
    assert [(each.line, each.fault.reason) for each in rejected] == [
        (4, "repeated_identifier"),
        (5, "wrong_number_of_columns"),
    ]


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"a": "name"}, "no_identifier"),
        ({"a": "email", "b": "email"}, "doubled_field"),
        ({"c": "email"}, "unknown_column"),
        ({"a": "mail"}, "unknown_field"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(chosen: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_mapping(["a", "b"], chosen)
    assert refused.value.code == code


def test_an_empty_value_takes_nothing_away() -> None:
    before = {"name": "Ann", "email": "ann@example.org", "attributes": {"a": "1"}}
    assert changes(before, CustomerRow("1", name="Ann")) == {}
    assert changes(before, CustomerRow("1", attributes={"b": "2"})) == {"attributes": {"a": "1", "b": "2"}}


@given(st.dictionaries(st.sampled_from(["external_id", "name", "email", "phone", "language", "time_zone"]), st.text()))
def test_whatever_is_given_is_taken_or_refused_with_a_reason(given: dict[str, str]) -> None:
    try:
        row = checked(given)
    except NotTaken as fault:
        assert fault.fault.column in {"external_id", "name", "email", "phone", "language", "time_zone"}
    else:
        assert row.external_id


def test_a_unit_stands_in_the_region_above_it() -> None:
    class Node:
        def __init__(self, key: str, kind: str, parent: str | None) -> None:
            self.key, self.kind, self.parent = key, kind, parent

    nodes = {
        "all": Node("all", "organisation", None),
        "north": Node("north", "region", "all"),
        "desk": Node("desk", "team", "north"),
        "hotline": Node("hotline", "team", "all"),
    }
    assert [region_above(key, nodes) for key in ("north", "desk", "hotline", "all", "gone")] == [
        "north",
        "north",
        "",
        "",
        "",
    ]
