"""When cases were opened, first responded to and resolved: the times an estimate of future promises rests on."""

from datetime import datetime

import ibis
import pyarrow as pa

from heed.metrics.sources.opening import Engine, open_source

TIMES = ("opened_at", "first_responded_at", "resolved_at")


def case_times(engine: Engine, since: datetime, until: datetime) -> pa.Table:
    """`opened_at`, `first_responded_at` and `resolved_at` of the cases opened in a span, excluded ones left out; and
    `cutoff`, the time of the newest change of any case. No keys.
    """
    source = open_source(engine, "cases")
    rows = source.rows
    low, high = (ibis.literal(at, type="timestamp('UTC')") for at in (since, until))
    told = rows.filter(
        rows.opened_at.notnull()
        & (rows.opened_at >= low)
        & (rows.opened_at < high)
        & (rows.excluded_reason.fill_null("") == "")
    )
    return engine.run(told.select(*TIMES, cutoff=source.base.at.max().as_scalar()))
