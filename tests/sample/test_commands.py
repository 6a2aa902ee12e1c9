"""`heed sample-operation load`, `remove` and `truths`, and the organisation they bring."""

import json
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from heed.cli import app
from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.queries import in_force
from heed.core.journal.queries import verify_chain
from heed.core.people.actions import add_unit
from heed.core.people.queries import Person, Unit, root_unit
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.verbatims.actions.models import make_model, train
from heed.feedback.verbatims.actions.reading import read_new
from heed.feedback.verbatims.models import LabelItem, LabelRound, TextModel
from heed.feedback.verbatims.queries.models import models_folder, newest_model
from heed.sample.actions import load_sample, remove_sample
from heed.sample.work import said_keys
from heed.service.cases.queries import cases
from heed.service.customers.queries import reachable
from heed.text.themes import FoundTheme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def removed() -> Any:
    yield
    from heed.core.settings.rules import current
    from heed.facts.store.store import Store
    from heed.sample.loading import clear

    clear(Store(current().facts_location))


def run(*words: str) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["sample-operation", *words, "--json"])
    return done.exit_code, json.loads(done.stdout)


def load(*words: str) -> tuple[int, Any]:
    return run("load", "--scale", "0.02", "--until", "2026-10-31", *words)


def test_load_load_again_and_remove() -> None:
    code, first = load()
    assert code == 0
    assert first["loaded"] == sum(first["tables"].values()) > 100_000
    assert first["made"] == {"units": 19, "people": 74, "customers": 400, "cases": first["made"]["cases"]}
    code, again = load()
    assert code == 0
    assert again["loaded"] == 0 and set(again["made"].values()) == {0}
    assert again["tables"] == first["tables"]
    code, gone = run("remove")
    assert code == 0
    assert (gone["removed"], gone["units"], gone["people"]) == (first["loaded"], 19, 74)
    assert not Unit.objects.exists() and not Person.objects.exists()
    assert load()[1]["loaded"] == first["loaded"]


def test_another_seed_is_refused() -> None:
    load()
    code, told = load("--seed", "8")
    assert code == 1
    assert told["error"]["code"] == "other_sample" and "remove" in told["error"]["hint"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--until", "soon"), "invalid_until"),
        (("--until", "2999-01-01"), "invalid_until"),
        (("--scale", "0"), "invalid_scale"),
        (("--seed", "-1"), "invalid_seed"),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...], code: str) -> None:
    status, told = run("load", *words)
    assert status == 1 and told["error"]["code"] == code


def test_truths_tell_of_what_is_loaded() -> None:
    _, before = run("truths", "--seed", "5", "--until", "2026-06-30")
    assert not before["loaded"] and len(before["truths"]) == 15
    load("--seed", "5")
    _, told = run("truths")
    assert (told["seed"], told["until"], told["loaded"]) == (5, "2026-10-31", True)
    assert {"key", "title", "what", "effect", "where", "finders", "twin", "twin_effect"} <= set(told["truths"][0])
    figures = [row for row in told["true_satisfaction"] if row["survey"] in ("relationship", "service_check")]
    assert len(figures) == 12 and all(row["answered"] < row["asked"] for row in figures)


def test_the_organisation_is_a_tree_with_people_who_cannot_sign_in() -> None:
    load_sample(0, 0.02)
    root = root_unit()
    assert root is not None
    assert {unit.kind for unit in root.children.all()} == {"region", "department"}
    assert Unit.objects.get(key="north-billing").parent.key == "billing"
    people = Person.objects.filter(key__startswith="sample-")
    assert people.count() == 74
    assert not people.exclude(email=None).exists()
    assert Person.objects.get(key="sample-a0007").memberships.get().unit.key == "north-billing"
    settled = in_force("organisation", "organisation")
    assert settled is not None and settled.body.time_zone == "Europe/Berlin"
    assert in_force("calendar", "sample_hotline") is not None
    assert in_force("case_opening", "sample_close_the_loop") is not None
    assert in_force("sla", "sample_cases_put_right") is not None
    assert in_force("kpi", "csat") is not None
    assert in_force("privacy_policy", "default") is not None


def test_there_are_customers_to_reach_and_cases_to_work_on() -> None:
    """The unhappy answers of the last days are cases of their teams, with what the customers said; a removal takes all."""
    made = load_sample(0, 0.3, date(2026, 10, 31))["made"]
    assert made["customers"] == 6000 and made["cases"] > 2
    opened, _ = cases(COMMAND_LINE)
    assert len(opened) == made["cases"]
    assert any(line.owner for line in opened) and any(not line.owner for line in opened)
    reach = reachable([line.customer_key for line in opened])
    assert len(reach) == len({line.customer_key for line in opened})
    assert all(each.email.endswith("@example.com") for each in reach.values())
    remove_sample()
    assert cases(COMMAND_LINE) == ([], None) and reachable(list(reach)) == {}
    assert verify_chain().broken_at is None


def test_a_removal_leaves_what_is_not_the_samples() -> None:
    load_sample(0, 0.02)
    root = root_unit()
    assert root is not None
    add_unit(COMMAND_LINE, name="Ours", kind="region", parent=root.key)
    someone = Person.objects.create_user("someone@example.org", None, name="Someone")
    remove_sample()
    assert set(Unit.objects.values_list("key", flat=True)) == {root.key, "ours"}
    assert list(Person.objects.all()) == [someone]
    assert in_force("calendar", "sample_hotline") is None
    assert in_force("sla", "sample_cases_put_right") is None
    assert in_force("organisation", "organisation") is None
    assert in_force("kpi", "csat") is not None


@pytest.mark.prove
def test_a_removal_leaves_nothing_that_was_learnt_from_the_samples_words() -> None:
    load_sample(0, 0.02, date(2026, 10, 31))
    while read_new():
        pass
    told = train()
    assert told["trained"], told
    theme = FoundTheme("f_outage", "outage · network", ("outage",), (1.0,), 0.5, 9)
    make_model(told["sentiment"], (theme,), like=newest_model())
    row = LabelRound.objects.create(name="R", made_by="p", made_at=timezone.now())
    (key, *_) = said_keys(Store(current().facts_location))
    LabelItem.objects.create(round=row, place=1, verbatim_id=key, chosen_by="random")
    assert any(models_folder().iterdir())
    remove_sample()
    assert list(models_folder().iterdir()) == []
    assert not LabelItem.objects.exists()
    assert not TextModel.objects.exclude(found=[]).exists()
    reading = newest_model()
    assert reading is not None
    assert (reading.sentiment, reading.trained_on, reading.marked_at) == ("lexicon.1", 0, None)


def test_nothing_is_taken_while_something_hangs_on_it() -> None:
    load_sample(0, 0.02)
    add_unit(COMMAND_LINE, name="Ours", kind="team", parent="billing")
    status, told = run("remove")
    assert status == 1 and told["error"]["code"] == "units_in_use"
    assert Unit.objects.filter(source="sample").count() == 19
    assert Person.objects.filter(key__startswith="sample-").count() == 74


def test_a_unit_of_the_same_name_refuses_the_load() -> None:
    from django.db import transaction

    from heed.core.people.actions import ensure_root_unit

    with transaction.atomic():
        root = ensure_root_unit("Ours")
    add_unit(COMMAND_LINE, name="North", kind="region", parent=root.key)
    status, told = load()
    assert status == 1 and told["error"]["code"] == "unit_taken"
    assert not Person.objects.exists()
