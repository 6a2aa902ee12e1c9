"""A taxonomy is changed in a draft that all share: verb by verb, each refused where somebody else changed the same theme
meanwhile; then proposed or put in force by the definitions' own actions.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions import actions as definitions
from heed.core.definitions.queries import in_force
from heed.core.definitions.rules import canonical, validate
from heed.core.errors.rules import NotFound, Refused
from heed.core.journal.actions import record
from heed.feedback.verbatims.events import TaxonomyDraftChanged
from heed.feedback.verbatims.models import TaxonomyDraft
from heed.feedback.verbatims.queries.models import found_themes, newest_model
from heed.feedback.verbatims.queries.taxonomy import KIND, demand, editing
from heed.feedback.verbatims.rules import taxonomy as rules
from heed.feedback.verbatims.rules.taxonomy import Body


def change_theme(scope: Scope, key: str, theme: Mapping[str, Any], *, at: str = "", seen: str = "") -> TaxonomyDraft:
    """Add a theme, or put it in the place of the one `at`, which the person saw as `seen`. Raises Forbidden, Invalid,
    Refused with the code `raced` where it is another one by now.
    """
    return _changed(
        scope,
        key,
        at or str(theme["key"]),
        "change" if at else "add",
        {at: seen} if at else {},
        lambda body: rules.with_theme(body, dict(theme), at),
    )


def split_theme(
    scope: Scope, key: str, at: str, words: list[str], name: Mapping[str, str], *, seen: str = ""
) -> TaxonomyDraft:
    """Take words out of a theme into a new one."""
    return _changed(scope, key, at, "split", {at: seen}, lambda body: rules.parted(body, at, words, name))


def merge_theme(scope: Scope, key: str, at: str, into: str, *, seen: str = "") -> TaxonomyDraft:
    """Join a theme's words to another's."""
    return _changed(scope, key, at, "merge", {at: seen}, lambda body: rules.merged(body, at, into))


def remove_theme(scope: Scope, key: str, at: str, *, seen: str = "") -> TaxonomyDraft:
    """Take a theme out."""
    return _changed(scope, key, at, "remove", {at: seen}, lambda body: rules.without(body, at))


def adopt_theme(scope: Scope, key: str, found: str, language: str) -> TaxonomyDraft:
    """Make a theme that was found one of the organisation's own. Raises NotFound."""
    theme = next((each for each in found_themes(newest_model()) if each.key == found), None)
    if theme is None:
        raise NotFound("This theme is not found any more.", code="unknown_theme", hint="Look at what is found now.")
    return _changed(scope, key, found, "adopt", {}, lambda body: rules.adopted(body, theme, language))


def _changed(
    scope: Scope, key: str, theme: str, verb: str, seen: Mapping[str, str], change: Callable[[Body], Body]
) -> TaxonomyDraft:
    demand(scope)
    now = timezone.now()
    with transaction.atomic():
        draft = _held(scope, key)
        for name, digest in seen.items():
            there = next((each for each in draft.body["themes"] if each["key"] == name), None)
            if digest and rules.seen_as(there) != digest:
                raise Refused(
                    "Somebody else changed this theme at the same time.",
                    code="raced",
                    hint="Below is what you typed, and what it is now. Keep yours again, or leave it.",
                )
        draft.body = canonical(validate(KIND, change(draft.body)))
        draft.changed_by, draft.changed_at = scope.person, now
        draft.save(update_fields=["body", "changed_by", "changed_at"])
        told = TaxonomyDraftChanged(key, theme[:80], verb)
        record(told, actor=scope.person, subject=("taxonomy_draft", key))
    return draft


def _held(scope: Scope, key: str) -> TaxonomyDraft:
    """The draft, held against others until commit; begun from what is in force where there is none."""
    found = in_force(KIND, key)
    if found is None and not TaxonomyDraft.objects.filter(key=key).exists():
        editing(scope, key)  # raises NotFound
    now = timezone.now()
    body = found.body.model_dump(mode="json") if found else {"name": key, "themes": []}
    TaxonomyDraft.objects.get_or_create(
        key=key,
        defaults={
            "body": body,
            "base": body,
            "follows": found.version if found else None,
            "begun_by": scope.person,
            "begun_at": now,
            "changed_by": scope.person,
            "changed_at": now,
        },
    )
    return TaxonomyDraft.objects.select_for_update().get(key=key)


def discard_draft(scope: Scope, key: str) -> None:
    """Throw the draft away."""
    demand(scope)
    with transaction.atomic():
        if TaxonomyDraft.objects.filter(key=key).delete()[0]:
            record(TaxonomyDraftChanged(key, "", "discard"), actor=scope.person, subject=("taxonomy_draft", key))


def bring_up_to_date(scope: Scope, key: str) -> tuple[str, ...]:
    """Put the draft's changes on top of what is in force now. Returns the themes both changed: they have the words of
    both.
    """
    demand(scope)
    found = in_force(KIND, key)
    with transaction.atomic():
        draft = _held(scope, key)
        theirs = found.body.model_dump(mode="json") if found else {"name": key, "themes": []}
        body, both = rules.rebased(draft.base, draft.body, theirs)
        draft.body, draft.base = canonical(validate(KIND, body)), theirs
        draft.follows = found.version if found else None
        draft.changed_by, draft.changed_at = scope.person, timezone.now()
        draft.save(update_fields=["body", "base", "follows", "changed_by", "changed_at"])
        record(TaxonomyDraftChanged(key, "", "update"), actor=scope.person, subject=("taxonomy_draft", key))
    return both


def propose_draft(scope: Scope, key: str, *, note: str = "", seen: str = "") -> Any:
    """Propose the draft as the next version; it is no draft then any more. `seen` is what the whole draft was seen as.
    Raises Forbidden, Refused where it changed meanwhile, is out of date or says nothing new.
    """
    demand(scope)
    with transaction.atomic():
        there = editing(scope, key)
        if there.draft is None or not there.is_changed:
            raise Refused("Nothing was changed.", code="nothing_changed", hint="Change a theme first.")
        if there.stale:
            raise Refused(
                "Another version came in force since the draft was begun.",
                code="stale",
                hint="Bring the draft up to date first.",
            )
        draft = TaxonomyDraft.objects.select_for_update().filter(key=key).first()
        if draft is None or (seen and rules.seen_as(draft.body) != seen):
            raise Refused(
                "Somebody else changed the draft at the same time.",
                code="raced",
                hint="Look at it, and propose it again.",
            )
        row = definitions.propose(scope, KIND, key, draft.body, note=note)
        draft.delete()
    return row


def enact_draft(scope: Scope, key: str, *, note: str = "", seen: str = "") -> Any:
    """Propose the draft, approve it and put it in force, for who may do all of it. All or nothing."""
    scope.demand_everywhere("approve")
    with transaction.atomic():
        row = propose_draft(scope, key, note=note, seen=seen)
        definitions.approve(scope, KIND, key, row.number)
        return definitions.put_in_force(scope, KIND, key, row.number)
