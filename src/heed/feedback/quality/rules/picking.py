"""Whether who serves a customer chooses whom to ask: what was seen of contacts asked about, beside those not asked about.

It is summed into one figure, the satisfaction to be expected, by a regression on the answers of other agents' customers. Each
agent is held against the others: a rule that asks some contacts rather than others does so for every agent. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_EACH = 20  # contacts asked about, and not, for an agent to be looked at
LEAST_AGENTS = 4  # of which three say what is usual
LEAST_ANSWERS = 60  # for what is expected to be learned
FALSE_SHARE = 0.01  # of audits in which nobody picks and somebody is named (Holm, over all agents)
LEAST_GAP = 0.2  # standard deviations: a small effect (Cohen 1988)
RIDGE = 1.0
MAD = 1.4826  # of a normal distribution's standard deviation to its median absolute deviation

NO_AGENTS, NO_ANSWERS, NOTHING_SEEN = "few_agents", "few_answers", "nothing_seen"


@dataclass(frozen=True)
class Offers:
    """One row a contact after which the survey could be offered. agent: index into `agents`; stratum: contacts alike, such as
    a channel; seen: contacts × signs, NaN where not known; liked: the answer as 0..1, NaN where there is none.
    """

    agents: Sequence[str]
    agent: "NDArray[np.int64]"
    stratum: "NDArray[np.int64]"
    asked: "NDArray[np.bool_]"
    seen: "Floats"
    liked: "Floats"


@dataclass(frozen=True)
class AgentGap:
    """One agent. gap: by how many standard deviations the contacts asked about were to be expected more satisfied than the
    others, beyond what is usual; limits at 95 %; None with too few contacts. p: one-sided, adjusted (Holm 1979).
    """

    agent: str
    contacts: int
    asked: int
    answered: int
    gap: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    found: bool = False


@dataclass(frozen=True)
class Picking:
    """Every agent, in the order given; `usual`: the gap all share; `reason`: why nothing can be said."""

    agents: tuple[AgentGap, ...]
    usual: float | None
    reason: str = ""

    @property
    def found(self) -> tuple[AgentGap, ...]:
        return tuple(each for each in self.agents if each.found)

    @property
    def looked_at(self) -> int:
        return sum(each.gap is not None for each in self.agents)


def find_picking(offers: Offers) -> Picking:
    """Each agent beside the others. Raises nothing: thin facts give a reason."""
    import numpy as np

    counted = _counted(offers)
    seen = _within(offers.seen, offers.stratum) if len(offers.agent) else offers.seen[:, :0]
    if not seen.shape[1]:
        return Picking(counted, None, NOTHING_SEEN)
    if int(np.isfinite(offers.liked).sum()) < LEAST_ANSWERS:
        return Picking(counted, None, NO_ANSWERS)
    gap, error = _gaps(offers, seen)
    known = np.flatnonzero(np.isfinite(gap) & (error > 0))
    if len(known) < LEAST_AGENTS:
        return Picking(counted, None, NO_AGENTS)
    return _judged(counted, gap, error, known)


def _counted(offers: Offers) -> tuple[AgentGap, ...]:
    import numpy as np

    many = len(offers.agents)
    contacts = np.bincount(offers.agent, minlength=many)
    asked = np.bincount(offers.agent, weights=offers.asked, minlength=many)
    answered = np.bincount(offers.agent, weights=np.isfinite(offers.liked), minlength=many)
    return tuple(
        AgentGap(name, int(contacts[place]), int(asked[place]), int(answered[place]))
        for place, name in enumerate(offers.agents)
    )


def _within(seen: "Floats", stratum: "NDArray[np.int64]") -> "Floats":
    """The signs less the mean of their stratum, over their standard deviation; unknown ones at the mean; without those that
    tell nothing apart.
    """
    import numpy as np

    many = int(stratum.max()) + 1 if len(stratum) else 0
    columns = []
    for sign in seen.T:
        known = np.isfinite(sign)
        count = np.bincount(stratum, weights=known, minlength=many)
        total = np.bincount(stratum, weights=np.where(known, sign, 0.0), minlength=many)
        mean = np.divide(total, count, out=np.zeros(many), where=count > 0)
        rest = np.where(known, sign - mean[stratum], 0.0)
        spread = float(rest.std())
        if spread > 1e-9:
            columns.append(rest / spread)
    return np.column_stack(columns) if columns else np.zeros((len(seen), 0))


def _gaps(offers: Offers, seen: "Floats") -> "tuple[Floats, Floats]":
    """Each agent's gap and its standard error, in standard deviations of what was expected of that agent's contacts."""
    import numpy as np

    answered = np.isfinite(offers.liked)
    rows = np.column_stack((np.ones(len(seen)), seen))
    gap = np.full(len(offers.agents), np.nan)
    error = np.full(len(offers.agents), np.nan)
    ridge = RIDGE * np.diag([0.0, *([1.0] * seen.shape[1])])
    whole = _products(rows[answered], offers.liked[answered])
    for place in range(len(offers.agents)):
        mine = offers.agent == place
        # An agent's own answers are what is in doubt, so they do not say what is to be expected.
        own = _products(rows[mine & answered], offers.liked[mine & answered])
        weights = np.linalg.solve(whole[0] - own[0] + ridge, whole[1] - own[1])[1:]
        expected = seen[mine] @ weights
        spread = float(expected.std())
        if spread > 1e-9:
            gap[place], error[place] = _gap(expected / spread, offers.asked[mine], offers.stratum[mine])
    return gap, error


def _products(rows: "Floats", liked: "Floats") -> "tuple[Floats, Floats]":
    return rows.T @ rows, rows.T @ liked


def _gap(expected: "Floats", asked: "NDArray[np.bool_]", stratum: "NDArray[np.int64]") -> tuple[float, float]:
    """Mean of those asked less mean of the rest within strata, each stratum by its harmonic size (Mantel and Haenszel 1959), and
    the standard error it has when asking is by lot. NaN with too few of either.
    """
    import numpy as np

    if int(asked.sum()) < LEAST_EACH or int((~asked).sum()) < LEAST_EACH:
        return float("nan"), float("nan")
    difference, variance, size = 0.0, 0.0, 0.0
    for each in np.unique(stratum):
        here = stratum == each
        one, other = expected[here & asked], expected[here & ~asked]
        many = len(one) + len(other)
        if not len(one) or not len(other) or many < 3:
            continue
        weight = len(one) * len(other) / many
        difference += weight * float(one.mean() - other.mean())
        variance += weight * float(expected[here].var(ddof=1))
        size += weight
    return (difference / size, float(np.sqrt(variance)) / size) if size else (float("nan"), float("nan"))


def _judged(counted: tuple[AgentGap, ...], gap: "Floats", error: "Floats", known: "NDArray[np.int64]") -> Picking:
    import numpy as np

    from heed.stats.arrays import normal_quantile
    from heed.stats.distributions import normal_below
    from heed.stats.experiments.multiplicity import adjust

    beyond, spread = np.full(len(gap), np.nan), np.full(len(gap), np.nan)
    for place in known:
        others = known[known != place]
        usual, between = _usual(gap[others], error[others])
        precision = float((1.0 / (error[others] ** 2 + between)).sum())
        beyond[place] = gap[place] - usual
        # The median of many has pi / 2 times the variance of their mean.
        spread[place] = np.sqrt(error[place] ** 2 + between + np.pi / 2.0 / precision)
    p = adjust([1.0 - float(normal_below(beyond[place] / spread[place])) for place in known], "holm")
    half = normal_quantile(0.95)
    judged = list(counted)
    for place, adjusted in zip(known.tolist(), p.tolist(), strict=True):
        each, excess = counted[place], float(beyond[place])
        judged[place] = AgentGap(
            each.agent,
            each.contacts,
            each.asked,
            each.answered,
            excess,
            excess - half * float(spread[place]),
            excess + half * float(spread[place]),
            adjusted,
            adjusted < FALSE_SHARE and excess >= LEAST_GAP,
        )
    return Picking(tuple(judged), _usual(gap[known], error[known])[0])


def _usual(gap: "Floats", error: "Floats") -> tuple[float, float]:
    """The gap agents share, and the variance of their true gaps around it: median and median deviation, which one who picks
    does not move far (the robust form of Spiegelhalter 2005, Statistics in Medicine 24, 1185-1202).
    """
    import numpy as np

    usual = float(np.median(gap))
    around = MAD * float(np.median(np.abs(gap - usual)))
    return usual, max(0.0, around**2 - float(np.median(error**2)))
