"""Versions are proposed, approved, put in force and ended; what is in force at a moment is one version."""

import datetime as dt

import pytest
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions import actions
from heed.core.definitions.models import DefinitionVersion
from heed.core.definitions.queries import all_in_force, in_force, users_of, versions
from heed.core.definitions.rules import Wanted, canonical, validate
from heed.core.errors.rules import Forbidden, HeedError, Invalid, Refused
from heed.core.journal.models import JournalEntry
from tests.core.definitions.kinds import careful_promise, promise  # noqa: F401

pytestmark = pytest.mark.django_db

MAY = frozenset({"propose", "approve"})
ANN, BEN = (Scope(person=f"p_{name}", permissions=MAY, everything=True, everywhere=MAY) for name in ("ann", "ben"))


def enacted(key: str = "a", **body) -> int:
    row = actions.propose(ANN, "test_promise", key, {"title": "A", **body})
    actions.approve(BEN, "test_promise", key, row.number)
    actions.put_in_force(BEN, "test_promise", key, row.number)
    return row.number


def wanted(key: str, **body) -> Wanted:
    return Wanted(
        "test_promise", key, canonical(validate("test_promise", {"title": "A", **body})), f"test_promise/{key}.yaml"
    )


def test_a_version_goes_from_proposed_to_retired_and_the_journal_tells(promise):  # noqa: F811
    before = timezone.now()
    assert enacted(title="first") == 1
    assert in_force("test_promise", "a").body.title == "first"
    assert in_force("test_promise", "a", before) is None
    between = timezone.now()
    assert enacted(title="second") == 2
    assert in_force("test_promise", "a").version == 2
    assert in_force("test_promise", "a", between).version == 1
    actions.retire(BEN, "test_promise", "a")
    assert in_force("test_promise", "a") is None
    assert [row.state for row in versions("test_promise", "a")] == ["retired", "retired"]
    told = JournalEntry.objects.filter(subject_id__startswith="test_promise/").order_by("id")
    assert list(told.values_list("name", "actor")) == [
        ("definition-proposed", "p_ann"),
        ("definition-approved", "p_ben"),
        ("definition-enacted", "p_ben"),
        *[("definition-proposed", "p_ann"), ("definition-approved", "p_ben"), ("definition-enacted", "p_ben")],
        ("definition-retired", "p_ben"),
    ]
    assert not any("title" in entry.payload for entry in told)


def test_what_cannot_be_meant_is_refused_and_leaves_no_trace(promise):  # noqa: F811
    entries = JournalEntry.objects.count()
    for body in ({"titel": "x"}, {"title": "x", "base": "nothing_there"}):
        with pytest.raises(Invalid):
            actions.propose(ANN, "test_promise", "a", body)
    with pytest.raises(Invalid):
        actions.propose(ANN, "test_promise", "../a", {"title": "x"})
    with pytest.raises(Forbidden):
        actions.propose(Scope(person="p_x"), "test_promise", "a", {"title": "x"})
    assert not DefinitionVersion.objects.filter(kind="test_promise").exists()
    assert JournalEntry.objects.count() == entries


def test_steps_are_not_skipped_nor_taken_twice(promise):  # noqa: F811
    row = actions.propose(ANN, "test_promise", "a", {"title": "x"})
    with pytest.raises(Refused, match="proposed"):
        actions.put_in_force(BEN, "test_promise", "a", row.number)
    actions.approve(BEN, "test_promise", "a", row.number)
    with pytest.raises(Refused, match="approved already"):
        actions.approve(BEN, "test_promise", "a", row.number)
    actions.put_in_force(BEN, "test_promise", "a", row.number)
    with pytest.raises(Refused, match="in force"):
        actions.put_in_force(BEN, "test_promise", "a", row.number)
    with pytest.raises(Refused, match="in force"):
        actions.withdraw(BEN, "test_promise", "a", row.number)


def test_four_eyes(careful_promise):  # noqa: F811
    row = actions.propose(ANN, "test_promise", "a", {"title": "x"})
    with pytest.raises(Refused) as refused:
        actions.approve(ANN, "test_promise", "a", row.number)
    assert refused.value.code == "four_eyes"
    actions.approve(BEN, "test_promise", "a", row.number)
    with pytest.raises(Refused) as refused:
        actions.apply_model(ANN, [wanted("b")])
    assert refused.value.code == "four_eyes"
    assert [change.key for change in actions.apply_model(COMMAND_LINE, [wanted("b")])] == ["b"]


def test_of_two_proposals_beside_one_another_one_follows(promise):  # noqa: F811
    enacted()
    rows = [actions.propose(ANN, "test_promise", "a", {"title": title}) for title in ("x", "y")]
    for row in rows:
        actions.approve(BEN, "test_promise", "a", row.number)
    actions.put_in_force(BEN, "test_promise", "a", rows[1].number)
    with pytest.raises(Refused) as refused:
        actions.put_in_force(BEN, "test_promise", "a", rows[0].number)
    assert refused.value.code == "superseded"
    assert "version 3 is in force now" in refused.value.message


def test_a_version_may_wait_for_its_day(promise):  # noqa: F811
    enacted(title="now")
    row = actions.propose(ANN, "test_promise", "a", {"title": "later"})
    actions.approve(BEN, "test_promise", "a", row.number)
    day = timezone.now() + dt.timedelta(days=30)
    with pytest.raises(Refused, match="past"):
        actions.put_in_force(BEN, "test_promise", "a", row.number, effective_from=day - dt.timedelta(days=60))
    actions.put_in_force(BEN, "test_promise", "a", row.number, effective_from=day)
    assert in_force("test_promise", "a").body.title == "now"
    assert in_force("test_promise", "a", day).body.title == "later"
    assert [found.body.title for found in all_in_force("test_promise", day)] == ["later"]


def test_what_is_named_by_another_is_not_retired(promise):  # noqa: F811
    enacted("base")
    enacted("user", base="base")
    assert [found.key for found in users_of("test_promise", "base")] == ["user"]
    with pytest.raises(Refused) as refused:
        actions.retire(BEN, "test_promise", "base")
    assert refused.value.code == "still_used"
    actions.retire(BEN, "test_promise", "user")
    actions.retire(BEN, "test_promise", "base")
    row = actions.propose(ANN, "test_promise", "base", {"title": "again"})
    proposed = actions.propose(ANN, "test_promise", "next", {"title": "x", "base": "base"})
    actions.approve(BEN, "test_promise", "next", proposed.number)
    with pytest.raises(HeedError, match="there is no promise base"):
        actions.put_in_force(BEN, "test_promise", "next", proposed.number)
    assert row.follows is None


def test_a_model_is_applied_once_whole_or_not_at_all(promise):  # noqa: F811
    enacted("kept")
    model = [wanted("one", base="two"), wanted("two", title="B")]
    assert [change.change for change in actions.apply_model(COMMAND_LINE, model, note="why")] == ["new", "new"]
    assert actions.apply_model(COMMAND_LINE, model) == ()
    assert versions("test_promise", "one")[0].note == "why"
    entries = JournalEntry.objects.count()
    with pytest.raises(Invalid, match=r"test_promise/three\.yaml: base: there is no promise tow"):
        actions.apply_model(COMMAND_LINE, [wanted("two", title="C"), wanted("three", base="tow")])
    assert JournalEntry.objects.count() == entries
    assert in_force("test_promise", "two").body.title == "B"
    with pytest.raises(Invalid, match="there is no promise two"):
        actions.apply_model(COMMAND_LINE, [wanted("one", base="two")], prune=True)
    assert in_force("test_promise", "two") is not None
    changes = actions.apply_model(COMMAND_LINE, model, prune=True)
    mine = [(change.key, change.change) for change in changes if change.kind == "test_promise"]
    assert mine == [("kept", "retired")]
    assert in_force("test_promise", "kept") is None


def test_what_heed_brings_along_holds_for_history_and_is_not_forced_on_anybody(promise):  # noqa: F811
    found = actions.ensure("test_promise", "a", {"title": "shipped"})
    assert in_force("test_promise", "a", dt.datetime(2001, 1, 1, tzinfo=dt.UTC)) == found
    enacted(title="mine")
    assert actions.ensure("test_promise", "a", {"title": "shipped"}).body.title == "mine"
