"""Every KPI of the catalogue on the sample operation: a figure with n, interval, method and version, or why there is none."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from heed.core.access.rules import COMMAND_LINE
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.definition import RANGES
from heed.goals.kpis.published import as_contract
from heed.goals.kpis.queries import show_kpi
from heed.goals.kpis.rules import CATALOGUE
from heed.sample.operation import whole
from heed.sample.world import build_world

pytestmark = pytest.mark.prove
# What the sample operation has no facts of: nobody reviews quality, asks employees, or opens cases by answers there; of so small
# a part of it hardly a case is open at its end.
NO_FACTS = {"qa_score": "no_rows", "enps": "no_rows", "time_to_close_loop": "no_rows", "backlog_age": "suppressed"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEED_FACTS_URL", str(folder))
        current.cache_clear()
        store = Store(current().facts_location)
        for name, table in whole(build_world(3, 0.02, date(2026, 10, 31))).items():
            if table.num_rows:
                store.append(name, table, app="test", number=1)
        yield folder
    current.cache_clear()


def test_the_whole_catalogue_is_read(db: None, filled: Path) -> None:
    assert len(CATALOGUE) >= 28
    ensure_catalogue()
    missing = {}
    for key in CATALOGUE:
        told = as_contract(show_kpi(key, COMMAND_LINE))
        (row,) = told["rows"]
        assert told["definition_version"] == 1 and told["method"] and told["cutoff"], key
        if row["value"] is None:
            missing[key] = row["reason"]
            continue
        assert row["n"] >= 10 and row["low"] <= row["value"] <= row["high"], (key, row)
        least, most = RANGES.get(told["unit"], (0.0, None))
        assert row["value"] >= least and (most is None or row["value"] <= most), (key, row)
        assert row["low"] < row["high"] or row["value"] in (0.0, 1.0), (key, row)
    assert missing == NO_FACTS


def test_what_the_sample_plants_shows_in_the_catalogue(db: None, filled: Path) -> None:
    """Escalated cases are counted, and self-service is asked of the app alone."""
    ensure_catalogue()
    escalated, contained = (show_kpi(key, COMMAND_LINE).whole for key in ("escalation_rate", "containment"))
    assert escalated is not None and escalated.value is not None and 0.005 < escalated.value < 0.2
    assert contained is not None and contained.value is not None and contained.value == pytest.approx(0.74, abs=0.1)
