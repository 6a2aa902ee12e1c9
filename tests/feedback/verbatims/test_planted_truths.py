"""Twenty sample operations: what was planted is found at its day, and what only looks alike is not taken for it."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.feedback.verbatims.judging import judge

SEEDS = range(20)
LEAST_FOUND, MOST_TWINS = 18, 1


@pytest.mark.prove
def test_planted_truths_are_found_and_their_twins_are_not() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        verdicts = list(pool.map(judge, SEEDS))
    for verdict in verdicts:
        print(verdict)
    found = {name: sum(each.found[name] for each in verdicts) for name in verdicts[0].found}
    flagged = {name: sum(each.twins[name] for each in verdicts) for name in verdicts[0].twins}
    print("found", found, "flagged", flagged, "others", sum(len(each.others) for each in verdicts))
    assert min(found.values()) >= LEAST_FOUND, found
    assert max(flagged.values()) <= MOST_TWINS, flagged
