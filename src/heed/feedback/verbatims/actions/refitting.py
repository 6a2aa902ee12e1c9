"""Themes found among what customers say and no other theme takes, refitted once a week; what became of them is kept."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from heed.feedback.verbatims.actions.models import SEED, is_held_back, make_model
from heed.feedback.verbatims.models import TextModel
from heed.feedback.verbatims.queries.models import analyzer_of, found_themes, newest_model
from heed.feedback.verbatims.rules.emerging import Emerged, Said
from heed.feedback.verbatims.rules.lineage import admitted, anchored, told, two_periods
from heed.feedback.verbatims.rules.taught import Taught
from heed.text.discovery.anchoring import refit
from heed.text.discovery.lineage import keep_keys
from heed.text.discovery.periods import growth
from heed.text.discovery.spelling import put_right
from heed.text.representations.choosing import chosen
from heed.text.themes import FoundTheme

CLUSTERED = 20_000
AT_ONCE = 2000
KEPT_FOUND = 60
CLUSTER_EVERY = timedelta(days=7)


def with_found(model: TextModel, emerged: Sequence[Emerged], said: Said | None) -> TextModel:
    """The model with the themes that were found; a new one where they are other ones than it knows.

    Themes that began are kept for good; clusters of what no theme takes are refitted once a week.
    """
    known = found_themes(model)
    began = keep_keys([each.theme for each in emerged], [theme for theme in known if theme.since])
    # A theme that began and is found again keeps the words its labels were given by.
    same = {theme.key: theme for theme in known}
    began = [same.get(theme.key, theme) for theme in began]
    stay = [theme for theme in known if theme.since and theme.key not in {each.key for each in began}]
    clusters = [theme for theme in known if not theme.since]
    lineage: dict[str, Any] = {}
    if said is not None and (not clusters or timezone.now() - _clustered_at() > CLUSTER_EVERY):
        clusters, lineage = _refitted(model, said, clusters)
    kept = [*began, *stay, *clusters][:KEPT_FOUND]
    if list(map(_told_by, kept)) == list(map(_told_by, known)):
        return model
    # The sentiment may have been trained anew while the words were gone through.
    newest = newest_model() or model
    about = {"card": {**newest.card, "lineage": lineage}} if lineage else {}
    return make_model(newest.sentiment, kept, like=newest, trained=about, promoted=not is_held_back())


def _told_by(theme: FoundTheme) -> tuple[str, tuple[str, ...], bool]:
    """What makes its labels other ones. How sure its words are is taken along, and is no reason to read everything anew."""
    return theme.key, theme.words, bool(theme.sure)


def _clustered_at() -> datetime:
    """When the themes found last became others."""
    last = TextModel.objects.exclude(found=[]).first()
    return last.made_at if last else datetime(1970, 1, 1, tzinfo=UTC)


def _told(model: TextModel, masked: Sequence[str]) -> Iterator[list[str]]:
    """The themes each text has by a model, a batch at a time."""
    analyzer = analyzer_of(model)
    for start in range(0, len(masked), AT_ONCE):
        some = masked[start : start + AT_ONCE]
        found = analyzer.themes_of_each(some) if isinstance(analyzer, Taught) else map(analyzer.themes_of, some)
        yield from ([hit.key for hit in hits] for hits in found)


def _refitted(model: TextModel, said: Said, known: Sequence[FoundTheme]) -> tuple[list[FoundTheme], dict[str, Any]]:
    """The clusters of this week and what became of those of last week, among the newest texts that no other theme takes."""
    # A text that only a slip keeps from a theme is no news; it would begin a theme of misspelt words.
    rows, held = anchored(_told(model, put_right(said.masked[: 3 * CLUSTERED])), known)
    rows, held = rows[:CLUSTERED], held[:CLUSTERED]
    fitted = refit(known, [said.masked[row] for row in rows], held, seed=SEED, representation=chosen())
    kept, changes = admitted(fitted)
    if not changes and not fitted.waiting:
        return kept, {}
    now, before = ([said.masked[row] for row in part] for part in two_periods(rows, said.days))
    names = {theme.key: theme.name for theme in (*known, *fitted.themes)}
    return kept, told(timezone.now(), names, changes, fitted.waiting, growth(kept, now, before))
