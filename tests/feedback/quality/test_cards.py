"""The score card on its page, over the API, as a file and by command; whom it shows what; what a definition changes."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from heed.cli import app
from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions.actions import approve, ensure, propose, put_in_force
from heed.core.definitions.rules import validate
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.core.settings.rules import current
from heed.feedback.quality.queries.cards import score_card, span_card, weight_lines
from heed.feedback.quality.rules.judging import failures
from heed.service.customers.models import Customer
from tests.core.conftest import House, build
from tests.feedback.quality.planting import planted
from tests.feedback.quality.shop import when, written

MANY = 3000
PLANT = planted(1, "biased", MANY)
SEES = Scope("p_eye", frozenset({"see_figures"}), everything=True, everywhere=frozenset({"see_figures"}))


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Facts are written once for the whole file: nothing here changes them."""
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEED_FACTS_URL", str(folder))
        current.cache_clear()
        written(folder, PLANT)
        yield
        patch.undo()
        current.cache_clear()


@pytest.fixture
def house(db: None, facts: None) -> House:
    return build()


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_card_says_who_is_missing_and_what_weights_do(house: House) -> None:
    shown = score_card(house.scope("admin"), "helped", "all")
    card = shown.card
    assert (card.decisions, card.asked, card.answered) == (MANY, int(PLANT.asked.sum()), int(PLANT.answered.sum()))
    assert [line.name for line in shown.waves] == ["2026-Q2", "2026-Q1"]
    assert set(failures(card)) - {"representativity"} == {"difference", "unanswered"}
    assert [each.code for each in card.beyond if each.code not in failures(card)] == ["shift"]
    (helped,) = [each for each in card.figures if each.key == "helped"]
    assert helped.plain.value is not None and helped.plain.value > PLANT.truth + 0.03
    assert helped.shift is not None and helped.shift < -0.03 and helped.p is not None and helped.p < 0.01
    assert helped.weighted.low is not None and helped.weighted.high is not None
    assert helped.weighted.low <= PLANT.truth <= helped.weighted.high
    assert card.rates["RR1"].rate.value == pytest.approx(PLANT.answered.sum() / PLANT.asked.sum())
    assert card.times is not None and card.times.median is not None and 50 < card.times.median < 70
    newest = score_card(house.scope("admin"), "helped").card
    assert newest.decisions == pytest.approx(0.4 * MANY, abs=1)


def test_it_is_kept_until_something_changes(house: House) -> None:
    first = score_card(house.scope("admin"), "helped").card
    assert score_card(house.scope("admin"), "helped").card is first
    asked = next(f"c{place}" for place in range(MANY - 1, 0, -1) if PLANT.asked[place] and not PLANT.answered[place])
    customer = Customer.objects.create(key=asked, system="crm", external_id="1")
    Customer.objects.filter(pk=customer.pk).update(mail_opted_out_at="2026-04-20T00:00:00Z")
    changed = score_card(house.scope("admin"), "helped").card
    assert changed.states["refused"] == 1 and "refused" not in first.states


def changed(body: dict[str, Any], number: int) -> None:
    propose(COMMAND_LINE, "quality", "helped", body)
    approve(COMMAND_LINE, "quality", "helped", number)
    put_in_force(COMMAND_LINE, "quality", "helped", number)


def test_a_definition_sets_columns_bounds_limits_and_waves(house: House) -> None:
    body = {
        "survey": "helped",
        "wave": "month",
        "weigh_by": ["segment"],
        "limits": {"response_rate": 0.9, "unanswered": 0.9},
    }
    ensure("quality", "helped", body)
    shown = score_card(house.scope("admin"), "helped", "all")
    assert [line.name for line in shown.waves] == ["2026-04", "2026-01"]
    assert shown.card.columns == ("segment",)
    assert "response_rate" in failures(shown.card) and "unanswered" not in failures(shown.card)
    known = {"column": "segment", "classes": {"private": 10, "business": 10, "key": 80}}
    changed({**body, "population": [known]}, 2)
    far = score_card(house.scope("admin"), "helped", "all").card.weighted
    assert far is not None and far.kish > 1.3
    changed({**body, "weigh_by": ["segment", "trend"], "weighting": "post_stratify"}, 3)
    crossed = score_card(house.scope("admin"), "helped", "all").card.weighted
    assert crossed is not None and [each.name for each in crossed.margins] == ["segment × trend"]


def test_what_cannot_be_meant_is_refused() -> None:
    for wrong, said in (
        ({"weigh_by": ["customer_key"]}, "names single people"),
        ({"weigh_by": ["segment", "segment"]}, "is there twice"),
        ({"partial_share": 0.9}, "partial_share is more"),
        ({"population": [{"column": "segment", "classes": {"a": 0, "b": 0}}]}, "hold nobody"),
        ({"limits": {"design_effect": 0.5}}, "design_effect"),
    ):
        with pytest.raises(Invalid, match=said):
            validate("quality", {"survey": "helped", **wrong})


def test_each_sees_their_own_region(house: House) -> None:
    whole = score_card(house.scope("admin"), "helped", "all").card
    north = score_card(house.scope("north_admin"), "helped", "all").card
    assert north.decisions == int((PLANT.region == "north").sum()) < whole.decisions
    assert "region" not in north.columns
    with pytest.raises(Forbidden):
        weight_lines(SEES, "helped")
    with pytest.raises(NotFound) as missing:
        score_card(house.scope("admin"), "helpd")
    assert missing.value.code == "unknown_survey" and "helped" in missing.value.hint
    with pytest.raises(NotFound):
        score_card(house.scope("admin"), "helped", "2026-Q9")


def test_few_answers_show_nothing_of_themselves(house: House) -> None:
    ensure("privacy_policy", "strict", {"name": "Strict", "min_n_customers": 1000})
    card = score_card(house.scope("admin"), "helped").card
    assert card.is_small and not card.figures and card.weighted is None and not card.items and card.times is None
    assert all(cell.suppressed for cell in card.cells)
    assert "Fewer than 1000 answered" in text(house.client("admin").get("/quality/card/?survey=helped"))
    with pytest.raises(Refused, match="Too few"):
        weight_lines(house.scope("admin"), "helped")


def test_the_pages(house: House) -> None:
    client = house.client("admin")
    assert "helped" in text(client.get("/quality/"))
    page = client.get("/quality/card/?survey=helped&wave=all")
    said = text(page)
    assert page.status_code == 200
    assert "What they are held against" in said and re.search("Trend: (falling|rising)", said)
    assert "Weights mend what these columns explain and nothing more" in said
    assert "Quarter 1 of 2026" in said
    assert client.get("/quality/card/?survey=nope").status_code == 404
    assert client.get("/quality/card/").status_code == 404
    assert client.get("/quality/card/?survey=helped&wave=%00").status_code in (200, 404)
    answer = client.get("/quality/card.csv?survey=helped&wave=all")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {"limit", "outcome", "rate", "class", "figure"} <= {row["part"] for row in rows}


def test_the_api(house: House) -> None:
    client = house.client("admin")
    listed = client.get("/api/v1/quality/surveys").json()["surveys"]
    assert [each["survey"] for each in listed] == ["helped"]
    assert [each["wave"] for each in client.get("/api/v1/quality/surveys/helped/waves").json()["waves"]] == [
        "2026-Q2",
        "2026-Q1",
    ]
    told = client.get("/api/v1/quality/surveys/helped?wave=all").json()
    assert told["kept"] is False and len(told["rates"]) == 16
    trend = next(each for each in told["bias"]["columns"] if each["column"] == "trend")
    assert {each["class"] for each in trend["classes"]} == {"falling", "steady", "rising"}
    first = client.get("/api/v1/quality/surveys/helped/weights?wave=all&limit=10").json()
    second = client.get(f"/api/v1/quality/surveys/helped/weights?wave=all&limit=1000&after={first['next']}").json()
    weights = [each["weight"] for each in first["items"] + second["items"]]
    assert len(weights) == PLANT.answered.sum() and sum(weights) == pytest.approx(len(weights))
    assert second["next"] is None
    assert client.get("/api/v1/quality/surveys/nope").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_commands(facts: None, tmp_path: Any) -> None:
    def run(*words: str) -> tuple[int, Any]:
        done = CliRunner().invoke(app, ["quality", *words, "--json"])
        return done.exit_code, json.loads(done.stdout)

    assert run("list")[1]["surveys"][0]["responses"] == PLANT.answered.sum()
    file = tmp_path / "card.csv"
    code, told = run("show", "helped", "--wave", "all", "--out", str(file))
    assert code == 0 and told["asked"] == PLANT.asked.sum() and file.read_text().startswith("part,")
    out = tmp_path / "weights.csv"
    assert len(run("weights", "helped", "--out", str(out))[1]["weights"]) > 100
    assert out.read_text().startswith("response,weight,base")
    assert run("show", "helpd")[1]["error"]["code"] == "unknown_survey"
    assert CliRunner().invoke(app, ["quality", "weights", "helped"]).exit_code == 1
    said = CliRunner().invoke(app, ["quality", "show", "helped"]).stdout
    assert "RR1" in said and "satisfaction" in said


def test_a_span_is_a_card_of_its_own(house: House) -> None:
    middle = when(PLANT, MANY - 1)
    card = span_card(COMMAND_LINE, "helped", None, middle)
    assert 0 < card.decisions < MANY
