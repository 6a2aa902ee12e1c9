"""What people do with the sample operation: load it and remove it. One at a time."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from heed.core.errors.rules import Invalid, phrase
from heed.core.settings.rules import current
from heed.facts.store.opening import store_of
from heed.facts.store.store import Store
from heed.feedback.verbatims.actions.reading import read_new
from heed.feedback.verbatims.actions.retraining import erase_marked, forget_source, retrain_asked
from heed.sample import loading
from heed.sample.organisation import make_organisation, take_away_organisation
from heed.sample.plan import last_full_day
from heed.sample.work import make_work, said_keys, take_away_work
from heed.sample.world import build_world

MOST_SCALE = 1000.0
EARLIEST = date(1990, 1, 1)


def _quiet(amount: float) -> None:
    """Nobody watches the progress."""


@contextmanager
def _alone() -> Iterator[None]:
    """Two loads, or a load and a removal, wait for one another."""
    home = current().home_path
    home.mkdir(parents=True, exist_ok=True)
    with (home / "sample.door").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _store() -> Store:
    return store_of(current())


def load_sample(
    seed: int = 0, scale: float = 1.0, until: date | None = None, advance: Callable[[float], None] = _quiet
) -> dict[str, Any]:
    """Load the sample operation. The same one again changes nothing; another one is refused."""
    if seed < 0:
        raise Invalid("A seed is 0 or more.", code="invalid_seed")
    if not 0.01 <= scale <= MOST_SCALE:
        raise Invalid(
            phrase("The scale is {scale:g}.", scale=scale),
            code="invalid_scale",
            hint=phrase("Give 0.01 to {most:g}.", most=MOST_SCALE),
        )
    if until is not None and not EARLIEST <= until <= last_full_day():
        raise Invalid(
            phrase("The last day {until} is not possible.", until=until),
            code="invalid_until",
            hint="Give a day that is past.",
        )
    with _alone():
        store = _store()
        load = loading.wanted(store, seed, float(scale), until)
        world = build_world(load.seed, load.scale, load.until)
        made = make_organisation(world)
        written = loading.write(store, load, advance)
        made |= make_work(world, store)
        return {
            "seed": load.seed,
            "scale": load.scale,
            "until": load.until.isoformat(),
            "loaded": sum(written.values()),
            "tables": loading.counts(store),
            "made": made,
        }


def remove_sample() -> dict[str, Any]:
    """Take away all that the sample brought, and nothing else."""
    with _alone():
        said = said_keys(_store())
        counted = take_away_work(_store())
        counted |= take_away_organisation()
        gone = loading.clear(_store())
        _unlearn(said)
    return {"removed": sum(gone.values()), "tables": gone, **counted}


def _unlearn(said: list[str]) -> None:
    """Nothing that reads words keeps what it learnt from the sample's. Where nothing else was said it goes at once; else
    the worker trains anew without them first.
    """
    if said and forget_source(said) and not said_keys(_store(), everything=True):
        retrain_asked()
        read_new()
        erase_marked()
