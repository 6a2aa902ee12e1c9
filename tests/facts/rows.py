"""Rows of facts for tests."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

START = datetime(2024, 3, 30, 22, 0, tzinfo=UTC)


def usage_rows(first: int, end: int, *, source: str = "import", prefix: str = "u") -> pa.Table:
    """Rows of the table `usage` with the keys prefix+first … prefix+(end - 1)."""
    keys = [f"{prefix}{number:07d}" for number in range(first, end)]
    return pa.table(
        {
            "usage_id": keys,
            "used_at": [START + timedelta(minutes=number) for number in range(first, end)],
            "measure": ["login"] * len(keys),
            "quantity": [float(number) for number in range(first, end)],
            "source": [source] * len(keys),
            "batch": ["b1"] * len(keys),
        }
    )


def remedy_rows(count: int, seed: int = 1) -> pa.Table:
    """Rows of `remedies` with a fifth of each value missing: maps, decimals, times around a change of the clocks."""
    chance = random.Random(seed)

    def some(value: Any) -> Any:
        return None if chance.random() < 0.2 else value

    numbers = range(count)
    amounts = [some(Decimal(chance.randrange(10**8)) / 10000) for _ in numbers]
    attributes = [some([("order", str(number)), ("shop", None)]) for number in numbers]
    settled = [some(START + timedelta(hours=number, microseconds=number)) for number in numbers]
    return pa.table(
        {
            "remedy_id": [f"r{number}" for number in numbers],
            "issued_at": [START + timedelta(minutes=7 * number, microseconds=3 * number) for number in numbers],
            "settled_at": pa.array(settled, pa.timestamp("us", tz="UTC")),
            "kind": [some(chance.choice(["refund", "credit", "goodwill"])) for _ in numbers],
            "amount": pa.array(amounts, pa.decimal128(18, 4)),
            "currency": ["EUR"] * count,
            "region": [some(chance.choice(["nord", "süd", ""])) for _ in numbers],
            "source": [chance.choice(["heed", "a b/=%20", "2024"]) for _ in numbers],
            "batch": ["b1"] * count,
            "recorded_at": [START] * count,
            "attributes": pa.array(attributes, pa.map_(pa.string(), pa.string())),
        }
    )
