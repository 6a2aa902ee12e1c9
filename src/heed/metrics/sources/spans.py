"""Times in the engine, in whole seconds: a second is floored the same way on every engine."""

import ibis.expr.types as ir


def epoch(at: ir.Value) -> ir.IntegerValue:
    """Whole seconds since 1970 UTC. DuckDB hands a fraction over, so it is cut off here."""
    return at.epoch_seconds().cast("float64").floor().cast("int64")


def seconds_between(start: ir.Value, end: ir.Value) -> ir.FloatingValue:
    """end - start in whole seconds, as a float; null when either is."""
    return (epoch(end) - epoch(start)).cast("float64")
