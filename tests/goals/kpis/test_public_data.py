"""The first KPIs on records nobody here made, each against a count done row by row."""

import csv
import gzip
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from heed.core.definitions.rules import validate
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.rules import catalogue_body
from heed.metrics.readings import Reading, read
from heed.stats.intervals.proportion import proportion
from heed.stats.scales import nps_counts
from tests.metrics.facts import facts
from tests.places import shared_data

BANK = "anonymous_bank/anonymous_bank_1999_02_01to14.tsv.gz"
VERBATIMS = "nps_verbatims/nps_verbatims_dev.csv.gz"


def lines(name: str, delimiter: str) -> list[dict[str, str]]:
    with gzip.open(shared_data(name), "rt", encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def reading(engine: Any, key: str, by: list[str] | None = None, **settings: Any) -> Reading:
    kpi = validate("kpi", catalogue_body(key))
    assert isinstance(kpi, Kpi)
    return read(engine, kpi.resolve(settings).measure, by=by or [], min_n=1)


def as_interaction(index: int, call: dict[str, str]) -> dict[str, Any]:
    waited, outcome = float(call["q_time"]), call["outcome"]
    date, clock = call["date"], call["vru_entry"]
    return {
        "interaction_id": str(index),
        "started_at": datetime.strptime(f"19{date} {clock}", "%Y%m%d %H:%M:%S").replace(tzinfo=UTC),
        "topic": call["type"],
        "excluded_reason": "phantom" if outcome == "PHANTOM" else None,
        "offered": outcome == "AGENT" or (outcome == "HANG" and waited > 0),
        "answered": outcome == "AGENT",
        "abandoned": outcome == "HANG" and waited > 0,
        "wait_seconds": waited,
        "handle_seconds": float(call["ser_time"]) if outcome == "AGENT" else None,
    }


def test_a_banks_calls(tmp_path: Path) -> None:
    calls = lines(BANK, "\t")
    answered = [call for call in calls if call["outcome"] == "AGENT"]
    left = [call for call in calls if call["outcome"] == "HANG" and int(call["q_time"]) > 0]
    offered, phantoms = len(answered) + len(left), Counter(call["outcome"] for call in calls)["PHANTOM"]
    in_time = sum(int(call["q_time"]) <= 20 for call in answered)
    short = sum(int(call["q_time"]) <= 20 for call in left)
    rows = [as_interaction(index, call) for index, call in enumerate(calls)]
    with facts(tmp_path, interactions=rows) as engine:
        wants = {
            ("service_level", "failed"): (in_time, offered),
            ("service_level", "ignored"): (in_time, len(answered)),
            ("service_level", "short_excluded"): (in_time, offered - short),
        }
        for (key, abandons), (successes, n) in wants.items():
            got = reading(engine, key, abandons=abandons)
            (row,) = got.rows
            want = proportion(successes, n).figure()
            assert (row.value, row.low, row.high, row.n) == (want.value, want.low, want.high, n), abandons
            assert got.excluded == {"phantom": phantoms}
        (row,) = reading(engine, "abandonment").rows
        assert (row.value, row.n) == (len(left) / offered, offered)
        (row,) = reading(engine, "asa").rows
        assert row.value == pytest.approx(sum(int(call["q_time"]) for call in answered) / len(answered), rel=1e-12)
        (row,) = reading(engine, "aht").rows
        assert row.value == pytest.approx(sum(int(call["ser_time"]) for call in answered) / len(answered), rel=1e-12)
        by_type = reading(engine, "abandonment", by=["topic"])
        counted = Counter(call["type"] for call in [*answered, *left])
        gone = Counter(call["type"] for call in left)
        assert {row.group["topic"]: (row.value, row.n) for row in by_type.rows} == {
            kind: (gone[kind] / n, n) for kind, n in counted.items()
        }


def test_nps_by_stage_of_the_journey(tmp_path: Path) -> None:
    answers = lines(VERBATIMS, ",")
    scores: dict[str, list[float]] = defaultdict(list)
    unscored = 0
    rows = []
    for index, answer in enumerate(answers):
        text = answer["NPS_SCORE"].strip()
        score = float(text) if text not in ("", "NA") else None
        if score is None:
            unscored += 1
        else:
            scores[answer["SURVEY_SUB_TYPE"]].append(score)
        rows.append(
            {
                "answer_id": str(index),
                "response_id": str(index),
                "instrument": "nps",
                "score": score,
                "stage": answer["SURVEY_SUB_TYPE"],
            }
        )
    rows.append({"answer_id": "other", "response_id": "other", "instrument": "csat", "score": 5.0})
    with facts(tmp_path, responses=rows) as engine:
        got = reading(engine, "nps", by=["stage"])
    assert got.excluded == {"unscored": unscored}
    assert unscored > 0
    for row in got.rows:
        counts = nps_counts(scores[row.group["stage"]])
        points = 100 * (counts.promoters[0] - counts.detractors[0]) / counts.n[0]
        assert row.value == pytest.approx(points, abs=1e-9)
        assert row.n == counts.n[0]
        assert row.low is not None and row.high is not None
        assert -100 <= row.low < points < row.high <= 100
    assert {row.group["stage"] for row in got.rows} == set(scores)
