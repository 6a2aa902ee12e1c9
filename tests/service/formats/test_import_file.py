"""Bringing files in: counted to the row, written once, refused whole or rejected row by row."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.errors.rules import Forbidden, HeedError, Invalid
from heed.core.journal.models import JournalEntry
from heed.facts.store.store import Store
from heed.service.formats.actions.importing import import_file, replay
from heed.service.formats.actions.mending import discard_row, repair_row
from heed.service.formats.models import Import, QuarantinedRow
from heed.service.formats.queries import Chosen, mapping_of_body, rows_of_person, waiting_by_rule
from heed.service.formats.rules.outcome import Outcome
from tests.service.formats.conftest import CALLS, facts, figures

Bring = Callable[..., Outcome]
HEAD = "id,at,wait,who\n"
GOOD = HEAD + "a,2026-01-05 09:00:00,12.5,K1\nb,2026-01-05T09:01:00Z,0,K2\n"


def test_a_file_becomes_facts_once(bring: Bring, calls: Chosen, store: Store) -> None:
    assert figures(bring(calls, GOOD)) == (2, 2, 0, 0)
    assert figures(bring(calls, GOOD)) == (2, 0, 0, 2)
    rows = facts(store, "interactions").sort_by("interaction_id").to_pylist()
    assert [row["interaction_id"] for row in rows] == ["calls:a", "calls:b"]
    assert [row["wait_seconds"] for row in rows] == [12.5, 0.0]
    assert {row["source"] for row in rows} == {"calls"}
    assert all(row["customer_key"].startswith("c_") for row in rows)
    assert "K1" not in str(rows)


def test_only_new_rows_of_a_longer_file_are_accepted(bring: Bring, calls: Chosen, store: Store) -> None:
    bring(calls, GOOD)
    assert figures(bring(calls, GOOD + "c,2026-01-05 10:00:00,3,K1\n")) == (3, 1, 0, 2)
    assert store.rows("interactions") == 3


def test_a_rejected_value_names_rule_line_column_and_value(bring: Bring, calls: Chosen) -> None:
    text = HEAD + 'a,2026-01-05 09:00:00,"12","two\nlines"\n\nb,2026-02-30 09:00:00,x,K2\nc,2026-01-05 09:00:00,-1,K3\n'
    outcome = bring(calls, text)
    assert figures(outcome) == (3, 1, 2, 0)
    told = {
        item["rule"]: (item["count"], item["first"]["line"], item["first"]["column"], item["first"]["value"])
        for item in outcome.errors.as_list()
    }
    assert told == {
        "not_a_time": (1, 5, "at", "2026-02-30 09:00:00"),
        "not_a_number": (1, 5, "wait", "x"),
        "out_of_range": (1, 6, "wait", "-1"),
    }


def test_a_row_of_another_width_is_rejected_under_its_line(bring: Bring, calls: Chosen) -> None:
    outcome = bring(calls, GOOD + "c,2026-01-05 09:00:00\nd,2026-01-05 09:00:00,1,K,extra\ne,2026-01-05 09:00:00,1,K\n")
    assert figures(outcome) == (5, 3, 2, 0)
    first = outcome.errors.as_list()[0]
    assert (first["rule"], first["count"], first["first"]["line"]) == ("wrong_number_of_columns", 2, 4)


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("", "x.csv", "empty_file"),
        ("\n", "x.csv", "empty_file"),
        ("id,at,wait\na,b,c\n", "x.csv", "missing_columns"),
        ('{"id": 1}\n', "x.jsonl", "missing_columns"),
        ("id,id,at,wait,who\n", "x.csv", "doubled_column"),
        (b"PK\x03\x04 broken", "x.xlsx", "wrong_format"),
        (b"PAR1 broken", "x.parquet", "wrong_format"),
        ("<html></html>", "x.xes", "wrong_format"),
        (HEAD + 'a,2026-01-05,1,"never closed\nb,2026-01-05,2,K\n', "x.csv", "unclosed_quote"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03broken", "x.csv", "broken_packing"),
    ],
)
def test_a_file_that_is_something_else_is_refused_whole(
    bring: Bring, calls: Chosen, store: Store, text: str | bytes, name: str, code: str
) -> None:
    with pytest.raises(HeedError) as refused:
        bring(calls, text, name)
    assert refused.value.code == code
    assert refused.value.hint or code == "empty_file"
    assert not store.tables()
    assert Import.objects.get().state == "refused"


def test_packing_that_breaks_late_leaves_nothing_behind(calls: Chosen, store: Store, tmp_path: Path, db: None) -> None:
    import gzip

    whole = gzip.compress(
        (HEAD + "".join(f"r{number},2026-01-05 09:00:00,1,K\n" for number in range(50_000))).encode(), 1
    )
    (tmp_path / "cut.csv.gz").write_bytes(whole[:-20])
    with pytest.raises(Invalid) as refused:
        import_file(COMMAND_LINE, str(tmp_path / "cut.csv.gz"), calls)
    assert refused.value.code == "broken_packing"
    assert not store.tables()


def test_a_dry_run_counts_and_writes_nothing(bring: Bring, calls: Chosen, store: Store) -> None:
    assert figures(bring(calls, GOOD + "c,never,1,K\n", dry_run=True)) == (3, 2, 1, 0)
    assert not store.tables()
    assert not Import.objects.exists()
    assert not QuarantinedRow.objects.exists()
    assert not JournalEntry.objects.filter(name__startswith="import").exists()
    bring(calls, GOOD)
    assert figures(bring(calls, GOOD + "c,never,1,K\n", dry_run=True)) == (3, 0, 1, 2)


def test_a_key_that_comes_again(bring: Bring, calls: Chosen, store: Store) -> None:
    """The same row again is a repeat; the same key with other values cannot be told apart and is rejected."""
    outcome = bring(calls, GOOD + "a,2026-01-05 09:00:00,12.5,K1\nb,2026-01-05T09:01:00Z,99,K2\n")
    assert figures(outcome) == (4, 2, 1, 1)
    (fault,) = outcome.errors.as_list()
    assert (fault["rule"], fault["first"]["line"], fault["first"]["value"]) == ("duplicate_key", 5, "b")
    assert store.rows("interactions") == 2
    assert QuarantinedRow.objects.get().raw["wait"] == "99"


def test_a_row_without_its_key_is_rejected(bring: Bring, calls: Chosen) -> None:
    outcome = bring(calls, HEAD + ",2026-01-05,1,K\n1.5E+17,2026-01-05,1,K\n")
    assert {item["rule"] for item in outcome.errors.as_list()} == {"missing_key", "id_in_scientific_notation"}


def test_rows_without_an_id_are_known_by_content_and_place_among_equals(bring: Bring, store: Store) -> None:
    body = {
        "columns": ["at", "words"],
        "targets": [{"table": "verbatims", "columns": {"said_at": {"from": "at"}, "text": {"from": "words"}}}],
    }
    mapping = mapping_of_body("walls", body)
    text = "at,words\n2026-01-05,good\n2026-01-05,good\n2026-01-06,bad\n"
    assert figures(bring(mapping, text)) == (3, 3, 0, 0)
    assert figures(bring(mapping, text)) == (3, 0, 0, 3)
    assert figures(bring(mapping, "at,words\n2026-01-06,bad\n2026-01-05,good\n2026-01-05,good\n2026-01-05,good\n")) == (
        4,
        1,
        0,
        3,
    )
    assert store.rows("verbatims") == 4


def test_a_schema_that_changed_is_noticed(bring: Bring, calls: Chosen) -> None:
    bring(calls, GOOD)
    outcome = bring(calls, "at,id,wait,who,mood\n2026-01-05 11:00:00,z,1,K,glad\n")
    assert (outcome.came, outcome.went) == (("mood",), ())
    assert JournalEntry.objects.filter(name="source-schema-changed").count() == 1
    again = bring(calls, GOOD)
    assert (again.came, again.went) == ((), ("mood",))


def test_a_new_column_is_not_kept_before_the_mapping_names_it(bring: Bring, calls: Chosen, store: Store) -> None:
    bring(calls, "id,at,wait,who,phone\na,2026-01-05,1,K,+49 170 5550123\n")
    assert "5550123" not in str(facts(store, "interactions").to_pylist())


def test_the_journal_tells_of_the_import_without_personal_words(bring: Bring, calls: Chosen) -> None:
    bring(calls, GOOD + "c,never,1,Erika Mustermann\n")
    entry = JournalEntry.objects.get(name="import-completed")
    assert entry.payload["read"] == 3
    assert entry.payload["tables"] == {"interactions": 2}
    assert "Mustermann" not in str(list(JournalEntry.objects.values()))


def test_who_may_not_import_is_refused(calls: Chosen, store: Store, tmp_path: Path, db: None) -> None:
    (tmp_path / "x.csv").write_text(GOOD)
    with pytest.raises(Forbidden):
        import_file(Scope(person="p_1"), str(tmp_path / "x.csv"), calls)
    assert not Import.objects.exists()


# Quarantine


def test_a_rejected_row_is_repaired_and_brought_in(bring: Bring, calls: Chosen, store: Store) -> None:
    bring(calls, GOOD + "c,yesterday,7,K3\n")
    row = QuarantinedRow.objects.get()
    assert (row.rule, row.line, row.column) == ("not_a_time", 4, "at")
    repair_row(COMMAND_LINE, row.pk, {"at": "2026-01-04 12:00:00"})
    assert figures(replay(COMMAND_LINE, calls, rows=(row.pk,))) == (1, 1, 0, 0)
    row.refresh_from_db()
    assert row.state == "accepted"
    assert store.rows("interactions") == 3
    # The same file again: the repaired row is settled.
    assert figures(bring(calls, GOOD + "c,yesterday,7,K3\n")) == (3, 0, 0, 3)
    assert QuarantinedRow.objects.count() == 1


def test_the_same_file_again_keeps_a_rejected_row_once(bring: Bring, calls: Chosen) -> None:
    for _ in range(2):
        assert bring(calls, GOOD + "c,yesterday,7,K3\nc,yesterday,7,K3\n").quarantined == 2
    assert QuarantinedRow.objects.count() == 2


def test_all_rows_of_a_rule_come_in_when_the_mapping_changed(bring: Bring, calls: Chosen, store: Store) -> None:
    bring(calls, GOOD + "c,05/01/2026 10:00,7,K3\nd,06/01/2026 10:00,8,K3\ne,2026-01-05,x,K3\n")
    body = {**CALLS, "targets": [{**CALLS["targets"][0]}]}
    body["targets"][0]["columns"] = {
        **CALLS["targets"][0]["columns"],
        "started_at": {"from": "at", "formats": ["iso", "%d/%m/%Y %H:%M"]},
    }
    wider = mapping_of_body("calls", body)
    assert figures(replay(COMMAND_LINE, wider, rule="not_a_time")) == (2, 2, 0, 0)
    assert figures(replay(COMMAND_LINE, wider)) == (1, 0, 1, 0)
    assert [(item.rule, item.count) for item in waiting_by_rule("calls")] == [("not_a_number", 1)]
    assert store.rows("interactions") == 4


def test_a_row_that_is_still_wrong_stays_with_its_new_reason(bring: Bring, calls: Chosen) -> None:
    bring(calls, HEAD + "c,yesterday,x,K3\n")
    row = QuarantinedRow.objects.get()
    repair_row(COMMAND_LINE, row.pk, {"at": "2026-01-04"})
    assert figures(replay(COMMAND_LINE, calls)) == (1, 0, 1, 0)
    row.refresh_from_db()
    assert (row.state, row.rule) == ("open", "not_a_number")
    assert row.raw["at"] == "yesterday"


def test_a_row_of_another_width_is_repaired(bring: Bring, calls: Chosen, store: Store) -> None:
    bring(calls, HEAD + "a,2026-01-05\n")
    row = QuarantinedRow.objects.get()
    repair_row(COMMAND_LINE, row.pk, {"wait": "1", "who": "K"})
    assert figures(replay(COMMAND_LINE, calls)) == (1, 1, 0, 0)
    assert store.rows("interactions") == 1


def test_a_discarded_row_is_settled(bring: Bring, calls: Chosen) -> None:
    bring(calls, GOOD + "c,yesterday,7,K3\n")
    discard_row(COMMAND_LINE, QuarantinedRow.objects.get().pk)
    assert figures(bring(calls, GOOD + "c,yesterday,7,K3\n")) == (3, 0, 0, 3)


def test_the_rejected_rows_of_a_person_are_found(bring: Bring, calls: Chosen, store: Store) -> None:
    bring(calls, GOOD + "c,yesterday,7,K1\nd,yesterday,7,K2\n")
    rows = facts(store, "interactions").to_pylist()
    key = next(row["customer_key"] for row in rows if row["interaction_id"] == "calls:a")
    assert [row.raw["id"] for row in rows_of_person(key)] == ["c"]


# Two at once


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_write_it_once(calls: Chosen, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(HEAD + "".join(f"r{number},2026-01-05 09:00:00,{number},K{number}\n" for number in range(3000)))

    def run(_: int) -> Outcome:
        try:
            return import_file(COMMAND_LINE, str(path), calls)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(run, range(2)))
    assert sum(outcome.accepted for outcome in outcomes) == 3000
    assert sum(outcome.unchanged for outcome in outcomes) == 3000
    keys = facts(store, "interactions").column("interaction_id").to_pylist()
    assert len(keys) == len(set(keys)) == 3000


# Mappings of several targets


def test_one_row_may_feed_a_table_twice_and_its_answers_share_its_id(bring: Bring, store: Store) -> None:
    def answer(column: str) -> dict[str, object]:
        columns = {
            "response_id": {"row": True},
            "answered_at": {"from": "at"},
            "score": {"from": column},
            "question_key": {"value": column},
        }
        return {"table": "responses", "part": column, "needs": "score", "key": ["id"], "columns": columns}

    mapping = mapping_of_body(
        "wide", {"columns": ["id", "at", "speed", "care"], "targets": [answer("speed"), answer("care")]}
    )
    text = "id,at,speed,care\n1,2026-01-05,4,5\n2,2026-01-05,,3\n3,2026-01-05,,\n"
    outcome = bring(mapping, text)
    assert figures(outcome) == (3, 2, 0, 1)
    assert outcome.tables == {"responses": 3}
    rows = {row["answer_id"]: row for row in facts(store, "responses").to_pylist()}
    assert set(rows) == {"wide:speed:1", "wide:care:1", "wide:care:2"}
    assert {row["response_id"] for row in rows.values()} == {"wide:1", "wide:2"}
    # A value that comes later is one new fact of a row that is there.
    assert figures(bring(mapping, text.replace("2,2026-01-05,,3", "2,2026-01-05,1,3"))) == (3, 1, 0, 2)


def test_facts_that_a_broken_off_import_left_out_are_completed(
    bring: Bring, calls: Chosen, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends between the two tables of a row: the next import counts the row as accepted, once."""
    target = {
        "table": "verbatims",
        "key": ["id"],
        "needs": "text",
        "columns": {"said_at": {"from": "at"}, "text": {"from": "who"}},
    }
    mapping = mapping_of_body("calls", {**CALLS, "personal": [], "targets": [*CALLS["targets"], target]})
    text = HEAD + "a,2026-01-05,1,one\nb,2026-01-05,1,\nc,2026-01-05,1,three\n"
    append_new = Store.append_new

    def breaks_off(self: Store, name: str, *arguments: object, **options: object) -> int:
        if name == "verbatims":
            raise KeyboardInterrupt
        return append_new(self, name, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "append_new", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        bring(mapping, text)
    monkeypatch.undo()
    monkeypatch.setenv("HEED_FACTS_URL", store.url)
    assert Import.objects.get().state == "running"
    assert figures(bring(mapping, text)) == (3, 2, 0, 1)
    assert (store.rows("interactions"), store.rows("verbatims")) == (3, 2)


def test_the_first_row_of_a_key_counts_where_the_mapping_says_so(bring: Bring, calls: Chosen, store: Store) -> None:
    body = {**CALLS, "targets": [{**CALLS["targets"][0], "repeats": "first"}]}
    assert figures(bring(mapping_of_body("calls", body), GOOD + "a,2026-01-05,99,K9\n")) == (3, 2, 0, 1)
    waits = {row["interaction_id"]: row["wait_seconds"] for row in facts(store, "interactions").to_pylist()}
    assert waits["calls:a"] == 12.5


def test_a_sequence_tells_the_first_row_of_each(bring: Bring, store: Store) -> None:
    columns = {"at": {"from": "at"}, "case_id": {"from": "case"}, "change": {"value": "opened"}}
    target = {"table": "case_changes", "when": "sequence_number == 1", "columns": columns}
    mapping = mapping_of_body("log", {"columns": ["case", "at"], "sequence": "case", "targets": [target]})
    assert figures(bring(mapping, "case,at\nA,2026-01-05\nB,2026-01-06\nA,2026-01-07\n")) == (3, 2, 0, 1)


def test_the_mapping_in_force_is_taken_before_the_one_that_is_shipped(store: Store, tmp_path: Path, db: None) -> None:
    from heed.core.definitions.actions import ensure
    from heed.service.formats.queries import mapping_named

    assert mapping_named("twcs").version is None
    ensure("mapping", "twcs", {**CALLS})
    held = mapping_named("twcs")
    assert held.version == 1
    assert set(held.plan.mapping.columns) == set(CALLS["columns"])
