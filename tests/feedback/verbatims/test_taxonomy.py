"""Changing a taxonomy: verbs on themes, what each touches, two who change at once, and the way into force."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions import actions as definitions
from heed.core.definitions.queries import in_force
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.verbatims.actions import drafting
from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
from heed.feedback.verbatims.models import TaxonomyDraft, TextModel
from heed.feedback.verbatims.queries import taxonomy as queries
from heed.feedback.verbatims.rules import taxonomy as rules
from heed.text.themes import FoundTheme

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BILL = {"key": "bill", "name": {"en": "Bills"}, "words": {"en": ["bill*", "invoice*"], "de": ["rechnung*"]}}
APP = {"key": "app", "name": {"en": "App"}, "words": {"en": ["app", "login"]}}
BODY: dict[str, Any] = {"name": "Ours", "themes": [BILL, APP]}
TEXTS = ("the bill is wrong", "my invoice", "the app and the bill", "login fails", "thanks")
ANNA = Scope("p_anna", COMMAND_LINE.permissions - {"approve"}, everything=True, everywhere=COMMAND_LINE.permissions)


@pytest.fixture
def store(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    ensure_taxonomy()
    held = Store(current().facts_location)
    rows = [
        {
            "verbatim_id": f"v-{number}",
            "said_at": AT + timedelta(minutes=number),
            "text": f"{('The invoice is wrong', 'A parking place was missing', 'Thanks')[number % 3]} {number}",
            "source": "test",
            "batch": "a",
            "recorded_at": AT,
        }
        for number in range(30)
    ]
    held.append_new("verbatims", pa.Table.from_pylist(rows))
    yield held
    monkeypatch.undo()
    current.cache_clear()


def test_what_a_change_touches_is_counted_by_text() -> None:
    wider = {**BILL, "words": {"en": ["bill*", "invoice*", "thanks"]}}
    assert rules.touched(BILL, wider, TEXTS) == rules.Touched(3, 4, (4,), ())
    assert rules.touched(BILL, None, TEXTS).lost == (0, 1, 2)
    assert rules.touched(None, APP, TEXTS).gained == (2, 3)
    assert rules.without_theme(BODY, TEXTS) == 1
    assert rules.evidence(("invoice*",), "my invoices") == (3, 11)


def test_merging_joins_words_and_splitting_parts_them() -> None:
    one = rules.merged(BODY, "app", "bill")
    assert rules.keys_of(one) == ["bill"]
    assert one["themes"][0]["words"]["en"] == ["bill*", "invoice*", "app", "login"]
    two = rules.parted(one, "bill", ["app", "login"], {"en": "The App!"})
    assert rules.keys_of(two) == ["bill", "the-app"]
    assert two["themes"][0]["words"] == BILL["words"]
    assert two["themes"][1]["words"] == {"en": ["app", "login"]}
    for wrong in ([], ["bill*", "invoice*", "rechnung*"]):
        with pytest.raises(Invalid):
            rules.parted(BODY, "bill", wrong, {"en": "X"})
    with pytest.raises(Invalid):
        rules.merged(BODY, "app", "app")
    with pytest.raises(NotFound):
        rules.merged(BODY, "app", "ap")


def test_keys_and_words_come_from_what_is_typed() -> None:
    assert rules.key_from("Größe & Gewicht", ["x"]) == "grosse-gewicht"
    assert rules.key_from("Bill", ["bill", "bill-2"]) == "bill-3"
    assert rules.key_from("質問", []) == "theme"
    assert rules.words_from("bill*\n direct  debit ,bill*;fee\n\n") == ["bill*", "direct debit", "fee"]


def test_a_found_theme_becomes_an_own_one() -> None:
    found = FoundTheme("found-3", "parking place", ("parking", "place", "x"), (0.5, 0.4, 0.1), 0.4, 9)
    body = rules.adopted(BODY, found, "de")
    assert body["themes"][-1] == {
        "key": "found-3",
        "name": {"de": "parking place"},
        "words": {"de": ["parking", "place"]},
    }


def test_changes_of_both_sides_are_put_together_theme_by_theme() -> None:
    mine = rules.with_theme(BODY, {**BILL, "words": {"en": ["bill*", "fee*"]}}, "bill")
    mine = rules.with_theme(mine, {"key": "new", "name": {"en": "New"}, "words": {"en": ["new"]}})
    theirs = rules.with_theme(BODY, {**APP, "name": {"en": "Apps"}}, "app")
    body, both = rules.rebased(BODY, mine, theirs)
    assert both == ()
    assert rules.theme_of(body, "bill")["words"] == {"en": ["bill*", "fee*"]}
    assert rules.theme_of(body, "app")["name"] == {"en": "Apps"}
    assert rules.keys_of(body) == ["bill", "app", "new"]
    clash = rules.with_theme(BODY, {**BILL, "words": {"en": ["bill*", "charge*"]}}, "bill")
    body, both = rules.rebased(BODY, mine, clash)
    assert both == ("bill",)
    assert set(rules.theme_of(body, "bill")["words"]["en"]) == {"bill*", "fee*", "charge*"}
    removed = rules.without(BODY, "bill")
    assert rules.keys_of(rules.rebased(BODY, mine, removed)[0]) == ["app", "bill", "new"]
    assert rules.keys_of(rules.rebased(BODY, removed, BODY)[0]) == ["app"]
    kinds = {each.key: each.kind for each in rules.changes(BODY, rules.without(mine, "app"))}
    assert kinds == {"bill": "changed", "new": "new", "app": "gone"}


def test_a_draft_is_rehearsed_and_put_in_force(store: Store) -> None:
    before = queries.editing(COMMAND_LINE, "default")
    assert before.draft is None
    drafting.change_theme(
        COMMAND_LINE, "default", {"key": "parking", "name": {"en": "Parking"}, "words": {"en": ["parking"]}}
    )
    there = queries.editing(COMMAND_LINE, "default")
    over = queries.texts()
    line = next(each for each in queries.lines(there, over, "en") if each.key == "parking")
    assert (line.kind, line.touched.before, line.touched.after) == ("new", 0, 10)
    assert queries.uncovered(there, over) == (20, 10)
    parts = queries.samples(line.touched, None, there.body["themes"][-1], over)["gained"][0]
    assert [piece.text for piece in parts if piece.kind == "evidence"] == ["parking"]
    drafting.enact_draft(COMMAND_LINE, "default", note="Parking is asked for.", seen=rules.seen_as(there.body))
    assert not TaxonomyDraft.objects.exists()
    assert "parking" in {theme.key for theme in in_force("taxonomy", "default").body.themes}
    with pytest.raises(Refused):
        drafting.propose_draft(COMMAND_LINE, "default")


def test_who_changed_the_same_theme_meanwhile_is_told_and_another_theme_is_free(store: Store) -> None:
    body = queries.editing(COMMAND_LINE, "default").body
    bill, staff = (rules.theme_of(body, key) for key in ("billing", "staff"))
    drafting.change_theme(ANNA, "default", {**bill, "name": {"en": "Bills"}}, at="billing", seen=rules.seen_as(bill))
    with pytest.raises(Refused) as refused:
        drafting.change_theme(
            COMMAND_LINE, "default", {**bill, "name": {"en": "Invoices"}}, at="billing", seen=rules.seen_as(bill)
        )
    assert refused.value.code == "raced"
    drafting.change_theme(
        COMMAND_LINE, "default", {**staff, "name": {"en": "People"}}, at="staff", seen=rules.seen_as(staff)
    )
    names = {theme["key"]: theme["name"]["en"] for theme in queries.editing(ANNA, "default").body["themes"]}
    assert (names["billing"], names["staff"]) == ("Bills", "People")
    with pytest.raises(Refused):
        drafting.enact_draft(COMMAND_LINE, "default", seen="of another hour")


def test_a_version_in_force_meanwhile_is_brought_together_with_the_draft(store: Store) -> None:
    drafting.remove_theme(ANNA, "default", "staff")
    body = queries.editing(ANNA, "default").now
    other = rules.with_theme(body, {"key": "smell", "name": {"en": "Smell"}, "words": {"en": ["smell*"]}})
    row = definitions.propose(COMMAND_LINE, "taxonomy", "default", other)
    definitions.approve(COMMAND_LINE, "taxonomy", "default", row.number)
    definitions.put_in_force(COMMAND_LINE, "taxonomy", "default", row.number)
    assert queries.editing(ANNA, "default").stale
    with pytest.raises(Refused) as refused:
        drafting.propose_draft(ANNA, "default")
    assert refused.value.code == "stale"
    assert drafting.bring_up_to_date(ANNA, "default") == ()
    keys = rules.keys_of(queries.editing(ANNA, "default").body)
    assert "smell" in keys
    assert "staff" not in keys
    assert drafting.propose_draft(ANNA, "default", note="Why.").note == "Why."


def test_found_themes_are_taken_in_and_a_draft_thrown_away(store: Store) -> None:
    found = {"key": "f1", "name": "parking place", "words": ["parking", "place"], "weights": [0.6, 0.4]}
    found |= {"least": 0.5, "size": 9, "since": ""}
    TextModel.objects.create(name="m", sentiment="lexicon.1", taxonomy_digest="d", made_at=AT, found=[found])
    assert [each.key for each in queries.found_ones(queries.editing(ANNA, "default"))] == ["f1"]
    drafting.adopt_theme(ANNA, "default", "f1", "en")
    assert queries.found_ones(queries.editing(ANNA, "default")) == []
    with pytest.raises(NotFound):
        drafting.adopt_theme(ANNA, "default", "f2", "en")
    drafting.discard_draft(ANNA, "default")
    assert queries.editing(ANNA, "default").draft is None


def test_what_is_no_theme_is_refused_and_so_is_who_may_not(store: Store) -> None:
    for words in ({"en": ["*"]}, {"en": ["x"]}):
        with pytest.raises(Invalid):
            drafting.change_theme(ANNA, "default", {"key": "odd", "name": {"en": "Odd"}, "words": words})
    with pytest.raises(Invalid):
        drafting.change_theme(ANNA, "default", {"key": "odd", "name": {}, "words": {}})
    with pytest.raises(NotFound):
        drafting.remove_theme(ANNA, "none", "x")
    north = Scope("p_north", frozenset({"see_words", "propose"}), teams=frozenset({"north"}))
    with pytest.raises(Forbidden):
        queries.editing(north, "default")
    with pytest.raises(Forbidden):
        drafting.enact_draft(Scope("p_x", ANNA.permissions, True, everywhere=ANNA.permissions), "default")
