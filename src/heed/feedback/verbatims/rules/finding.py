"""From counted facts to signals: rows of the engine in, arrays, then what heed.stats.changes finds in them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from heed.feedback.verbatims.rules.signals import (
    Happened,
    Series,
    Signal,
    exposures,
    jump_signals,
    not_again,
    step_signals,
    team_signals,
)
from heed.stats.arrays import Floats
from heed.stats.changes import WEEK

EPOCH = date(1970, 1, 1)
LEAST_DAYS, LEAST_WEEKS = 42, 20
LEAST_CONTACTS_A_DAY = 5
ALL = "*"


@dataclass(frozen=True, eq=False)
class Contacts:
    """Contacts by topic × team × day from `first` (a Monday) on; the last team stands for contacts of none."""

    first: date
    topics: tuple[str, ...]
    teams: tuple[str, ...]
    counts: Floats
    totals: Floats


def contacts_of(rows: Iterable[Mapping[str, Any]], last: date) -> Contacts | None:
    """Counted contacts (topic, team, day, n; day counted from 1970) as arrays, up to the last whole day."""
    kept = [row for row in rows if EPOCH + timedelta(days=int(row["day"])) <= last]
    if not kept:
        return None
    start = EPOCH + timedelta(days=min(int(row["day"]) for row in kept))
    start -= timedelta(days=start.weekday())
    days = (last - start).days + 1
    topics = tuple(sorted({row["topic"] for row in kept if row["topic"]}))
    teams = tuple(sorted({row["team"] for row in kept if row["team"]}))
    topic_of, team_of = ({name: place for place, name in enumerate(names)} for names in (topics, teams))
    counts, totals = np.zeros((len(topics), len(teams) + 1, days)), np.zeros((len(teams) + 1, days))
    for row in kept:
        day = (EPOCH + timedelta(days=int(row["day"])) - start).days
        team = team_of.get(row["team"], len(teams))
        totals[team, day] += row["n"]
        if row["topic"]:
            counts[topic_of[row["topic"]], team, day] += row["n"]
    return Contacts(start, topics, teams, counts, totals)


def contact_signals(contacts: Contacts, changes: Sequence[Happened]) -> list[Signal]:
    """Days on which a topic jumps, and teams in which one rises over months. Thin or short histories give none."""
    found: list[Signal] = []
    days = contacts.counts.shape[2]
    totals = contacts.totals.sum(axis=0)
    if days >= LEAST_DAYS and contacts.topics and np.median(totals) >= LEAST_CONTACTS_A_DAY:
        whole = Series(contacts.first, contacts.topics, contacts.counts.sum(axis=1))
        found += jump_signals(whole, totals, changes)
    weeks = days // WEEK
    if weeks >= LEAST_WEEKS and len(contacts.teams) > 1 and contacts.topics:
        many = len(contacts.teams)
        counts = _weekly(contacts.counts[:, :many, :], weeks)
        found += team_signals(
            contacts.first, contacts.teams, contacts.topics, counts, _weekly(contacts.totals[:many], weeks)
        )
    return not_again(found)


def _weekly(values: Floats, weeks: int) -> Floats:
    return np.asarray(values[..., : weeks * WEEK].reshape(*values.shape[:-1], weeks, WEEK).sum(axis=-1))


def theme_signals(rows: Iterable[Mapping[str, Any]], changes: Sequence[Happened], last: date) -> list[Signal]:
    """Known themes whose share rises or starts. rows: theme (of; `*` = all), stream, day (from 1970), n."""
    kept = [row for row in rows if EPOCH + timedelta(days=int(row["day"])) <= last]
    if not kept:
        return []
    start = min(int(row["day"]) for row in kept)
    days = (last - EPOCH).days - start + 1
    themes = tuple(sorted({row["of"] for row in kept} - {ALL}))
    streams = sorted({row["stream"] for row in kept})
    if days < LEAST_DAYS or not themes:
        return []
    counts, by_stream = np.zeros((len(themes), len(streams), days)), np.zeros((len(streams), days))
    theme_of, stream_of = ({name: place for place, name in enumerate(names)} for names in (themes, streams))
    for row in kept:
        stream, day = stream_of[row["stream"]], int(row["day"]) - start
        if row["of"] == ALL:
            by_stream[stream, day] += row["n"]
        else:
            counts[theme_of[row["of"]], stream, day] += row["n"]
    shares = counts.sum(axis=2) / np.maximum(by_stream.sum(axis=1), 1.0)[None, :]
    series = Series(EPOCH + timedelta(days=start), themes, counts.sum(axis=1))
    return step_signals(series, exposures(by_stream, shares), by_stream.sum(axis=0), changes)


def told_once(emerged: Sequence[Signal], known: Sequence[Signal]) -> list[Signal]:
    """The signals of known themes that no theme found in the words tells already: what began is told by its own words,
    and not again by each theme it lies in.
    """
    days = [each.since for each in emerged]
    return [each for each in known if not any(abs((each.since - day).days) <= WEEK for day in days)]
