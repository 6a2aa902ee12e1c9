"""The story of a footprint: a planner compares places to answer from in a file, the organisation looks at it together, somebody
decides and answers for it, and the figures of that day stay.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from aiosmtpd.controller import Controller

from tests.acceptance.core.test_people import Browser, House, Mailbox, free_port
from tests.acceptance.service.test_cases import SETTLED
from tests.places import ROOT
from tests.running import Run, runs

EXAMPLE = ROOT / "examples" / "model" / "footprint" / "calls_of_europe.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return runs(tmp_path_factory.mktemp("footprint"))


def test_a_planner_compares_places_in_a_file(run: Run, tmp_path: Path) -> None:
    found = run("footprint", "compare", str(EXAMPLE))
    by_name = {each["option"]: each for each in found["options"]}
    costs = {name: float(each["cost_per_week"]["amount"]) for name, each in by_name.items()}
    assert found["best"] == "hybrid" and costs["hybrid"] < costs["pooled"] < costs["split"]
    # One site that fails takes all calls with it; of three, two answer what they can.
    assert [each["answered"] for each in by_name["pooled"]["losses"]] == [0.0]
    assert min(each["answered"] for each in by_name["split"]["losses"]) > 0.4
    # What may be lost with one site is limited: then the best between is another, and dearer.
    written = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    file = tmp_path / "safer.yaml"
    file.write_text(yaml.safe_dump({**written, "most_share_at_one_site": 0.6}), encoding="utf-8")
    safer = run("footprint", "compare", str(file))
    (best,) = [each for each in safer["options"] if each["option"] == "hybrid"]
    assert min(each["answered"] for each in best["losses"]) > 0.35
    assert float(best["cost_per_week"]["amount"]) > costs["hybrid"]
    assert "is the most" in safer["impossible"][0]["reason"]
    # Poland is served by one site; without it nobody speaks its language, and that is said.
    alone = {**written, "sites": [each for each in written["sites"] if each["key"] != "krakow"]}
    alone["regions"] = [{**each, "home": ""} for each in written["regions"]]
    file.write_text(yaml.safe_dump(alone), encoding="utf-8")
    refused = run("footprint", "compare", str(file), code=1)
    assert refused["error"]["message"] == "Nobody can serve pl of Poland: no site speaks it."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, mailbox, port = tmp_path_factory.mktemp("places"), Mailbox(), free_port()
    mail = Controller(mailbox, hostname="127.0.0.1", port=port)
    mail.start()
    house = House(folder / "home", mailbox, port)
    try:
        house.wait()
        yield house
    finally:
        house.process.terminate()
        house.process.wait(timeout=60)
        mail.stop()


def test_somebody_decides_and_the_figures_of_that_day_stay(house: House, tmp_path: Path) -> None:
    link = re.search(r"http\S+/first-run/[0-9a-f]+/", re.sub(r"\x1b\[[0-9;]*m", "", house.log.read_text()))
    assert link is not None, house.log.read_text()
    ada = Browser(house)
    assert ada.send(link.group(), **SETTLED).status_code == 200
    place = tmp_path / "model" / "footprint" / "calls_of_europe.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    assert house.run("model", "apply", str(tmp_path / "model"), "--json")[0] == 0
    assert "Where Europe&#x27;s calls are answered" in ada.open("/footprints/").text
    page = ada.open("/footprints/calls_of_europe/?figures=1").text
    assert "Cheapest: The best between." in page
    assert 'id="tornado"' in page and "Nothing is decided yet." in page

    address = "/footprints/calls_of_europe/decisions/"
    seen = re.search(r'name="seen" value="(\d+)"', page)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert seen is not None and token is not None
    sent = {"option": "split", "owner": "Ada Ash", "reason": "We keep three legs.", "seen": seen[1]}

    def decide(**more: str) -> tuple[int, str]:
        answer = ada.session.post(
            house.address + address, {"csrfmiddlewaretoken": token[1], **sent, **more},
            headers={"Referer": house.address + address}, timeout=60,
        )  # fmt: skip
        return answer.status_code, answer.text

    assert decide(owner="")[0] == 422
    status, told = decide()
    assert status == 200 and "We keep three legs." in told and "Ada Ash" in told
    code, decided = house.run("footprint", "decisions", "calls_of_europe", "--json")
    (then,) = decided["decisions"]
    assert (code, then["option"], then["definition_version"]) == (0, "split", 1)

    # A dearer hour is a new version; what was decided on the former stays as it was seen.
    place.write_text(place.read_text(encoding="utf-8").replace('"31.50"', '"38.00"'), encoding="utf-8")
    assert house.run("model", "apply", str(tmp_path / "model"), "--json")[0] == 0
    status, told = decide()
    assert status == 409 and "Another version of this footprint is in force meanwhile." in told
    now = ada.open("/api/v1/footprints/calls_of_europe/comparison").json()
    kept = ada.open("/api/v1/footprints/calls_of_europe/decisions").json()["items"][0]
    cost = {
        name: each["options"][1]["cost_per_week"]["amount"] for name, each in (("now", now), ("then", kept["figures"]))
    }
    assert kept["figures"] == then["figures"] and float(cost["now"]) > float(cost["then"])
    assert now["definition_version"] == 2 and kept["definition_version"] == 1
