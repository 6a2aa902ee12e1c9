"""The bar of masking: 500 hard lines in twelve kinds from six countries, written by someone who had not seen the masker."""

import json
from collections import Counter
from pathlib import Path

from heed.text.masking.mask import KINDS, mask

KEY = Path(__file__).parents[1] / "keys" / "masking.jsonl"
LEAST_RECALL, LEAST_PRECISION = 0.97, 0.95


def test_spans_of_hard_lines_are_found_to_the_letter() -> None:
    found, right, wanted = 0, 0, 0
    missed: Counter[str] = Counter()
    for row in map(json.loads, KEY.read_text(encoding="utf-8").splitlines()):
        told = {(span.start, span.end, span.kind) for span in mask(row["line"]).spans}
        truth = {(span["start"], span["end"], span["kind"]) for span in row["spans"]}
        found, right, wanted = found + len(told), right + len(told & truth), wanted + len(truth)
        missed.update(kind for _, _, kind in truth - told)
    assert right / wanted >= LEAST_RECALL, missed
    assert right / found >= LEAST_PRECISION


def test_the_key_has_every_kind_and_country() -> None:
    rows = [json.loads(row) for row in KEY.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 500
    assert {span["kind"] for row in rows for span in row["spans"]} == set(KINDS)
    assert {row["country"] for row in rows} == {"DE", "GB", "US", "FR", "ES", "NL"}
