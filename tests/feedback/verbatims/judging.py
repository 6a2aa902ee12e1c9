"""The finder on sample operations: what is planted, beside what it found. The finder never sees what is planted.

All contacts are looked at, and every third text: a theme that is there is found in a third of them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from heed.feedback.verbatims.definition import TaxonomyDefinition
from heed.feedback.verbatims.rules.emerging import Said, emerging
from heed.feedback.verbatims.rules.finding import contact_signals, contacts_of, theme_signals, told_once
from heed.feedback.verbatims.rules.signals import Happened, Signal
from heed.sample.operation import whole
from heed.sample.plan import draw
from heed.sample.truths import drawn
from heed.sample.world import build_world
from heed.stats.changes import Whole
from heed.text.masking.mask import mask
from heed.text.themes import compiled
from tests.places import ROOT

ZONE = ZoneInfo("Europe/Berlin")
UNTIL = date(2026, 10, 31)
EPOCH = date(1970, 1, 1)
ONE_IN = 3  # texts
START_DAYS, RISE_DAYS = 3, 45
TAXONOMY = ROOT / "src/heed/feedback/verbatims/taxonomy.yaml"


@dataclass(frozen=True)
class Verdict:
    """What of a seed was found, which twins were flagged, and what else was said."""

    seed: int
    found: dict[str, bool]
    twins: dict[str, bool]
    others: tuple[str, ...]


def local_days(table: pa.Table, column: str) -> Whole:
    """The local day of each row, from 1970-01-01 on."""
    local = pc.local_timestamp(table[column].cast(pa.timestamp("us", ZONE.key)))
    return np.asarray(local.cast(pa.date32()).cast(pa.int32()).to_numpy(), dtype=np.int64)


def found_in(tables: Mapping[str, pa.Table]) -> list[Signal]:
    """All signals of an operation, by the same steps as the job takes."""
    rows = tables["changes"].to_pylist()
    changes = [
        Happened(row["at"].astimezone(ZONE).date(), row["kind"], row["title"], row["unit"] or "") for row in rows
    ]
    texts = tables["verbatims"].take(np.arange(0, len(tables["verbatims"]), ONE_IN))
    read = lru_cache(maxsize=None)(lambda text: mask(text).text)
    masked = [read(text) for text in texts["text"].to_pylist()]
    days = local_days(texts, "said_at")
    streams = [key or "" for key in texts["survey_key"].to_pylist()]
    first = int(days.min())
    said = Said(EPOCH + timedelta(days=first), masked, days - first, streams)
    began = [each.signal for each in emerging(said, changes)]
    known = theme_signals(labelled_days(masked, days, streams), changes, UNTIL)
    contacts = contacts_of(contact_rows(tables["interactions"]), UNTIL)
    assert contacts is not None
    return [*began, *told_once(began, known), *contact_signals(contacts, changes)]


def labelled_days(masked: Sequence[str], days: Whole, streams: Sequence[str]) -> list[dict[str, object]]:
    """Themes by stream and day, as the table of labels counts them."""
    definition = TaxonomyDefinition.model_validate(yaml.safe_load(TAXONOMY.read_text(encoding="utf-8")))
    taxonomy = compiled(definition.theme_words())
    hits = lru_cache(maxsize=None)(lambda text: tuple(hit.key for hit in taxonomy.hits(text)))
    counted = Counter(
        (theme, stream, day)
        for text, day, stream in zip(masked, days.tolist(), streams, strict=True)
        for theme in ("*", *hits(text))
    )
    return [{"of": of, "stream": stream, "day": day, "n": n} for (of, stream, day), n in counted.items()]


def contact_rows(interactions: pa.Table) -> list[dict[str, object]]:
    """Contacts by topic, team and day, as the engine counts them."""
    days = local_days(interactions, "started_at").tolist()
    counted = Counter(zip(interactions["topic"].to_pylist(), interactions["team"].to_pylist(), days, strict=True))
    return [{"topic": topic, "team": team, "day": day, "n": n} for (topic, team, day), n in counted.items()]


def judge(seed: int) -> Verdict:
    """Generate an operation, look for signals, and only then ask what was planted."""
    signals = found_in(whole(build_world(seed, 1.0, UNTIL)))
    plan = drawn(draw(seed, UNTIL), 1.0)
    day = {
        name: date.fromisoformat(plan[name])
        for name in plan
        if name.endswith(("_day", "_end")) or name == "busy_monday"
    }

    def near(signal: Signal, name: str, within: int = START_DAYS) -> bool:
        return abs((signal.since - day[name]).days) <= within

    themes = [each for each in signals if each.kind in ("theme-start", "theme-rise")]
    jumps = [each for each in signals if each.kind == "topic-jump"]
    rises = [each for each in signals if each.kind == "team-rise"]
    campaign = (day["campaign_day"] - timedelta(days=START_DAYS), day["campaign_end"] + timedelta(days=START_DAYS))
    hits = {
        "release-theme": [each for each in themes if near(each, "theme_day")],
        "complaint-jump": [each for each in jumps if each.subject == "complaint" and near(each, "complaint_day", 0)],
        "rising-team": [
            each for each in rises if each.unit == plan["rising_team"] and near(each, "rise_day", RISE_DAYS)
        ],
    }
    twins = {
        "idle release": any(near(each, "idle_release_day") for each in themes),
        "campaign": any(campaign[0] <= each.since <= campaign[1] for each in themes),
        "busy Monday": any(near(each, "busy_monday", 0) for each in jumps),
        "noisy team": any(each.unit == plan["noisy_team"] for each in rises),
    }
    explained = {id(each) for found in hits.values() for each in found}
    others = tuple(
        f"{each.kind} {each.subject} {each.unit} {each.since}" for each in signals if id(each) not in explained
    )
    return Verdict(seed, {name: bool(found) for name, found in hits.items()}, twins, others)
