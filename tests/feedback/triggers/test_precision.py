"""How closely each segment is known: read from facts, on the page, over the API and by command; and what is refused."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.cache import cache
from typer.testing import CliRunner

from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import Forbidden, Invalid
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.triggers.cli.asking import app
from heed.feedback.triggers.queries.engine import engine
from heed.feedback.triggers.queries.precision import Precise, Precision, precision
from heed.feedback.triggers.rules.figures import margin_of
from heed.goals.kpis.actions import ensure_catalogue
from heed.metrics.assisting import alike_of
from tests.core.conftest import House, build
from tests.metrics.facts import rows_of

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)
LAST = (UNTIL - timedelta(days=1)).date()
PEOPLE, CONTACTS = 700, 2400


def written(store: Store) -> None:
    """A quarter of contacts of two segments: waiting decides most of the answer; half are asked, half of these answer. Some
    of the answers belong to contacts that came to no draw.
    """
    dice = np.random.default_rng(5)
    who, wait = dice.integers(0, PEOPLE, CONTACTS), dice.exponential(200.0, CONTACTS).round()
    at = [UNTIL - timedelta(days=float(day)) for day in dice.uniform(2, 80, CONTACTS)]
    happy = 4.6 - 2.2 * wait / (wait + 200.0) + 0.3 * dice.normal(size=PEOPLE)[who] + 0.5 * dice.normal(size=CONTACTS)
    score, drawn = np.clip(np.round(happy), 1, 5), dice.random(CONTACTS) < 0.95
    asked = drawn & (dice.random(CONTACTS) < 0.5)
    answered = np.flatnonzero(dice.random(CONTACTS) < np.where(drawn, 0.5 * asked, 0.1))
    told = [
        {"interaction_id": f"i{n}", "customer_key": f"c{who[n]}", "segment": "gold" if who[n] % 3 else "blue"}
        for n in range(CONTACTS)
    ]
    interactions = [
        {**told[n], "started_at": at[n], "wait_seconds": wait[n], "answered": True} for n in range(CONTACTS)
    ]
    decided = [
        {**told[n], "invitation_id": f"d{n}", "decided_at": at[n], "asked": bool(asked[n]), "survey_key": "s",
         "probability": 0.5 if drawn[n] else 0.0}
        for n in range(CONTACTS)
    ]  # fmt: skip
    given = [
        {**told[n], "answer_id": f"a{n}", "response_id": f"r{n}", "answered_at": at[n] + timedelta(hours=2),
         "instrument": "csat", "score": float(score[n]), "scale_min": 1.0, "scale_max": 5.0, "survey_key": "s"}
        for n in answered
    ]  # fmt: skip
    for name, rows in (("interactions", interactions), ("invitations", decided), ("responses", given)):
        store.append(name, rows_of(name, rows), app="test", number=1)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEED_FACTS_URL", str(folder))
        current.cache_clear()
        written(Store(current().facts_location))
        yield folder
    current.cache_clear()


@pytest.fixture
def house(db: None, filled: Path) -> House:
    cache.clear()
    built = build()
    ensure_catalogue()
    return built


def known(asked: Precise | None = None) -> Precision:
    found = precision(COMMAND_LINE, asked or Precise(until=LAST))
    assert found is not None
    return found


def test_what_is_known_of_every_contact_narrows_each_segment(house: House) -> None:
    found = known()
    assert (found.kpi, found.unit, found.margin) == ("csat", "share", 0.05)
    assert [line.segment for line in found.lines] == ["blue", "gold"]
    assert found.outside > 0
    assert "wait_seconds" in found.known
    for line in found.lines:
        assert line.narrower is not None and line.narrower > 0.03
        assert line.plain.persons < line.plain.n < line.cell.found.frame
        assert line.helped.method == "assisted_by_person"
        assert line.answers_for is not None and line.answers_for > 0
    blue, gold = found.lines
    assert gold.plain.n > blue.plain.n
    # Kept while nothing it rests on changes.
    assert precision(COMMAND_LINE, Precise(until=LAST), read=False) == found
    assert precision(COMMAND_LINE, Precise(weeks=4, until=LAST), read=False) is None


def test_without_answers_there_is_nothing_to_tell(house: House) -> None:
    assert known(Precise("nps", until=LAST)).lines[0].plain.value is None
    assert known(Precise(until=date(2020, 1, 1))).lines == ()


def test_small_groups_are_kept_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heed.feedback.triggers.queries.precision.least_shown", lambda: 100_000)
    assert {line.withheld for line in known().lines} == {True}


def test_what_cannot_be_asked_is_refused(house: House) -> None:
    for asked in (Precise("aht"), Precise("csatt"), Precise(weeks=0), Precise(until=date(1960, 1, 1))):
        with pytest.raises(Invalid):
            precision(COMMAND_LINE, asked)
    with pytest.raises(Forbidden):
        precision(house.scope("agent"), Precise())


def test_on_the_page_over_the_api_and_by_command(house: House) -> None:
    client = house.client("admin")
    told = client.get(f"/api/v1/asking/precision?kpi=csat&until={LAST}")
    assert told.status_code == 200, told.content
    cell = told.json()["segments"][0]
    assert cell["plain"]["low"] < cell["assisted"]["low"] < cell["assisted"]["high"] < cell["plain"]["high"]
    assert (cell["plain"]["method"], cell["assisted"]["method"]) == ("by_person", "assisted_by_person")
    assert client.get("/api/v1/asking/precision?kpi=aht").status_code == 422
    assert client.get("/api/v1/asking/precision?until=0001-01-01").status_code == 422
    assert house.client("agent").get("/api/v1/asking/precision").status_code == 403
    waiting = client.get("/asks/coverage/").content.decode()
    assert 'hx-trigger="load"' in waiting
    shown = client.get("/asks/coverage/?figures=1").content.decode()
    assert "How closely each segment is known" in shown
    done = CliRunner().invoke(app, ["precision", "--until", str(LAST), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["segments"][0]["segment"] == "blue"
    done = CliRunner().invoke(app, ["precision", "--until", str(LAST)])
    assert "for ± 0.05" in done.stdout or "answers for ±" in done.stdout


def test_a_rehearsal_knows_how_alike_answers_of_one_customer_are(house: House) -> None:
    found = alike_of(engine(), UNTIL - timedelta(days=90), UNTIL)
    assert 0.0 < found < 0.4
    who = np.repeat(np.arange(50), 4)
    once = margin_of(np.ones(200), 0.5, np.arange(200), found)
    often = margin_of(np.ones(200), 0.5, who, found)
    assert once == margin_of(np.ones(200), 0.5, who, 0.0)
    assert once is not None and often is not None
    # Four asks of each at a rate of one half: 1 + 0.5 × 3 × how alike they are (Kish 1965).
    assert often**2 / once**2 == pytest.approx(1 + 0.5 * 3 * found)
