"""What heed makes of a file that nobody has mapped: its headings and values told, and the mapping that comes of it."""

import pytest

from heed.core.errors.rules import Invalid
from heed.service.formats.definition import Mapping
from heed.service.formats.rules.drafting import (
    KEEP,
    LEAVE_OUT,
    Draft,
    body_of,
    draft,
    suggested_key,
    time_formats,
)

GERMAN = ["Antwort-ID", "Datum", "Weiterempfehlung", "Kommentar", "Kundennr", "Gebiet", "E-Mail", "Filiale"]


def rows(columns: list[str], *values: str) -> list[dict[str, str | None]]:
    return [dict(zip(columns, line.split("|"), strict=True)) for line in values]


def test_german_headings_are_told() -> None:
    told = draft(GERMAN, rows(GERMAN, "1|21.02.2026 19:39|7|gut|4711|Nord|x@y.de|12"), "Europe/Berlin")
    assert list(told.meanings.values()) == [
        "id",
        "at",
        "score",
        "words",
        "customer_key",
        "region",
        LEAVE_OUT,
        KEEP,
    ]
    assert (told.sort, told.formats, told.zone, told.instrument) == (
        "answers",
        ("%d.%m.%Y %H:%M",),
        "Europe/Berlin",
        "nps",
    )


@pytest.mark.parametrize(
    ("columns", "sort"),
    [
        (["call id", "start time", "wait", "answered", "agent", "queue"], "contacts"),
        (["ticket id", "created", "solved", "priority", "team"], "cases"),
        (["date", "rating", "comment"], "answers"),
    ],
)
def test_what_a_row_is_follows_from_the_headings(columns: list[str], sort: str) -> None:
    assert draft(columns, []).sort == sort


def test_without_headings_the_values_tell() -> None:
    columns = ["a", "b", "c"]
    told = draft(columns, rows(columns, "x|2026-03-01T10:00:00Z|4", "y|2026-03-02T10:00:00Z|5"))
    assert (told.column("at"), told.column("score"), told.instrument) == ("b", "c", "csat")


def test_times_that_can_be_read_in_two_ways_are_told_of() -> None:
    assert time_formats(["02/03/2026 09:00"]) == ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")
    assert time_formats(["02/03/2026 09:00", "02/25/2026 09:00"]) == ("%m/%d/%Y %H:%M",)
    assert time_formats(["2026-03-02 09:00"]) == ("iso",)
    assert time_formats(["1767225600"]) == ("epoch",)
    assert time_formats(["soon"]) == ()
    # One bad value in twenty is for the quarantine.
    assert time_formats([f"{day:02}.03.2026" for day in range(1, 20)] + ["soon"]) == ("%d.%m.%Y",)


@pytest.mark.parametrize("sort", ["answers", "contacts", "cases"])
def test_every_draft_is_a_mapping_that_can_be_meant(sort: str) -> None:
    columns = {
        "answers": ["id", "date", "score", "comment", "customer", "agent", "mail", "shop"],
        "contacts": ["id", "date", "wait time in min", "handletime", "answered", "customer", "name"],
        "cases": ["ticket", "created", "first response", "resolved", "closed", "priority", "owner"],
    }[sort]
    told = draft(columns, [], sort=sort)
    mapping = Mapping.model_validate(body_of(told, columns, "A file", "a_file"))
    mapping.check()
    assert {target.table for target in mapping.targets} <= {"responses", "verbatims", "interactions", "case_changes"}
    kept_back = {column for column, meaning in told.meanings.items() if meaning in (LEAVE_OUT, "customer_key", "words")}
    assert kept_back <= set(mapping.personal)


@pytest.mark.parametrize(
    ("meanings", "code"),
    [
        ({"a": "score"}, "meaning_missing"),
        ({"a": "at", "b": "at", "c": "score"}, "meaning_taken"),
        ({"a": "at", "b": KEEP}, "meaning_missing"),
        ({"a": "opened_at", "b": "score"}, "invalid"),
    ],
)
def test_what_cannot_be_meant_is_refused(meanings: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        body_of(Draft("answers", meanings), list(meanings), "", "own")
    assert refused.value.code == code


def test_a_key_leaves_out_what_changes_from_file_to_file() -> None:
    assert suggested_key("Export Antworten 2026-03.csv.gz") == "export_antworten"
    assert suggested_key("2026.csv") == "own_file"
