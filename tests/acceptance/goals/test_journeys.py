"""The story of journeys, told by commands: a log goes in, and out come how cases run, a map, the cases behind a line, and a log again."""

from pathlib import Path
from xml.etree import ElementTree

from tests.running import runs

LOG = """ticket;step;when;who;team
1;ask;2024-03-04 09:00;ann;desk
1;check;2024-03-04 09:10;bob;back
1;ask;2024-03-04 09:30;ann;desk
1;pay;2024-03-04 10:30;ann;desk
2;ask;2024-03-04 11:00;ann;desk
2;pay;2024-03-04 12:00;;
"""
NAMED = ("--case", "ticket", "--time", "when")


def test_a_log_is_mined_drawn_looked_into_and_passed_on(tmp_path: Path) -> None:
    log, picture, again = tmp_path / "log.csv", tmp_path / "map.svg", tmp_path / "log.xes.gz"
    log.write_text(LOG)
    run = runs(tmp_path / "home")

    told = run("journeys", "mine", str(log), *NAMED, "--activity", "step", "--resource", "who")
    assert (told["cases"], told["events"], told["activities"], told["variants"]) == (2, 6, 3, 2)
    assert (told["starts"], told["ends"]) == ({"ask": 2}, {"pay": 2})
    assert told["edges"][0] == {
        "from": "ask", "to": "pay", "count": 2, "mean_seconds": 3600, "median_seconds": 3600, "p90_seconds": 3600,
    }  # fmt: skip
    assert told["rework"] == {"cases": 1, "events": 1}
    assert told["handovers"] == [
        {"from": "ann", "to": "bob", "count": 1},
        {"from": "bob", "to": "ann", "count": 1},
    ]

    drawn = run("journeys", "map", str(log), *NAMED, "--activity", "step", "--svg", str(picture), "--share", "1")
    assert (drawn["edges_shown"], ElementTree.parse(picture).getroot().tag) == (3, "{http://www.w3.org/2000/svg}svg")
    behind = run("journeys", "cases", str(log), *NAMED, "--activity", "step", "--from", "ask", "--to", "check")
    assert [row["case"] for row in behind["cases"]] == ["1"]

    run("journeys", "export", str(log), *NAMED, "--activity", "step", "--resource", "who", "--out", str(again))
    assert run("journeys", "mine", str(again)) == told

    passed = run("handoffs", "audit", str(log), *NAMED, "--group", "team")
    assert (passed["cases"], passed["handoffs"], passed["ping_pong"]["cases"]) == (2, 2, 1)
    assert passed["pairs"][1] == {
        "from": "desk", "to": "back", "count": 1, "wait_median_seconds": 600, "wait_p90_seconds": 600,
        "share_of_cycle_time": 600 / 9000, "returns": 1,
    }  # fmt: skip
    assert passed["ownerless_seconds"] == 0


def test_a_misspelt_column_is_refused_with_the_nearest(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(LOG)
    refused = runs(tmp_path / "home")("journeys", "mine", str(log), "--case", "tickets", code=1)
    assert refused["error"]["code"] == "unknown_column"
    assert "Did you mean ticket?" in refused["error"]["hint"]


MAPPING = """
title: Orders of the old system
format: csv
columns: {order: text, at: text, step: text, who: text}
targets:
  - table: events
    columns:
      at: {from: at}
      case_id: {from: order}
      activity: {from: step}
      team: {from: who}
"""
ANSWERS = """
title: Answers
format: csv
columns: {id: text, at: text, about: text, question: text, score: number}
targets:
  - table: responses
    columns:
      response_id: {from: id}
      answered_at: {from: at}
      survey_key: {value: check}
      question_key: {from: question}
      instrument: {value: number}
      stage: {from: about}
      score: {from: score}
      scale_min: {value: 1}
      scale_max: {value: 5}
"""
COSTS = """
title: Costs
format: csv
columns: {at: text, stage: text, amount: number}
targets:
  - table: finance
    columns:
      booked_at: {from: at}
      kind: {value: cost}
      stage: {from: stage}
      amount: {from: amount}
      currency: {value: EUR}
"""
DESIGN = """
name: An order
stages:
  - {key: buy, title: Buying, weight: 1, activities: [ask, offer, accept], optional: [offer]}
  - {key: get, title: Getting it, weight: 9, activities: [pack, %s], promise: {words: In a day, within_seconds: 86400}}
satisfaction: question == "about"
"""


def orders() -> str:
    """Thirty orders: twenty as designed; ten in which nobody packs, and that are sent twice."""
    lines = ["order,at,step,who"]
    for number in range(30):
        steps = ["ask", "accept", "pack", "send"] if number < 20 else ["ask", "accept", "send", "send"]
        for hour, step in enumerate(steps):
            lines.append(f"o{number:02d},2026-03-{1 + number % 20:02d}T{8 + hour:02d}:00:00Z,{step},desk")
    return "\n".join(lines)


def test_a_designed_journey_shows_where_money_goes_and_where_orders_leave_it(tmp_path: Path) -> None:
    run = runs(tmp_path / "home")
    answers = ["id,at,about,question,score"]
    answers += [
        f"r{n},2026-03-{1 + n % 20:02d}T12:00:00Z,{stage},about,{3 + n % 3}"
        for n in range(60)
        for stage in ("buy", "get")
    ]
    costs = ["at,stage,amount"]
    costs += [
        f"2026-0{m}-02T08:00:00Z,{stage},{amount + m}"
        for m in (1, 2, 3)
        for stage, amount in (("buy", 900), ("get", 100))
    ]
    brought = (
        ("orders", MAPPING, orders()),
        ("answers", ANSWERS, "\n".join(answers)),
        ("costs", COSTS, "\n".join(costs)),
    )
    for name, mapping, rows in brought:
        (tmp_path / f"{name}.yaml").write_text(mapping)
        (tmp_path / f"{name}.csv").write_text(rows)
        told = run("import", str(tmp_path / f"{name}.csv"), "--mapping", str(tmp_path / f"{name}.yaml"))
        assert told["quarantined"] == 0, told

    # A name that facts do not have is refused with the nearest; an activity that no case holds is said in the report.
    file = tmp_path / "model" / "journey" / "order.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(DESIGN % "send")
    refused = run("model", "apply", str(tmp_path / "model"), code=1)["error"]
    assert "question_key" in refused["hint"]
    file.write_text((DESIGN % "send").replace("question ==", "question_key =="))
    run("model", "apply", str(tmp_path / "model"))

    report = run("journeys", "report", "order")
    first = report["misalignments"][0]
    assert (first["stage"], first["verdict"]) == ("buy", "costs_more")
    kept = report["conformance"]
    assert (kept["cases"], kept["conforming"]) == (30, 20)
    assert kept["never_seen"] == [{"activity": "offer", "nearest": None}]
    assert [(each["kind"], each["activity"], each["cases"]) for each in kept["departures"]] == [
        ("repeated", "send", 10),
        ("skipped", "pack", 10),
    ]
    stage = report["stages"][1]
    assert (stage["median_seconds"], stage["in_time"]["value"]) == (2 * 3600, 1.0)
    assert run("journeys", "report", "order", "--until", "2026-03-11")["conformance"]["cases"] == 20
    assert run("journeys", "show", "ordre", code=1)["error"]["hint"] == "Did you mean order?"
