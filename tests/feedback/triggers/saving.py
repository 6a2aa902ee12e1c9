"""Traffic of three segments, and what it costs to know each as well: a shared seven-day cool-down, and heed's ledger."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from heed.feedback.triggers.definition import ContactPolicy, Trigger
from heed.feedback.triggers.rules.bulk import Candidates, decide_many
from heed.feedback.triggers.rules.ledger import Ledger
from heed.feedback.triggers.rules.terms import DAY, terms_of
from heed.metrics.assisting import OWN_PRIOR
from heed.stats.survey_design.assisted import Answers, assisted_mean, foretold

# The shares of the sample operation's contacts; how alike answers of one customer are (intra-class correlation), supposed; what
# is known of a contact explains of an answer about as much as in the sample operation (see docs/methods/asking.md).
SEGMENTS, SHARES, ALIKE, KNOWN, ANSWERS = ("consumer", "family", "business"), (0.58, 0.24, 0.18), 0.3, 0.15, 0.25
REPLIES = 4  # draws of who answers, over which widths are averaged; the same for both
RESTS = (14, 18, 21, 25, 30)
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Year:
    """A year's facts, what is known of each (facts, 4), how satisfied each customer was with each, who would answer (REPLIES,
    facts); and of the year before how each customer is disposed and a draw of how they answered then.
    """

    rows: Candidates
    known: Floats
    score: Floats
    answers: Flags
    disposed: Floats
    before: Floats


def year(seed: int, facts: int = 60_000, customers: int = 12_000, explained: float = KNOWN) -> Year:
    """How often a customer comes is gamma-distributed (shape 0.5): a tenth of them bring half."""
    dice = np.random.default_rng(seed)
    often, segment = dice.gamma(0.5, size=customers), dice.choice(3, customers, p=SHARES)
    at, none = np.sort(dice.integers(0, 364 * DAY, facts)), np.zeros(facts, np.int64)
    who = dice.choice(customers, facts, p=often / often.sum())
    known = dice.normal(size=(facts, 4))
    disposed = np.sqrt(ALIKE) * dice.normal(size=customers)
    score = disposed[who] + np.sqrt(explained / 4) * known.sum(axis=1)
    score += np.sqrt(1 - ALIKE - explained) * dice.normal(size=facts)
    rows = Candidates(
        at, who, none, dice.random(facts), np.ones(facts), segment[who], none, segment[who], none,
        [f"c{number}" for number in range(customers)], [""], SEGMENTS, [""],
    )  # fmt: skip
    answers = dice.random((REPLIES, facts)) < ANSWERS
    return Year(rows, known, score, answers, disposed, dice.normal(size=customers))


def said_before(told: Year, decided: Any) -> Floats:
    """Of each fact its customer's own answers of the year before, drawn towards none: that year the same policy asked as often
    as in this one, and a quarter answered.
    """
    who = told.rows.customer
    many = np.random.default_rng(7).binomial(np.bincount(who[decided.asked], minlength=len(told.disposed)), ANSWERS)
    mean = told.disposed + np.sqrt(1 - ALIKE) * told.before / np.sqrt(np.maximum(many, 1))
    found: Floats = (many / (many + OWN_PRIOR) * mean)[who]
    return found


def asked_by(policy: dict[str, Any], rows: Candidates, share: Any, adaptive: bool) -> Any:
    trigger = Trigger.model_validate({"name": "T", "when": "answered", "survey": "s", "adaptive": adaptive})
    rows.share[:] = share
    return decide_many(Ledger(terms_of(ContactPolicy.model_validate(policy))), [trigger], rows)


def widths(told: Year, decided: Any) -> Floats:
    """Of each segment the mean widths (plain, assisted) of the 95 % interval: shape (3, 2). Both by `stats.survey_design.assisted`:
    customers as clusters, over the contacts that came to the draw.
    """
    found = np.zeros((REPLIES, 3, 2))
    drawn = np.flatnonzero(decided.share > 0)
    rows = told.rows
    known = np.column_stack([told.known, said_before(told, decided)])[drawn]
    for draw in range(REPLIES):
        row = np.flatnonzero((told.answers[draw] & decided.asked)[drawn])
        given = Answers(row, told.score[drawn][row], 1.0 / decided.share[drawn][row])
        model = foretold(known, rows.customer[drawn], given)
        for cell in range(3):
            here = rows.cell[drawn] == cell
            place, some = np.cumsum(here) - 1, here[row]
            part = Answers(place[row[some]], given.y[some], given.weight[some])
            read = assisted_mean(model[here], rows.customer[drawn][here], part)
            found[draw, cell] = read.plain.width, read.assisted.width
    return np.asarray(found.mean(axis=0))


def matched(told: Year, rest: int, wanted: Floats, column: int, steps: int = 6) -> tuple[Any, Floats]:
    """heed's asks at a rest period by which each segment's interval is no wider than wanted: of each the least share that does it
    (all are asked where none does). column: 0 by the plain estimator, 1 by the assisted one.
    """
    low, high = np.zeros(3), np.ones(3)
    for _ in range(steps):
        middle = (low + high) / 2
        decided = asked_by({"rest_days": rest}, told.rows, np.maximum(middle, 0.01)[told.rows.cell], False)
        enough = widths(told, decided)[:, column] <= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    decided = asked_by({"rest_days": rest}, told.rows, high[told.rows.cell], False)
    return decided, widths(told, decided)


def saving(seed: int, asks: float = 1.0, explained: float = KNOWN, column: int = 1) -> dict[str, Any]:
    """A cool-down that asks this share of whoever has rested seven days, known by the plain estimator; and heed with the rest
    period that takes the fewest asks so that no segment is known less closely. column: heed's estimator, 0 for the same one.
    """
    told = year(seed, explained=explained)
    peer = asked_by({"rest_days": 7}, told.rows, asks, False)
    wide, best = widths(told, peer), None
    for rest in (*RESTS, 7):
        if best is not None and rest == 7:
            break
        decided, ours = matched(told, rest, wide[:, 0], column)
        met = bool((ours[:, column] <= wide[:, 0]).all())
        if met and (best is None or int(decided.asked.sum()) < best[0]):
            best = (int(decided.asked.sum()), rest, ours, decided)
    assert best is not None, "with seven days of rest and everybody asked the same is reached"
    many, rest, ours, decided = best
    cool = int(peer.asked.sum())
    return {
        "cool_down_asks": cool,
        "heed_asks": many,
        "fewer": 1 - many / cool,
        "rest_days": rest,
        "cool_down_widths": wide.tolist(),
        "heed_widths": ours.tolist(),
        "same_estimator": (ours[:, 0] / wide[:, 0]).tolist(),
        "products_estimator": (ours[:, 1] / wide[:, 0]).tolist(),
        "both_assisted": (ours[:, 1] / wide[:, 1]).tolist(),
        "heed_most_asks_of_one": int(np.bincount(told.rows.customer[decided.asked]).max()),
        "cool_down_most_asks_of_one": int(np.bincount(told.rows.customer[peer.asked]).max()),
    }
