"""Comparisons as scripts read them: money as text, shares 0..1, slots of one week in UTC. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from heed.goals.footprint.definition import Footprint
from heed.goals.footprint.rules.comparing import Compared, Loss, Option
from heed.goals.footprint.rules.doubting import Doubted
from heed.goals.footprint.rules.pools import Pool
from heed.goals.footprint.rules.replaying import Replayed
from heed.goals.footprint.rules.satisfaction import LEVEL
from heed.goals.footprint.rules.weeks import SLOTS, Setting, monday_of


def money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": str(amount), "currency": currency}


def told_definition(footprint: Footprint) -> dict[str, Any]:
    """The definition as it is stored."""
    return footprint.model_dump(mode="json")


def told_groups(setting: Setting) -> list[dict[str, Any]]:
    """Who calls, and which sites could answer."""
    return [
        {
            "group": group.key,
            "region": group.region,
            "language": group.language,
            "calls": float(group.calls.sum()),
            "aht_seconds": group.aht_seconds,
            "within_seconds": group.within_seconds,
            "weight": group.weight,
            "spread": group.spread,
            "sites": [place.key for place in setting.places if setting.may_serve(place, group)],
        }
        for group in setting.groups
    ]


def told_compared(found: Compared, *, by_slot: bool = False) -> dict[str, Any]:
    """Every option with its figures; `by_slot`: people of each site in each half-hour too."""
    footprint = found.setting.footprint
    return {
        "name": footprint.name,
        "currency": footprint.currency,
        "target": footprint.target,
        "within_seconds": footprint.within_seconds,
        "patience_seconds": found.setting.patience_seconds,
        "model": "erlang_a" if found.setting.patience_seconds else "erlang_c",
        "week_of": monday_of(footprint).date().isoformat(),
        "calls": found.setting.calls,
        "best": found.best.name,
        "options": [_option(each, footprint.currency, found, by_slot) for each in found.options],
        "impossible": [{"option": name, "reason": str(reason)} for name, reason in found.impossible.items()],
        "optimum": {
            "over": "every_subset" if found.optimum.is_whole else "family",
            "pools": found.optimum.columns,
            "objective": found.optimum.objective,
            "bound": found.optimum.bound,
            "gap": found.optimum.gap,
        },
    }


def _option(each: Option, currency: str, found: Compared, by_slot: bool) -> dict[str, Any]:
    told = {
        "option": each.name,
        "same_as": each.same_as,
        "cost_per_week": money(each.cost, currency),
        "paid_hours": each.paid_hours,
        "head_count": each.head_count,
        "peak_people": each.peak,
        "service_level": each.service_level,
        "abandonment": each.abandonment,
        "asa_seconds": each.asa_seconds,
        "csat": dict(vars(each.csat)) | ({"reason": "no_curve"} if each.csat.value is None else {}),
        "pools": [_pool(one, currency, found) for one in each.pools],
        "groups": [dict(vars(one)) | {"csat": dict(vars(one.csat))} for one in each.groups],
        "losses": [told_loss(one) for one in each.losses],
    }
    return told | ({"people": told_people(each, found)} if by_slot else {})


def _pool(one: Pool, currency: str, found: Compared) -> dict[str, Any]:
    return {
        "site": one.place.key,
        "groups": [found.setting.groups[place].key for place in one.members],
        "languages": list(one.languages),
        "cost_per_week": money(one.money, currency),
        "paid_hours": one.paid_hours,
        "peak_people": one.peak,
    }


def told_loss(one: Loss) -> dict[str, Any]:
    return dict(vars(one)) | {
        "csat": dict(vars(one.csat)),
        "unserved": [{"group": group, "share": share} for group, share in one.unserved],
    }


def told_people(each: Option, found: Compared) -> list[dict[str, Any]]:
    """People there and on the roster, by site and half-hour in which anybody is; slot 0 is Monday 00:00 UTC."""
    told = []
    for site, there in each.people().items():
        roster = sum(
            (one.scheduled(found.setting.footprint.shrinkage) for one in each.pools if one.place.key == site),
            np.zeros(SLOTS),
        )
        told += [
            {"site": site, "slot": slot, "people": int(there[slot]), "scheduled": int(roster[slot])}
            for slot in np.flatnonzero(there).tolist()
        ]
    return told


def told_shown(found: Compared, doubted: Doubted, *, by_slot: bool = False) -> dict[str, Any]:
    """The comparison with what is not certain about it."""
    return told_compared(found, by_slot=by_slot) | {"uncertainty": told_doubted(doubted)}


def told_doubted(doubted: Doubted) -> dict[str, Any]:
    return {
        "draws": doubted.draws,
        "seed": doubted.seed,
        "level": LEVEL,
        "options": [
            {
                "option": each.option,
                "cost_per_week": dict(vars(each.cost)),
                "service_level": dict(vars(each.service_level)),
                "csat": dict(vars(each.csat)),
                "chance_of_best": each.best,
            }
            for each in doubted.chances
        ],
        "best": doubted.best,
        "against": doubted.against,
        "saving": dict(vars(doubted.saving)),
        "pooling": {"verdict": doubted.pooling, "saving": dict(vars(doubted.pooling_saving))},
        "tornado": {
            "base": doubted.base,
            "bars": [dict(vars(bar)) | {"turns": bar in doubted.turns} for bar in doubted.bars],
        },
    }


def told_replayed(weeks: Sequence[Replayed]) -> list[dict[str, Any]]:
    return [dict(vars(each)) | {"monday": each.monday.isoformat()} for each in weeks]
