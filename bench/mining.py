"""Mining a log of half a million cases, beside pm4py: edges with counts, mean and median, starts, ends, variants, handovers, rework; and
reading XES.

python bench/mining.py [CASES [XES …]]     the default is 50,000 cases; the size of the bar is 500,000 (4.7 million events); logs of
your own are read as well

pm4py is AGPL and never a dependency: it is measured where it can be imported, from a folder named in HEED_PEERS or installed. Where it
cannot, plain pandas stands in and the line says so. Each is a process of its own, so that its peak of memory is its own; the log lies ready
as Parquet. `same` says that the figures are those of heed's first line.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
CASES, ACTIVITIES, RESOURCES, MEAN_STEPS, SEED = 50_000, 30, 60, 7.4, 0
XES_CASES = 4_000
AGAIN = 3


def generate(cases: int, path: Path) -> int:
    """A log as Parquet in order of time: a walk forward through the activities with repeats and steps back. Gives its events."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(SEED)
    lengths = 2 + rng.poisson(MEAN_STEPS, cases)
    events, first = int(lengths.sum()), np.concatenate([[0], np.cumsum(lengths)[:-1]])

    def within(steps: np.ndarray) -> np.ndarray:
        steps[first] = 0
        total = np.cumsum(steps)
        return total - np.repeat(total[first], lengths)

    activity = within(rng.choice([1, 1, 1, 1, 2, 3, 0, -1], events)) % ACTIVITIES
    seconds = np.floor(within(rng.exponential(3600, events))) + np.repeat(rng.integers(0, 365 * 86_400, cases), lengths)
    own = np.repeat(rng.integers(0, RESOURCES, cases), lengths)
    resource_ = np.where(rng.random(events) < 0.6, own, rng.integers(0, RESOURCES, events))
    order = np.argsort(seconds, kind="stable")
    names = pa.array([f"Activity {at:02d}" for at in range(ACTIVITIES)])
    people = pa.array([f"Resource {at:02d}" for at in range(RESOURCES)])
    case = np.repeat(np.arange(cases), lengths)[order]
    table = pa.table(
        {
            "case:concept:name": pa.array(np.char.add("case-", case.astype(str))),
            "concept:name": names.take(pa.array(activity[order])),
            "time:timestamp": pa.array(
                (seconds[order] * 1e6).astype(np.int64) + 1_600_000_000_000_000, pa.timestamp("us", tz="UTC")
            ),
            "org:resource": people.take(pa.array(resource_[order])),
        }
    )
    pq.write_table(table, path)
    return events


def with_heed(file: str) -> dict[str, Any]:
    """As the command does: the engine reads and decodes, numpy sorts the events as arrays."""
    from heed.mining.mined import mined
    from heed.mining.readers.opening import opened

    with opened(file) as log:
        return _kept(mined(log, top=20))


def with_ibis(file: str) -> dict[str, Any]:
    """The same by expressions alone, as they go to any engine: the log without its connection."""
    from dataclasses import replace

    from heed.mining.mined import mined
    from heed.mining.readers.opening import opened

    with opened(file) as log:
        return _kept(mined(replace(log, connection=None), top=20))


def _kept(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "edges": [[e["from"], e["to"], e["count"], e["mean_seconds"], e["median_seconds"]] for e in found["edges"]],
        "starts": found["starts"],
        "ends": found["ends"],
        "variants": found["variants"],
        "handovers": [[row["from"], row["to"], row["count"]] for row in found["handovers"]],
        "rework": {row["activity"]: row["cases"] for row in found["reworked"]},
    }


def with_pm4py(file: str) -> dict[str, Any]:
    """pm4py's own answers to the same questions, of its data frames."""
    import pandas as pd
    import pm4py
    from pm4py.algo.discovery.dfg.adapters.pandas import df_statistics

    log = pm4py.format_dataframe(pd.read_parquet(file))
    starts, ends = pm4py.get_start_activities(log), pm4py.get_end_activities(log)
    counts, times = df_statistics.get_dfg_graph(log, measure="both", perf_aggregation_key="mean")
    _, medians = df_statistics.get_dfg_graph(log, measure="both", perf_aggregation_key="median")
    handovers = df_statistics.get_dfg_graph(log, measure="frequency", activity_key="org:resource")
    return {
        "edges": [[one, two, n, float(times[one, two]), float(medians[one, two])] for (one, two), n in counts.items()],
        "starts": starts,
        "ends": ends,
        "variants": len(pm4py.get_variants(log)),
        "handovers": [[one, two, n] for (one, two), n in handovers.items() if one != two],
        "rework": pm4py.get_rework_cases_per_activity(log),
    }


def with_pandas(file: str) -> dict[str, Any]:
    """Plain pandas, where there is no pm4py."""
    import pandas as pd

    case, activity, at, who = "case:concept:name", "concept:name", "time:timestamp", "org:resource"
    log = pd.read_parquet(file).sort_values([case, at], kind="stable")
    same = log[case] == log[case].shift()
    step = pd.DataFrame(
        {
            "one": log[activity].shift()[same],
            "two": log[activity][same],
            "seconds": (log[at] - log[at].shift()).dt.total_seconds()[same],
        }
    )
    edges = step.groupby(["one", "two"]).seconds.agg(["count", "mean", "median"])
    passed = pd.DataFrame({"one": log[who].shift()[same], "two": log[who][same]}).query("one != two")
    again = log.groupby([case, activity]).size()
    return {
        "edges": [[*pair, *map(float, row)] for pair, row in zip(edges.index, edges.to_numpy(), strict=True)],
        "starts": log.groupby(case)[activity].first().value_counts().to_dict(),
        "ends": log.groupby(case)[activity].last().value_counts().to_dict(),
        "variants": int(log.groupby(case)[activity].agg(tuple).nunique()),
        "handovers": [[*pair, int(n)] for pair, n in passed.groupby(["one", "two"]).size().items()],
        "rework": again[again > 1].groupby(activity).size().to_dict(),
    }


def read_with_heed(file: str) -> dict[str, Any]:
    from heed.mining.readers.opening import opened

    with opened(file) as log:
        return {"events": log.rows(log.events.aggregate(n=log.events.count()))[0]["n"]}


def read_with_pm4py(file: str) -> dict[str, Any]:
    import pm4py

    return {"events": len(pm4py.read_xes(file, show_progress_bar=False))}


TASKS = {
    each.__name__: each for each in (with_heed, with_ibis, with_pm4py, with_pandas, read_with_heed, read_with_pm4py)
}


def run(task: str, file: Path, times: int) -> dict[str, Any]:
    """A task in a process of its own, the best of several runs: figures, seconds, peak of memory in MB; {} where it cannot."""
    peers = os.environ.get("HEED_PEERS", "")
    environment = {**os.environ, "PYTHONPATH": peers if "pm4py" in task else ""}
    found: dict[str, Any] = {}
    for _ in range(times):
        command = [sys.executable, "-W", "ignore", str(HERE), "--task", task, str(file)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            print(f"{task}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)
            return found
        told = json.loads(done.stdout.splitlines()[-1])
        found = told if not found or told["seconds"] < found["seconds"] else found
    return found


def work(task: str, file: str) -> None:
    """In the process of a task: libraries are loaded before the clock starts."""
    import pandas  # noqa: F401

    if "pm4py" in task:
        import pm4py  # noqa: F401
    else:
        import ibis.backends.duckdb  # noqa: F401

        import heed.mining.mined
        import heed.mining.readers.tables
        import heed.mining.readers.xes  # noqa: F401
    start, busy = time.perf_counter(), time.process_time()
    figures = TASKS[task](file)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": busy, "peak_mb": peak, "figures": figures}))


def same(one: dict[str, Any], two: dict[str, Any]) -> bool:
    """Whether two answers say the same: counts exactly, times to a millionth."""
    if any(one[key] != two[key] for key in one if key not in ("edges", "handovers")):
        return False
    if sorted(one["handovers"]) != sorted(two["handovers"]) or len(one["edges"]) != len(two["edges"]):
        return False
    return all(
        left[:3] == right[:3]
        and all(abs(a - b) <= 1e-6 * max(1, abs(b)) for a, b in zip(left[3:], right[3:], strict=True))
        for left, right in zip(sorted(one["edges"]), sorted(two["edges"]), strict=True)
    )


def mine(cases: int, folder: Path) -> None:
    file = folder / "log.parquet"
    # In a process of its own: what it takes at most would count as the peak of those it starts.
    command = [sys.executable, str(HERE), "--generate", str(cases), str(file)]
    events = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    heed = run("with_heed", file, AGAIN)
    peer_name, peer = "pm4py", run("with_pm4py", file, 1)
    if not peer:
        peer_name, peer = "pandas", run("with_pandas", file, 1)
    line = {"bench": f"mining {events:,} events"}
    for who, found in (
        ("heed, engine and arrays", heed),
        ("heed, Ibis", run("with_ibis", file, AGAIN)),
        (peer_name, peer),
    ):
        print(
            json.dumps(
                line
                | {
                    "who": who,
                    "seconds": found["seconds"],
                    "cpu_seconds": found["cpu_seconds"],
                    "peak_mb": found["peak_mb"],
                    "times_faster": peer["seconds"] / found["seconds"],
                    "times_less_cpu": peer["cpu_seconds"] / found["cpu_seconds"],
                    "share_of_memory": found["peak_mb"] / peer["peak_mb"],
                    "same": same(found["figures"], heed["figures"]),
                }
            ),
            flush=True,
        )


def read(folder: Path) -> None:
    """A log of XES as tools write it, with attributes that nobody asks for."""
    file, events = folder / "log.xes", 0
    with file.open("w", encoding="utf-8") as sink:
        sink.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n')
        for case in range(XES_CASES):
            sink.write(f'<trace><string key="concept:name" value="case-{case}"/>\n')
            for step in range(6 + case % 7):
                events += 1
                sink.write(
                    f'<event><string key="concept:name" value="Activity {step}"/><string key="org:resource" value="R{case % 40}"/>'
                    f'<date key="time:timestamp" value="2024-03-{1 + step:02d}T10:{case % 60:02d}:00.000+01:00"/>'
                    '<string key="lifecycle:transition" value="complete"/><string key="product" value="Value 3"/>'
                    f'<int key="amount" value="{case}"/></event>\n'
                )
            sink.write("</trace>\n")
        sink.write("</log>\n")
    beside(file, events)


def beside(file: Path, events: int = 0) -> None:
    """Read a log with heed and with pm4py."""
    heed, peer = run("read_with_heed", file, AGAIN), run("read_with_pm4py", file, AGAIN)
    for who, found in (("heed", heed), ("pm4py", peer)):
        if found:
            events = events or found["figures"]["events"]
            assert found["figures"]["events"] == events
            told = {"who": who, "seconds": found["seconds"], "events_a_second": events / found["seconds"]}
            faster = {"times_faster": peer["seconds"] / found["seconds"]} if peer else {}
            print(json.dumps({"bench": f"reading {file.name}, {events:,} events"} | told | faster), flush=True)


def main(given: list[str]) -> None:
    if given[:1] == ["--task"]:
        work(given[1], given[2])
        return
    if given[:1] == ["--generate"]:
        print(generate(int(given[1]), Path(given[2])))
        return
    with tempfile.TemporaryDirectory(prefix="heed-bench-") as folder:
        for file in given[1:]:
            beside(Path(file))
        read(Path(folder))
        mine(int(given[0]) if given else CASES, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
