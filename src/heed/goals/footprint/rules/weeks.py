"""A footprint laid out on one week of half-hours of UTC: who calls in which language, which site could answer. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from heed.core.calendar.definition import WEEKDAYS, WeekHours, minutes_of
from heed.core.errors.rules import Invalid, Phrase, phrase
from heed.goals.footprint.definition import Footprint, FootprintRegion, FootprintSite, LikedStep
from heed.stats.arrays import Floats

SLOTS = 336
HALF_HOUR = 1800
# Half as wide as limits of 95 %, in standard deviations.
WIDE = 1.959964


@dataclass(frozen=True)
class Curve:
    """The share satisfied by wait: steps from `starts` seconds on; `draws`, shape (draws, steps), curves as they may be too."""

    starts: Floats
    value: Floats
    draws: Floats | None = None

    def merged(self) -> "Curve":
        """The same curve without steps that change nothing; draws are left out."""
        kept = np.concatenate(([True], np.abs(np.diff(self.value)) > 1e-12))
        return Curve(self.starts[kept], self.value[kept])


@dataclass(frozen=True)
class Known:
    """What is learned of one region from facts: calls by slot of the week, handle time, spread; None where nothing says."""

    calls: Floats | None = None
    aht_seconds: float | None = None
    spread: float | None = None


@dataclass(frozen=True)
class Grounds:
    """What stands in for what a definition does not say."""

    regions: Mapping[str, Known] = field(default_factory=dict)
    patience_seconds: float | None = None
    curve: Curve | None = None
    weeks: int = 0
    until: datetime | None = None


@dataclass(frozen=True)
class Group:
    """Callers of one region in one language. `calls`, `open`: by slot; `curve`: its place among the setting's curves."""

    region: str
    region_title: str
    language: str
    calls: Floats
    open: NDArray[np.bool_]
    aht_seconds: float
    within_seconds: float
    weight: float
    spread: float
    curve: int

    @property
    def key(self) -> str:
        return f"{self.region}/{self.language}"


@dataclass(frozen=True)
class Place:
    """A site, its money in the currency of the whole."""

    key: str
    title: str
    open: NDArray[np.bool_]
    languages: frozenset[str]
    per_hour: Decimal
    premium: Decimal
    overlay: float
    fixed: Decimal
    seats: int | None
    spread: float

    def hourly(self, languages: int) -> Decimal:
        """What an hour paid of somebody who speaks so many languages costs, with what comes on top."""
        own = self.per_hour + self.premium * max(languages - 1, 0)
        return own * (Decimal(1) + Decimal(str(self.overlay)))


@dataclass(frozen=True)
class Setting:
    """The whole question, laid out."""

    footprint: Footprint
    groups: tuple[Group, ...]
    places: tuple[Place, ...]
    patience_seconds: float | None
    curves: tuple[Curve | None, ...]

    @property
    def calls(self) -> float:
        return float(sum(group.calls.sum() for group in self.groups))

    def place(self, key: str) -> Place:
        return next(each for each in self.places if each.key == key)

    def language_share(self, group: Group) -> float:
        """The share of its region's calls that come in the group's language."""
        region = next(each for each in self.footprint.regions if each.key == group.region)
        return region.languages[group.language]

    def may_serve(self, place: Place, group: Group) -> bool:
        """Whether a site speaks the language and is open whenever the region is."""
        return group.language in place.languages and not bool((group.open & ~place.open).any())


def slot_of(week_of: datetime, zone: ZoneInfo, weekday: int, minute: int) -> int:
    """The slot of a local time of the week."""
    day = week_of.date() + timedelta(days=weekday)
    local = datetime.combine(day, time(minute // 60 % 24, minute % 60), zone)
    if minute >= 24 * 60:
        local += timedelta(days=1)
    return int((local.astimezone(UTC) - week_of).total_seconds() // HALF_HOUR) % SLOTS


def monday_of(footprint: Footprint) -> datetime:
    """The first moment (UTC) of the week whose clocks hold."""
    day = footprint.week_of - timedelta(days=footprint.week_of.weekday())
    return datetime.combine(day, time(), UTC)


def open_slots(hours: WeekHours, zone: ZoneInfo, week_of: datetime) -> NDArray[np.bool_]:
    """Slots of the week in which local hours are open at their beginning."""
    found = np.zeros(SLOTS, dtype=bool)
    for weekday in range(7):
        for span in hours.of(weekday):
            low, high = minutes_of(span)
            for minute in range(-(-low // 30) * 30, high, 30):
                found[slot_of(week_of, zone, weekday, minute)] = True
    return found


def laid_out(footprint: Footprint, grounds: Grounds | None = None) -> Setting:
    """The definition on its week, what it leaves open filled from facts. Raises Invalid where neither says."""
    grounds = grounds or Grounds()
    week_of = monday_of(footprint)
    curves: list[Curve | None] = [_curve(footprint.curve) or grounds.curve]
    groups: list[Group] = []
    for region in footprint.regions:
        own = _curve(region.curve)
        if own is not None:
            curves.append(own)
        groups += _groups(
            footprint, region, grounds.regions.get(region.key, Known()), week_of, len(curves) - 1 if own else 0
        )
    if not any(group.calls.any() for group in groups):
        raise Invalid("Nobody calls in these regions.", code="no_calls", hint="Give volumes by half-hour.")
    places = tuple(_place(footprint, site, week_of) for site in footprint.sites)
    patience = footprint.patience_seconds or grounds.patience_seconds
    return Setting(footprint, tuple(groups), places, patience, tuple(curves))


def _groups(footprint: Footprint, region: FootprintRegion, known: Known, week_of: datetime, curve: int) -> list[Group]:
    zone = ZoneInfo(region.time_zone)
    opened = open_slots(region.hours, zone, week_of)
    calls = _volumes(region, zone, week_of) if not region.volumes.is_empty else known.calls
    aht = region.aht_seconds or known.aht_seconds
    if calls is None or aht is None:
        said = phrase(
            "Of {region} neither calls and handle time are written down nor do facts tell them.", region=region.title
        )
        raise Invalid(said, code="not_enough_calls", hint="Give volumes and aht_seconds, or import its calls.")
    spread = region.volume_spread if region.volume_spread is not None else known.spread
    return [
        Group(
            region.key,
            region.title,
            language,
            np.where(opened, calls, 0.0) * share,
            opened,
            aht,
            region.within_seconds or footprint.within_seconds,
            region.weight,
            footprint.doubt.volumes if spread is None else spread,
            curve,
        )
        for language, share in region.languages.items()
        if share > 0
    ]


def _volumes(region: FootprintRegion, zone: ZoneInfo, week_of: datetime) -> Floats:
    found = np.zeros(SLOTS)
    for weekday in range(7):
        for minute, calls in region.volumes.of(weekday).items():
            found[slot_of(week_of, zone, weekday, minute)] += calls
    return found


def _curve(steps: Sequence[LikedStep]) -> Curve | None:
    """A written curve; limits become draws that move all its steps together, the most that they can mean."""
    if not steps:
        return None
    starts = np.array([step.from_seconds for step in steps])
    value = np.array([step.satisfied for step in steps])
    wide = np.array([((step.high or 0.0) - (step.low or 0.0)) / 2.0 / WIDE for step in steps])
    if not wide.any():
        return Curve(starts, value)
    normal = np.random.default_rng(0).standard_normal(400)
    return Curve(starts, value, np.clip(value + normal[:, None] * wide, 0.0, 1.0))


def _place(footprint: Footprint, site: FootprintSite, week_of: datetime) -> Place:
    rate = footprint.rates.get(site.currency, Decimal(1)) if site.currency != footprint.currency else Decimal(1)
    spread = site.cost_spread if site.cost_spread is not None else footprint.doubt.costs
    return Place(
        site.key,
        site.title,
        open_slots(site.hours, ZoneInfo(site.time_zone), week_of),
        frozenset(site.languages),
        site.cost_per_hour * rate,
        site.language_premium * rate,
        site.overlay,
        site.fixed_cost_per_week * rate,
        site.seats,
        spread,
    )


def told_slot(slot: int) -> Phrase:
    """A slot in words: monday 07:30 UTC."""
    day, half = divmod(slot, 48)
    return phrase("{day} {clock} UTC", day=phrase(WEEKDAYS[day]), clock=f"{half // 2:02d}:{half % 2 * 30:02d}")


def nobody_serves(setting: Setting) -> list[Phrase]:
    """For each group that no site can serve the reason, site by site; none where all can be served."""
    return [_why(setting, group) for group in setting.groups if not any(_serves(setting, group))]


def _serves(setting: Setting, group: Group) -> list[bool]:
    return [setting.may_serve(place, group) for place in setting.places]


def _why(setting: Setting, group: Group) -> Phrase:
    told = {"language": group.language, "region": group.region_title}
    speak = [place for place in setting.places if group.language in place.languages]
    if not speak:
        return phrase("Nobody can serve {language} of {region}: no site speaks it.", **told)
    reasons = ", ".join(
        f"{place.title} ({translated_slot(int(np.flatnonzero(group.open & ~place.open)[0]))})" for place in speak
    )
    return phrase(
        "Nobody can serve {language} of {region}: sites that speak it are closed while it is open: {sites}.",
        **told,
        sites=reasons,
    )


def translated_slot(slot: int) -> str:
    """A slot short and alike in all languages: day of the week by number, time in UTC."""
    day, half = divmod(slot, 48)
    return f"{WEEKDAYS[day]} {half // 2:02d}:{half % 2 * 30:02d} UTC"


def scaled(setting: Setting, change: Callable[[Group], Group]) -> Setting:
    """The same question with its groups changed."""
    return replace(setting, groups=tuple(change(group) for group in setting.groups))
