"""Erasing a customer from every store, with a proof and a receipt.

An erasure is a row with a step. Each step may be cut and taken again; the worker takes up what nobody works on. Whom it is
about stays sealed in the row until the proof is done.
"""

import logging
from collections import Counter
from datetime import timedelta
from pathlib import Path

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, Refused, phrase
from heed.core.journal.actions import record
from heed.core.journal.rules import told_error
from heed.core.settings.rules import current
from heed.facts.people import find_rows
from heed.facts.store.roots import Roots
from heed.feedback.privacy.actions import clearing
from heed.feedback.privacy.actions.backups import keep_lists
from heed.feedback.privacy.actions.sealing import digest_of, sealed, unsealed
from heed.feedback.privacy.events import CustomerErased, ErasureBegun
from heed.feedback.privacy.models import Erasure, PrivacyRequest
from heed.feedback.privacy.queries.backups import backups_before, known_paths
from heed.feedback.privacy.queries.holds import hold_on
from heed.feedback.privacy.queries.people import customer_key_of, tables
from heed.feedback.privacy.queries.policies import demands_four_eyes, policy_versions
from heed.feedback.privacy.queries.scanning import Seen, scan
from heed.feedback.privacy.queries.whom import gather
from heed.feedback.privacy.rules.traces import Whom, needles, not_in, told
from heed.feedback.verbatims.queries.engine import engine

LEASE = timedelta(minutes=30)
ROUNDS = 5
log = logging.getLogger("heed.privacy")


def begin_erasure(scope: Scope, customer: str, reason: str, *, request: str = "") -> Erasure:
    """Begin, or go on with, the erasure of a customer. Raises NotFound (unknown_customer), Refused (legal_hold, four_eyes),
    Invalid when the reason names the person: it stays in the receipt.
    """
    scope.demand_everywhere("manage_settings")
    key = customer_key_of(customer)
    running = Erasure.objects.filter(digest=digest_of(key), done_at=None).first()
    if running is not None:
        return running
    refuse_held(key)
    _refuse_unapproved(key, request)
    whom = gather(key)
    _refuse_naming(reason, whom)
    row = Erasure(digest=digest_of(key), request=request, reason=reason[:300], asked_by=scope.person)
    row.begun_at, row.sealed, row.policies = timezone.now(), sealed(whom, row.key), policy_versions()
    try:
        with transaction.atomic():
            refuse_held(key)
            row.save()
            record(ErasureBegun(row.key), actor=scope.person, subject=("erasure", row.key))
    except IntegrityError:
        return Erasure.objects.get(digest=row.digest, done_at=None)
    return row


def rehearse_erasure(scope: Scope, customer: str) -> dict[str, int]:
    """What would go, by store; nothing is changed."""
    from heed.facts.people import rows_of
    from heed.feedback.privacy.queries.people import held
    from heed.feedback.privacy.queries.whom import person_of

    scope.demand_everywhere("manage_settings")
    key = customer_key_of(customer)
    refuse_held(key)
    whom = gather(key)
    counts = Counter(label for label, _ in held([key]))
    counts.update(f"facts.{name}" for name, _ in rows_of(engine().store, person_of(whom)))
    return told({**counts, "journal": len(whom.entries)})


def refuse_held(key: str) -> None:
    """Raise Refused while a legal hold stands."""
    held = hold_on(key)
    if held is not None:
        raise Refused(
            phrase("A legal hold stops this: {reason}", reason=held.reason),
            code="legal_hold",
            hint=phrase("Release it first: `heed privacy release`."),
        )


def _refuse_unapproved(key: str, request: str) -> None:
    if not demands_four_eyes():
        return
    row = PrivacyRequest.objects.filter(key=request, kind="erasure", customer_key=key, ended_at=None).first()
    if row is None or row.approved_at is None:
        raise Refused(
            "A privacy policy in force wants four eyes for an erasure.",
            code="four_eyes",
            hint="Open a request for erasure and have somebody else approve it.",
        )


def _refuse_naming(reason: str, whom: Whom) -> None:
    if not reason.strip():
        raise Invalid("Say why.", code="no_reason", hint="Such as --reason 'request of the customer'.")
    if len(not_in(whom.traces.all, [reason])) < len(whom.traces.all):
        raise Invalid(
            "The reason names the customer, and it stays in the receipt.",
            code="reason_names",
            hint="Say it without a name, an address or an identifier.",
        )


def carry_out(row: Erasure) -> Erasure:
    """Take an erasure to its end. Raises Refused (erasure_running) while another process works on it."""
    _lease(row)
    try:
        whom = unsealed(row.sealed, row.key)
        for _ in range(ROUNDS):
            _clear(row, whom)
            if not (clearing.is_left(whom) or find_rows(engine().store, tuple(whom.keys))):
                break
        clearing.sweep()
        seen = _proof(whom)
        _finish(row, whom, seen)
    except Exception as error:
        Erasure.objects.filter(pk=row.pk).update(leased_until=None, last_error=told_error(error)[:300])
        raise
    # The seal and what the last steps wrote are in the log of the database still.
    clearing.sweep()
    keep_lists()
    return row


def _lease(row: Erasure) -> None:
    now = timezone.now()
    with transaction.atomic():
        held = Erasure.objects.select_for_update().get(pk=row.pk)
        if held.done_at is not None or (held.leased_until and held.leased_until > now):
            raise Refused("This erasure is being done.", code="erasure_running", hint="Wait, and look at its receipt.")
        held.leased_until, held.attempts = now + LEASE, held.attempts + 1
        held.save(update_fields=["leased_until", "attempts"])
    row.refresh_from_db()


def _clear(row: Erasure, whom: Whom) -> None:
    """Every store once. A row that was written at the same moment and hangs on one that goes is met by a second try."""
    gone: Counter[str] = Counter()
    for attempt in range(ROUNDS):
        try:
            gone += clearing.clear_database(whom, row.asked_by)
            break
        except (IntegrityError, OperationalError):
            if attempt == ROUNDS - 1:
                raise
    _note(row, "database", gone)
    _note(row, "words", clearing.clear_words(whom, row.asked_by))
    _note(row, "mentions", clearing.clear_mentions(whom))
    _note(row, "files", clearing.clear_files(whom))


def _note(row: Erasure, step: str, gone: Counter[str]) -> None:
    """Remember what a step took away. A step that was cut and is taken again adds what was left."""
    row.counts = told(Counter(row.counts) + gone)
    row.step, row.leased_until = step, timezone.now() + LEASE
    row.save(update_fields=["counts", "step", "leased_until"])


def _proof(whom: Whom) -> Seen:
    outside = frozenset(Path(each) for each in known_paths())
    return scan(needles(whom.traces.all), current().home_path, outside=outside, roots=local_roots())


def local_roots() -> dict[str, Path]:
    """The folders of facts on this machine, by region; `facts` is that of all that has none."""
    store = engine().store
    named = store.named if isinstance(store, Roots) else {"": store}
    return {region or "facts": part.folder for region, part in named.items() if part.folder is not None}


def _finish(row: Erasure, whom: Whom, seen: Seen) -> None:
    """The receipt: what was looked through and found, and no word of whom."""
    with transaction.atomic():
        row.files_scanned, row.tables_scanned = seen.files, seen.tables
        row.looked_for, row.found_after = len(whom.traces.all), sum(seen.found.values())
        row.left_in, row.backups = dict(seen.found), backups_before(timezone.now())
        row.step, row.sealed, row.leased_until, row.last_error = "done", "", None, ""
        row.done_at = timezone.now()
        row.save()
        PrivacyRequest.objects.filter(key=row.request, ended_at=None).update(
            ended_at=row.done_at, ended_by=row.asked_by, outcome="fulfilled", customer_key=""
        )
        happened = CustomerErased(row.key, row.counts, seen.files, row.found_after)
        record(happened, actor=row.asked_by, subject=("erasure", row.key))


def carry_waiting() -> int:
    """Take up erasures that nobody works on: asked for on a page, or cut. Returns how many were done."""
    now, done = timezone.now(), 0
    for row in Erasure.objects.filter(done_at=None).order_by("id"):
        if row.leased_until is not None and row.leased_until > now:
            continue
        try:
            carry_out(row)
            done += 1
        except Refused:
            continue
        except Exception:
            log.exception("erasure %s is not done yet", row.key)
    return done


def erase_again(digests: set[str], actor: str = "heed") -> int:
    """Erase customers of an erasure list once more, in a store that came back from a backup. Returns how many."""
    found = set()
    for table in tables():
        for name in table.keys:
            for key in table.model._default_manager.order_by().values_list(name, flat=True).distinct().iterator():
                if key and digest_of(str(key)) in digests:
                    found.add(str(key))
    found |= {key for key in _keys_in_facts() if digest_of(key) in digests}
    for key in sorted(found):
        whom = gather(key)
        row, _ = Erasure.objects.get_or_create(
            digest=digest_of(key),
            done_at=None,
            defaults={
                "reason": "erased before; came back with a backup",
                "asked_by": actor,
                "begun_at": timezone.now(),
            },
        )
        row.sealed, row.policies = sealed(whom, row.key), policy_versions()
        row.save(update_fields=["sealed", "policies"])
        carry_out(row)
    return len(found)


def _keys_in_facts() -> set[str]:
    from heed.facts.people import all_keys

    return all_keys(engine().store)


def receipt_of(row: Erasure) -> dict[str, object]:
    """What can be shown to anybody: no personal data, and the digest by which only this store knows the customer again."""
    return {
        "erasure": row.key,
        "request": row.request or None,
        "digest": row.digest,
        "reason": row.reason,
        "begun_at": row.begun_at.isoformat(),
        "done_at": row.done_at.isoformat() if row.done_at else None,
        "erased": row.counts,
        "files_scanned": row.files_scanned,
        "tables_scanned": row.tables_scanned,
        "looked_for": row.looked_for,
        "found_after": row.found_after,
        "left_in": row.left_in,
        "backups": row.backups,
        "policies": row.policies,
    }
