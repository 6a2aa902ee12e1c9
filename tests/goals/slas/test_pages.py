"""SLAs as pages, files, over the API and by command: figures with intervals, breaches, what is at risk; who may see what."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions.actions import ensure
from heed.core.errors.rules import Forbidden, Invalid, NotFound
from heed.goals.slas.queries.attainment import attained
from tests.core.conftest import House, build
from tests.goals.slas.promises import A_WEEK, BODY, WEEKS, facts_in, hours_of


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Facts are written once for the whole file: nothing here changes them."""
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch, facts_in(folder, patch):
        yield folder


@pytest.fixture
def house(db: None, filled: Path) -> House:
    built = build()
    ensure("sla", "put_right", BODY, note="")
    return built


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def get(house: House, address: str, who: str = "admin", **headers: str) -> Any:
    return house.client(who).get(address, headers=headers)


def test_what_was_kept_is_what_was_planted(house: House) -> None:
    found = attained("put_right", COMMAND_LINE, WEEKS + 1)
    cases = [hours_of(number) <= 10 for number in range(WEEKS * A_WEEK)]
    # One more broke and is open; two run.
    assert found.whole.n == len(cases) + 1
    assert found.whole.value == pytest.approx(sum(cases) / (len(cases) + 1))
    assert found.standing == "missed"
    assert [row.n for row in found.weeks][1:-1] == [A_WEEK] * (WEEKS - 1)
    assert [each.case for each in found.overdue] == ["late"]
    assert [each.case for each in found.at_risk] == ["risky"]
    (risky,) = found.at_risk
    assert risky.risk.chance == pytest.approx(1.0)
    assert risky.used_seconds == pytest.approx(3 * 3600 + 1)
    young = next(each for each in found.running if each.case == "young")
    assert young.risk.chance == pytest.approx(0.2, abs=0.01)
    assert found.breaches[0].took_seconds is None
    assert len(found.breaches) == cases.count(False) + 1


def test_the_page_of_an_sla(house: House) -> None:
    answer = get(house, "/slas/put_right/?weeks=26")
    said = text(answer)
    assert answer.status_code == 200
    assert "Promised to 90.0% of customers: a case resolved within 10 h." in said
    assert re.search(r"79\.9 ?%", said)
    assert "off target" in said
    assert "risky" in said
    assert "Broken and still open" in said
    assert "Wilson, 95%" in said
    assert "version 1" in said


def test_the_list_names_slas_at_once_and_figures_follow(house: House) -> None:
    shell = get(house, "/slas/")
    assert "Reading the figures" in text(shell)
    table = get(house, "/slas/", **{"HX-Request": "true"})
    assert b"<html" not in table.content
    assert "off target" in text(table)
    assert "Cases put right" in text(get(house, "/slas/?figures=1"))


def test_files_hold_what_the_page_shows(house: House) -> None:
    weeks = list(csv.DictReader(io.StringIO(get(house, "/slas/put_right/export.csv?weeks=4").content.decode())))
    assert len(weeks) == 4
    assert {row["definition_version"] for row in weeks} == {"1"}
    broke = get(house, "/slas/put_right/export.parquet?what=breaches&weeks=4")
    assert pq.read_table(io.BytesIO(broke.content)).num_rows == len(attained("put_right", COMMAND_LINE, 4).breaches)
    listed = get(house, "/slas/put_right/export.csv?what=at_risk").content.decode()
    assert [row["case"] for row in csv.DictReader(io.StringIO(listed))] == ["late", "risky"]
    assert get(house, "/slas/put_right/export.xml").status_code == 404
    assert get(house, "/slas/put_right/export.csv?what=secrets").status_code == 404


def test_an_agent_sees_shares_of_their_region_and_no_cases(house: House) -> None:
    answer = get(house, "/slas/put_right/?weeks=26", "agent")
    assert answer.status_code == 200
    assert "risky" not in text(answer)
    own = attained("put_right", house.scope("agent"), 21)
    assert own.whole.n is not None
    assert own.whole.n < WEEKS * A_WEEK
    assert own.left_out == {}
    assert get(house, "/slas/put_right/export.csv?what=breaches", "agent").status_code == 403
    assert get(house, "/api/v1/slas/put_right/breaches", "agent").status_code == 403


def test_the_api(house: House) -> None:
    assert [each["key"] for each in get(house, "/api/v1/slas").json()["items"]] == ["put_right"]
    assert get(house, "/api/v1/slas/put_right").json()["body"]["within_seconds"] == 36_000
    found = get(house, "/api/v1/slas/put_right/attainment?weeks=4").json()
    assert (found["standing"], found["at_risk"], found["broken"], len(found["rows"])) == ("missed", 1, 1, 4)
    assert found["whole"]["low"] < found["whole"]["value"] < found["whole"]["high"]
    assert get(house, "/api/v1/slas/put_right/breaches?limit=2").json()["total"] > 2
    first = get(house, "/api/v1/slas/put_right/at-risk?limit=1").json()
    second = get(house, f"/api/v1/slas/put_right/at-risk?limit=1&cursor={first['next']}").json()
    assert ([each["case"] for each in second["items"]], second["next"]) == (["risky"], None)
    assert get(house, "/api/v1/slas/put_right/at-risk?cursor=nowhere").status_code == 422
    risk = get(house, "/api/v1/slas/put_right/at-risk").json()
    assert [(each["case"], each["broken"]) for each in risk["items"]] == [("late", True), ("risky", False)]
    missing = get(house, "/api/v1/slas/put_rigth")
    assert missing.status_code == 404
    assert "put_right" in str(missing.json())


def test_few_are_withheld(house: House) -> None:
    ensure("sla", "few", BODY | {"population": 'case_id == "k1" || case_id == "k2"'}, note="")
    found = attained("few", COMMAND_LINE, 26)
    assert found.whole.suppressed
    assert "Too few to show" in text(get(house, "/slas/few/?weeks=52"))


def test_what_is_refused(house: House) -> None:
    with pytest.raises(NotFound):
        attained("nothing", COMMAND_LINE)
    with pytest.raises(Invalid):
        attained("put_right", COMMAND_LINE, 0)

    with pytest.raises(Forbidden):
        attained("put_right", Scope(person="nobody"))
