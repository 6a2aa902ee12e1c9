"""Themes found among what customers say and no other theme takes, refitted once a week; what became of them is kept."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from heed.feedback.verbatims.actions.models import SEED, is_held_back, make_model
from heed.feedback.verbatims.models import TextModel
from heed.feedback.verbatims.queries.models import analyzer_of, found_themes, newest_model
from heed.feedback.verbatims.rules.emerging import Emerged, Said
from heed.feedback.verbatims.rules.lineage import admitted, anchored, told, two_periods
from heed.text.discovery.anchoring import refit
from heed.text.discovery.lineage import keep_keys
from heed.text.discovery.periods import growth
from heed.text.representations.choosing import chosen
from heed.text.themes import FoundTheme

CLUSTERED = 20_000
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
    if [(theme.key, theme.words) for theme in kept] == [(theme.key, theme.words) for theme in known]:
        return model
    # The sentiment may have been trained anew while the words were gone through.
    newest = newest_model() or model
    about = {"card": {**newest.card, "lineage": lineage}} if lineage else {}
    return make_model(newest.sentiment, kept, like=newest, trained=about, promoted=not is_held_back())


def _clustered_at() -> datetime:
    """When the themes found last became others."""
    last = TextModel.objects.exclude(found=[]).first()
    return last.made_at if last else datetime(1970, 1, 1, tzinfo=UTC)


def _refitted(model: TextModel, said: Said, known: Sequence[FoundTheme]) -> tuple[list[FoundTheme], dict[str, Any]]:
    """The clusters of this week and what became of those of last week, among the newest texts that no other theme takes."""
    analyzer = analyzer_of(model)
    hits = ([hit.key for hit in analyzer.themes_of(text)] for text in said.masked[: 3 * CLUSTERED])
    rows, held = anchored(hits, known)
    rows, held = rows[:CLUSTERED], held[:CLUSTERED]
    fitted = refit(known, [said.masked[row] for row in rows], held, seed=SEED, representation=chosen())
    kept, changes = admitted(fitted)
    if not changes and not fitted.waiting:
        return kept, {}
    now, before = ([said.masked[row] for row in part] for part in two_periods(rows, said.days))
    names = {theme.key: theme.name for theme in (*known, *fitted.themes)}
    return kept, told(timezone.now(), names, changes, fitted.waiting, growth(kept, now, before))
