"""Time between two times, alike on every engine: their own seconds of an epoch drop the fraction, each in its way."""

import ibis.expr.types as ir


def seconds_between(start: ir.TimestampValue, end: ir.TimestampValue) -> ir.FloatingValue:
    """Seconds from start to end, to the microsecond; null when one of them is."""
    # Spark reads a literal like 1e6 as a decimal and rounds on the way; a double by a whole number is exact to the bit.
    return end.delta(start, unit="microsecond").cast("float64") / 1_000_000
