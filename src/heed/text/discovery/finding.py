"""Themes nobody wrote down: clusters of texts, as many as the words ask for, named by their own words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heed.text.discovery.clusters import Centres, Places, packed
from heed.text.discovery.counting import one_thread
from heed.text.discovery.few import FEW, sharing
from heed.text.discovery.few import LEAST_TEXTS as FEWEST
from heed.text.discovery.lineage import keep_keys
from heed.text.discovery.naming import themes_of
from heed.text.discovery.number import exactly, likeliest
from heed.text.discovery.space import Placed, fit_space
from heed.text.discovery.sureness import with_sureness
from heed.text.discovery.terms import terms_of
from heed.text.discovery.words import COMMON, Counted, count_terms
from heed.text.representations.port import Representation
from heed.text.themes import FoundTheme

LEAST_TEXTS = 40  # of all together: with fewer no clusters are looked for
STRAYS = 2  # texts that are no theme by themselves
OF_ITS_SHARE = 1.5  # times the share of a theme, where themes are few
CLUSTERED = 20_000  # texts that are clustered; the others are put to the nearest theme


@dataclass(frozen=True, eq=False)
class Discovery:
    """Themes, largest first, and the place of each text's theme among them (−1: none)."""

    themes: tuple[FoundTheme, ...]
    places: Places


def discover(
    masked: Sequence[str],
    *,
    k: int | None = None,
    seed: int = 0,
    known: Sequence[FoundTheme] = (),
    representation: Representation | None = None,
) -> tuple[list[FoundTheme], NDArray[np.int64]]:
    """The themes of these texts that their own words tell, largest first, and the place of each text's theme (−1: none).

    k: as many clusters, each a theme. known: themes that keep their keys where they are found again.
    """
    found = discovered(masked, k=k, seed=seed, representation=representation, forced=k is not None)
    return keep_keys(found.themes, known), found.places


def discovered(
    masked: Sequence[str],
    *,
    k: int | None = None,
    seed: int = 0,
    representation: Representation | None = None,
    forced: bool = True,
) -> Discovery:
    """Every text that holds a known word in a theme. Too few texts, or ones that nothing parts, have none.

    Few texts whose clusters cannot be told from chance are parted by the telling words they share, and the others have none.
    Unless forced, a cluster that is small or not told by its words is no theme, and a theme says how sure its words are.
    Raises HeedError where a representation fails.
    """
    nothing = Discovery((), np.full(len(masked), -1, dtype=np.int64))
    if not len(masked) or (k is None and len(masked) < FEWEST):
        return nothing
    terms = terms_of(masked)
    if not terms.names:
        return nothing
    encoded = None if representation is None else representation.encode(masked)
    places, placed = nothing.places, None
    if k is not None or len(masked) >= LEAST_TEXTS:
        with one_thread():
            _, placed = fit_space(terms, seed=seed, encoded=encoded)
            places = clustered(placed, terms.single, k, seed)
    if k is None and int(places.max()) < 1:
        places = sharing(terms) if forced and len(masked) <= FEW else nothing.places
    if k is None:
        places = without_strays(places)
    many = int(places.max()) + 1
    if many < 1:
        return nothing
    themes, by_cluster = themes_of(counted_for(masked, many, forced), places, many, forced=forced)
    order = {cluster: place for place, cluster in enumerate(by_cluster)}
    places = np.array([order.get(int(place), -1) for place in places], dtype=np.int64)
    if placed is not None and not forced:
        themes = with_sureness(themes, masked, placed, places, seed)
    return Discovery(tuple(themes), places)


def without_strays(places: Places) -> Places:
    """The clusters without those of one or two texts, which say nothing of the others."""
    sizes = np.bincount(places[places >= 0], minlength=1)
    return packed(np.where((places >= 0) & (sizes[places] > STRAYS), places, -1))


def counted_for(masked: Sequence[str], many: int, forced: bool) -> Counted:
    """The words by which `many` themes are named and told."""
    # Of few themes each is a large share of all, and so are the words that name it.
    share = 1.0 if forced else max(COMMON, OF_ITS_SHARE / many)
    least = max(3, len(masked) // 2000)
    return count_terms(masked, least=min(least, max(1, len(masked) // 10)), most_share=share, all_words=forced)


def clustered(placed: Placed, words: NDArray[np.bool_], k: int | None, seed: int) -> Places:
    """The cluster of each text, numbered from 0; −1 for a text of which nothing is known."""
    places: Places = np.full(len(placed), -1, dtype=np.int64)
    known = np.flatnonzero(placed.known)
    if not len(known):
        return places
    chosen = known
    if len(known) > CLUSTERED:
        chosen = np.sort(np.random.default_rng(seed).choice(known, CLUSTERED, replace=False))
    some = placed.of(chosen)
    inside = likeliest(some, words, seed) if k is None else exactly(some, k, seed)
    if len(chosen) < len(known):
        inside, _ = Centres.of(some, inside, int(inside.max()) + 1).nearest(placed.of(known))
    places[known] = packed(inside)
    return places
