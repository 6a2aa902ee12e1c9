"""How fast a million responses to a survey come in from a CSV of Qualtrics, and go out again as one.

    python bench/survey_answers.py [ROWS]

Prints one line of JSON. Six questions a response (NPS, one of several, some of several, a matrix of two rows, words), one row of a
thousand bad. Each command is a process of its own, so its start counts; what is planted must be what is told.
"""

import csv
import json
import os
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from import_rate import timed

QUESTIONS = [
    {"key": "likely", "type": "nps", "text": {"en": "How likely are you to recommend us?"}},
    {"key": "solved", "type": "choice", "text": {"en": "Was it solved?"}, "options": ["Yes", "No", "Not yet"]},
    {"key": "reasons", "type": "choices", "text": {"en": "What went wrong?"}, "options": ["Wait", "Price", "Staff"]},
    {
        "key": "service",
        "type": "matrix",
        "text": {"en": "How was…"},
        "options": ["bad", "fair", "good"],
        "rows": ["speed", "staff"],
    },
    {"key": "more", "type": "text", "text": {"en": "Anything else?"}},
]
HEADER = (
    ("EndDate", "endDate"),
    ("Status", "status"),
    ("Duration (in seconds)", "duration"),
    ("Finished", "finished"),
    ("ResponseId", "_recordId"),
    ("ExternalReference", "externalDataReference"),
    ("UserLanguage", "userLanguage"),
    ("likely", "QID1"),
    ("solved", "QID2"),
    ("reasons", "QID3"),
    ("service_1", "QID4_1"),
    ("service_2", "QID4_2"),
    ("more", "QID5_TEXT"),
)
WORDS = (
    "It took long.",
    "All was well, thank you.",
    "The price is too high",
    "Friendly people at the desk",
    "I never got an answer",
)


def survey() -> dict[str, object]:
    """The survey as SurveyJS writes one, so that it comes in by the same door."""
    kinds = {"nps": "rating", "choice": "radiogroup", "choices": "checkbox", "matrix": "matrix", "text": "comment"}
    elements = []
    for question in QUESTIONS:
        listed = [{"value": str(place), "text": text} for place, text in enumerate(question.get("options", []), 1)]
        made = {"type": kinds[str(question["type"])], "name": question["key"], "title": question["text"]["en"]}  # type: ignore[index]
        made |= {"rateMin": 0, "rateMax": 10} if question["type"] == "nps" else {}
        made |= {"columns" if question["type"] == "matrix" else "choices": listed} if listed else {}
        made |= {"rows": question["rows"]} if "rows" in question else {}
        elements.append(made)
    return {"title": "After a visit", "elements": elements}


def write_answers(path: Path, rows: int) -> int:
    """Responses of two years; every thousandth has a figure outside of its scale. Returns how many are bad."""
    dice, start, bad = random.Random(0), datetime(2024, 1, 1, tzinfo=UTC), 0
    with path.open("w", newline="", encoding="utf-8") as sink:
        out = csv.writer(sink)
        out.writerow([name for name, _ in HEADER])
        out.writerow([name for name, _ in HEADER])
        out.writerow([json.dumps({"ImportId": import_id}) for _, import_id in HEADER])
        for number in range(rows):
            at = (start + timedelta(seconds=dice.randrange(63_000_000))).strftime("%Y-%m-%d %H:%M:%S")
            is_bad = number % 1000 == 999
            bad += is_bad
            likely = 11 if is_bad else dice.randrange(11)
            reasons = ",".join(str(each) for each in (1, 2, 3) if dice.random() < 0.3) if likely < 7 else ""
            words = f"{dice.choice(WORDS)} ({number})" if dice.random() < 0.25 else ""
            head = (at, "0", dice.randrange(20, 400), "1", f"R_{number:012d}", f"K{dice.randrange(300_000)}", "EN")
            out.writerow(
                (*head, likely, dice.randrange(1, 4), reasons, dice.randrange(1, 4), dice.randrange(1, 4), words)
            )
    return bad


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory(prefix="heed-bench-") as folder:
        room = Path(folder)
        bad = write_answers(room / "answers.csv", rows)
        (room / "visit.json").write_text(json.dumps(survey()))
        environment = {**os.environ, "HEED_HOME": str(room / "home")}
        heed = [sys.executable, "-c", "from heed.cli import main; main()", "surveys"]
        timed([*heed, "import", str(room / "visit.json"), "--key", "visit"], environment)
        command = [*heed, "import-answers", str(room / "answers.csv"), "--survey", "visit", "--json"]
        first, again = timed(command, environment), timed(command, environment)
        out = timed([*heed, "export-answers", "visit", "--out", str(room / "out.csv")], environment)
        told, repeated = json.loads(first.printed), json.loads(again.printed)
        if (told["accepted"], told["quarantined"], repeated["unchanged"]) != (rows - bad, bad, rows - bad):
            raise SystemExit(
                f"accepted {told['accepted']}, quarantined {told['quarantined']}, unchanged {repeated['unchanged']} of {rows}"
            )
        with (room / "out.csv").open() as lines:
            exported = sum(1 for _ in lines) - 3
        if exported != rows - bad:
            raise SystemExit(f"{exported} responses went out of {rows - bad}")
        result = {
            "bench": "survey_answers",
            "responses": rows,
            "answers": told["tables"]["responses"],
            "quarantined": bad,
            "megabytes": round((room / "answers.csv").stat().st_size / 1e6),
            "seconds": round(first.seconds, 1),
            "responses_per_second": round(rows / first.seconds),
            "cpu_seconds": round(first.cpu_seconds, 1),
            "peak_mb": round(first.peak_mb),
            "again_seconds": round(again.seconds, 1),
            "export_seconds": round(out.seconds, 1),
            "export_peak_mb": round(out.peak_mb),
            "load": round(os.getloadavg()[0], 1),
        }
        sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
