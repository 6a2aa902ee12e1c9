"""Random rows, and random conditions over them that the compiler accepts."""

import datetime as dt
import decimal
import random

import pyarrow as pa
from hypothesis import strategies as st

FIELDS = {
    "wait": "number",
    "talk": "number",
    "transfers": "count",
    "amount": "money",
    "region": "text",
    "topic": "text",
    "started": "time",
    "ended": "time",
    "ok": "flag",
    "late": "flag",
    "extra": "map",
}
TEXTS = ["", "north", "North", "é😀", "a\nb", "o", "north east", "%", "_", "a.b"]
NUMBERS = [0.0, -0.0, 20.0, 2.5, -7.9, 0.1, 1e9, -20.0, 7.0, float("nan"), float("inf"), 3.0]
COUNTS = [0, 1, 2, 3, -7, 1000000]
START = dt.datetime(2025, 10, 26, tzinfo=dt.UTC)
SCHEMA = pa.schema(
    [
        *[(name, pa.float64()) for name in ("wait", "talk")],
        ("transfers", pa.int64()),
        ("amount", pa.decimal128(18, 4)),
        *[(name, pa.string()) for name in ("region", "topic")],
        *[(name, pa.timestamp("us", tz="UTC")) for name in ("started", "ended")],
        *[(name, pa.bool_()) for name in ("ok", "late")],
        ("extra", pa.map_(pa.string(), pa.string())),
    ]
)


def rows(count: int, seed: int = 0, nulls: float = 0.2) -> list[dict]:
    draw = random.Random(seed)
    makers = {
        "wait": lambda: draw.choice(NUMBERS),
        "talk": lambda: draw.choice(NUMBERS),
        "transfers": lambda: draw.choice(COUNTS),
        "amount": lambda: decimal.Decimal(draw.randint(-50000, 50000)) / 10000,
        "region": lambda: draw.choice(TEXTS),
        "topic": lambda: draw.choice(TEXTS),
        "started": lambda: (
            START + dt.timedelta(microseconds=draw.randint(0, 9_000_000_000) * draw.choice([1, 1000, 3000]))
        ),
        "ended": lambda: START + dt.timedelta(seconds=draw.randint(-7200, 500_000)),
        "ok": lambda: draw.random() < 0.5,
        "late": lambda: draw.random() < 0.5,
        "extra": lambda: {key: draw.choice([None, *TEXTS]) for key in ("vip", "north", "o") if draw.random() < 0.7},
    }
    return [{name: None if draw.random() < nulls else make() for name, make in makers.items()} for _ in range(count)]


def table(of: list[dict]) -> pa.Table:
    return pa.Table.from_pylist(of, schema=SCHEMA)


def quoted(text: str) -> str:
    return '"' + text.replace("\n", "\\n") + '"'


text_literals = st.sampled_from([quoted(text) for text in TEXTS])
number_literals = st.sampled_from(["0", "1", "2.5", "-7.9", "20", "-20", "3.0", "7", "(1 + 2)", "60 * 5", "7 / 2"])
whole_literals = st.sampled_from(["0", "1", "2", "-3", "26", "9007199254740992"])
durations = st.sampled_from([f'duration("{text}")' for text in ("0s", "1h", "90s", "-1h30m", "1.5s", "24h")])
times = st.sampled_from(['timestamp("2025-10-26T01:00:00Z")', 'timestamp("2025-10-27T00:30:00.5+02:00")'])
zones = st.sampled_from(["", '"Europe/Berlin"', '"America/New_York"', '"UTC"'])
parts = st.sampled_from(
    [
        "getFullYear",
        "getMonth",
        "getDate",
        "getDayOfMonth",
        "getDayOfWeek",
        "getDayOfYear",
        "getHours",
        "getMinutes",
        "getSeconds",
    ]
)
orders = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
patterns = st.sampled_from([quoted(text) for text in ("^n.r", "o$", "(?i)NORTH", "a.b", "[a-c]+", "")])


def joined(template: str, *pieces: st.SearchStrategy) -> st.SearchStrategy:
    return st.tuples(*pieces).map(lambda drawn: template.format(*drawn))


text = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["region", "topic", 'extra["vip"]', "extra.north"]),
        text_literals,
        joined("({} + {})", text, text),
        joined("extra[{}]", st.sampled_from(["region", "topic"])),
        joined("({} ? {} : {})", flag, text, text),
    )
)
whole = st.deferred(
    lambda: st.one_of(
        whole_literals,
        joined("size({})", text),
        joined("{}.{}({})", st.sampled_from(["started", "ended"]), parts, zones),
        joined("({} - {}).{}()", time, time, st.sampled_from(["getHours", "getMinutes", "getSeconds"])),
        joined("({} {} {})", whole, st.sampled_from("+-*"), whole),
        joined("int({})", number_fields),
        joined("-({})", whole),
    )
)
number_fields = st.sampled_from(["wait", "talk", "transfers", "amount"])
number = st.deferred(
    lambda: st.one_of(
        number_fields,
        joined("({} {} {})", number, st.sampled_from("+-*/"), number),
        joined("({} {} {})", number, st.sampled_from("+-*/"), number_literals),
        joined("({} {} {})", number_literals, st.sampled_from("+-/"), number),
        joined("({} ? {} : {})", flag, number, number_literals),
        joined("double({})", whole),
        joined("-{}", number_fields),
    )
)
time = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["started", "ended"]),
        times,
        joined("({} {} {})", time, st.sampled_from("+-"), durations),
        joined("({} + {})", durations, time),
    )
)
span = st.deferred(
    lambda: st.one_of(
        durations, joined("({} - {})", time, time), joined("({} {} {})", span, st.sampled_from("+-"), span)
    )
)
flag = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["ok", "late", "true", "false", *[f"has_{name}" for name in FIELDS]]),
        joined("({} {} {})", number, orders, number),
        joined("({} {} {})", number, orders, number_literals),
        joined("({} {} {})", whole, orders, whole),
        joined("({} {} {})", text, orders, text),
        joined("({} {} {})", time, orders, time),
        joined("({} {} {})", span, orders, span),
        joined("({} {} {})", flag, st.sampled_from(["==", "!="]), flag),
        joined("({} && {})", flag, flag),
        joined("({} || {})", flag, flag),
        joined("!{}", flag),
        joined("({} ? {} : {})", flag, flag, flag),
        joined("({} in [{}, {}])", number, number_literals, number_literals),
        joined("({} in [{}, {}])", number, number, number),
        joined("({} in [{}, {}])", text, text_literals, text),
        joined("({} in extra)", text),
        joined("{}.{}({})", text, st.sampled_from(["contains", "startsWith", "endsWith"]), text),
        joined("{}.matches({})", text, patterns),
        joined("matches({}, {})", text, patterns),
    )
)
