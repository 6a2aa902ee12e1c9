"""A taxonomy being changed: the draft, what is in force beside it, and what of the last quarter each change would touch."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force, in_force
from heed.core.errors.rules import NotFound, phrase
from heed.feedback.verbatims.definition import TaxonomyDefinition, name_in
from heed.feedback.verbatims.models import TaxonomyDraft
from heed.feedback.verbatims.queries.engine import engine, organisation_languages, said_lately
from heed.feedback.verbatims.queries.models import found_themes, newest_model
from heed.feedback.verbatims.queries.reading import Piece, pieces
from heed.feedback.verbatims.queries.spans import stretch
from heed.feedback.verbatims.rules.taxonomy import (
    Body,
    Changed,
    Touched,
    all_words,
    changes,
    evidence,
    theme_of,
    touched,
    without_theme,
)
from heed.text.masking.mask import mask
from heed.text.themes import FoundTheme

KIND = "taxonomy"
LOOKED_AT = 3000
SAMPLES = 3


@dataclass(frozen=True)
class Texts:
    """The masked texts changes are rehearsed on: the newest of the last quarter."""

    masked: tuple[str, ...]
    since: datetime | None


@dataclass(frozen=True)
class Line:
    """A theme of the draft with what it touches."""

    key: str
    name: str
    kind: str
    words: tuple[str, ...]
    touched: Touched


@dataclass(frozen=True)
class Editing:
    """A taxonomy and its draft (None: nobody changed anything). `now` is in force; `stale` where another version came in
    force since the draft began.
    """

    key: str
    name: str
    body: Body
    now: Body
    version: int | None
    draft: TaxonomyDraft | None
    stale: bool
    changed: tuple[Changed, ...]

    @property
    def is_changed(self) -> bool:
        return any(each.kind != "same" for each in self.changed)


def demand(scope: Scope) -> None:
    """Who changes themes sees sample sentences of all of the organisation."""
    scope.demand("see_words")
    scope.demand_everywhere("propose")


def taxonomies(scope: Scope) -> list[tuple[str, str, int]]:
    """Key, name and number of themes of each taxonomy in force."""
    demand(scope)
    found = [(each.key, cast(TaxonomyDefinition, each.body)) for each in all_in_force(KIND)]
    return [(key, body.name, len(body.themes)) for key, body in found]


def editing(scope: Scope, key: str) -> Editing:
    """A taxonomy as it is and as it is being made. Raises Forbidden, NotFound."""
    demand(scope)
    held = in_force(KIND, key)
    draft = TaxonomyDraft.objects.filter(key=key).first()
    if held is None and draft is None:
        raise NotFound(phrase("No taxonomy {key} is in force.", key=key), code="unknown_taxonomy")
    now: Body = held.body.model_dump(mode="json") if held else {"name": key, "themes": []}
    body: Body = draft.body if draft else now
    version = held.version if held else None
    stale = draft is not None and draft.follows != version
    return Editing(key, body["name"], body, now, version, draft, stale, tuple(changes(now, body)))


def languages() -> list[str]:
    """The languages themes are named in: those of the organisation, English and German where it says none."""
    return list(organisation_languages()) or ["en", "de"]


def texts() -> Texts:
    """What changes are rehearsed on; gone through once for each state of the table."""
    seen = stretch("13")
    if seen is None:
        return Texts((), None)
    since = seen.moments[0]
    return Texts(_masked(engine().store.version("verbatims"), since), since)


@lru_cache(maxsize=2)
def _masked(version: int | None, since: datetime) -> tuple[str, ...]:
    return tuple(mask(row["text"]).text for row in said_lately(since, LOOKED_AT))


def lines(found: Editing, over: Texts, language: str) -> list[Line]:
    """Every theme, those of the draft in its order and then those that would go, with what each touches."""
    rows = []
    for each in found.changed:
        old = _maybe(found.now, each.key)
        new = _maybe(found.body, each.key)
        named = new or old
        assert named is not None
        rows.append(
            Line(
                each.key, name_in(named["name"], language), each.kind, all_words(named), touched(old, new, over.masked)
            )
        )
    return rows


def uncovered(found: Editing, over: Texts) -> tuple[int, int]:
    """How many texts no theme takes: in force, in the draft."""
    return without_theme(found.now, over.masked), without_theme(found.body, over.masked)


def _maybe(body: Body, key: str) -> dict[str, Any] | None:
    try:
        return theme_of(body, key)
    except NotFound:
        return None


def samples(what: Touched, before: Any, after: Any, over: Texts) -> dict[str, list[tuple[Piece, ...]]]:
    """Sentences that would come and that would go, with the words that show it."""
    found = {}
    for name, places, theme in (("gained", what.gained, after), ("lost", what.lost, before)):
        rows = []
        for place in places[:SAMPLES]:
            text = over.masked[place]
            span = evidence(all_words(theme), text)
            rows.append(pieces(text, [span] if span else []))
        found[name] = rows
    return found


def found_ones(editing: Editing) -> list[FoundTheme]:
    """Themes found in the organisation's words that the draft does not have yet."""
    have = {theme["key"] for theme in editing.body["themes"]}
    return [theme for theme in found_themes(newest_model()) if theme.key not in have]
