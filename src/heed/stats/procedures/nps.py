"""Net Promoter Scores, their differences, and shares of the best answers."""

import numpy as np

from heed.stats.arrays import divide
from heed.stats.intervals.differences import nps_difference
from heed.stats.intervals.nps import nps, nps_multinomial, nps_t, se_multinomial, se_sample, variance_unit
from heed.stats.intervals.proportion import proportion
from heed.stats.procedures.given import Figures, Given
from heed.stats.procedures.showing import limits, only
from heed.stats.scales import bottom_box, nps_counts, top_box
from heed.stats.sufficient import NpsCounts


def _counts(given: Given) -> NpsCounts:
    return NpsCounts.of(*([given.number(name)] for name in ("promoters", "passives", "detractors")))


def _score(counts: NpsCounts, level: float) -> Figures:
    plain = nps_multinomial(counts, level=level).figure()
    some = counts.n > 0
    return {
        "n": plain.n,
        "nps": plain.value,
        "promoters": counts.promoters[0],
        "passives": counts.passives[0],
        "detractors": counts.detractors[0],
        "variance_unit": only(variance_unit(counts)),
        "se_multinomial": only(np.ma.masked_where(~some, se_multinomial(counts))),
        "ci_multinomial": [plain.low, plain.high],
        "se_sample": only(np.ma.masked_where(counts.n < 2, se_sample(counts))),
        "ci_t": limits(nps_t(counts, level=level)),
        "ci_adjusted_wald": limits(nps(counts, level=level)),
        "promoter_share": only(np.ma.masked_where(~some, divide(counts.promoters, counts.n))),
        "detractor_share": only(np.ma.masked_where(~some, divide(counts.detractors, counts.n))),
    }


def interval(given: Given) -> Figures:
    return _score(_counts(given), given.number("level", 0.95))


def from_scores(given: Given) -> Figures:
    return _score(nps_counts(given.numbers("scores")), given.number("level", 0.95))


def difference(given: Given) -> Figures:
    found = nps_difference(_counts(given.inside("a")), _counts(given.inside("b")), level=given.number("level", 0.95))
    names = ("se_multinomial", "z", "p_z", "se_sample", "welch_t", "welch_df", "welch_p")
    return {
        "diff": found.interval.figure().value,
        **{name: only(getattr(found, name)) for name in names},
        "ci_z": [only(found.low_z), only(found.high_z)],
        "welch_ci": [only(found.low_welch), only(found.high_welch)],
        "ci_adjusted_wald": limits(found.interval),
    }


def top_boxes(given: Given) -> Figures:
    """Scores of 1 to 5 unless the case names the ends of its scale."""
    scores, most, least = given.numbers("scores"), given.number("scale_max", 5), given.number("scale_min", 1)
    top = top_box(scores, scale_max=most)
    share = proportion(top, scores.size, level=given.number("level", 0.95))
    return {
        "n": scores.size,
        "top2": top,
        "bottom2": bottom_box(scores, scale_min=least),
        "share": share.figure().value,
        "wilson95": limits(share),
    }


PROCEDURES = {"interval": interval, "difference": difference, "from_scores": from_scores, "top_box": top_boxes}
