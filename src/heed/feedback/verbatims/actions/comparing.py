"""Bake-offs: asked for on a page, run by the worker on what people labelled, kept with who asked, on what, and by which versions."""

import fcntl
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.metadata import version
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import HeedError, Invalid, Refused, phrase
from heed.core.journal.actions import record
from heed.core.settings.rules import current
from heed.feedback.verbatims.events import BakeOffAsked, BakeOffDone
from heed.feedback.verbatims.models import BakeOff
from heed.feedback.verbatims.queries.bakeoffs import Labelled, labelled, outside
from heed.feedback.verbatims.queries.models import newest_model, theme_names
from heed.feedback.verbatims.queries.training import texts_of
from heed.feedback.verbatims.rules.bakeoff import (
    FOLDS,
    LEAST_EACH,
    LEAST_TEXTS,
    MEANINGS,
    RULED,
    TO_READ,
    kept_report,
    too_thin,
    without,
)
from heed.feedback.verbatims.rules.labelling import TASKS
from heed.text.bakeoff.contestants import ChatModel, Contestant, Lexicon, Rules, Trained, sentiment_shapes
from heed.text.bakeoff.ordering import encoder_in_house, refuse_too_dear
from heed.text.bakeoff.running import Plan, leaving, run
from heed.text.bakeoff.sample import Sample
from heed.text.chat.kept import kept_in
from heed.text.chat.spending import Prices, money
from heed.text.endpoint import endpoint_of
from heed.text.lexicon import NAME as LEXICON
from heed.text.masking.mask import mask
from heed.text.reading.reader import READER
from heed.text.registry import fingerprint

MOST_TRIES = 3
SEED = 0
WHY_THIN = {
    "too_few_rows": phrase("Fewer than {least} verbatims are labelled so.", least=LEAST_TEXTS),
    "too_few_labels": phrase("Not two of its labels have {least} verbatims.", least=LEAST_EACH),
}
log = logging.getLogger("heed.verbatims")


def ask_bakeoff(
    scope: Scope,
    task: str,
    *,
    outside_agreed: bool = False,
    price_in: str = "",
    price_out: str = "",
    currency: str = "",
    most: str = "",
) -> BakeOff:
    """Have the analyzers measured on what people labelled in a task. Heed's own take part in any case; the chat model of
    HEED_ANALYZER only where it is agreed that masked texts go there, which who may approve says. Prices are money for a
    million tokens, `most` the most to spend. Raises Forbidden, Invalid, Refused.
    """
    scope.demand("see_words")
    scope.demand_everywhere("approve" if outside_agreed else "propose")
    if task not in TASKS:
        raise Invalid(phrase("There is no {task}.", task=task), code="unknown_label", hint=", ".join(TASKS))
    prices = _prices(price_in, price_out, currency, most) if outside_agreed else {}
    other = outside() if outside_agreed else ""
    if outside_agreed and not other:
        raise Refused("No chat model is chosen.", code="no_analyzer", hint="Set HEED_ANALYZER.")
    held = labelled(task, SEED)
    if reason := too_thin(held.labels):
        raise Refused(WHY_THIN[reason], code=reason, hint="Label more verbatims first.")
    try:
        with transaction.atomic():
            row = BakeOff.objects.create(
                task=task, asked_by=scope.person, asked_at=timezone.now(), outside=other, prices=prices, seed=SEED
            )
            told = BakeOffAsked(row.key, task, len(held.keys), other.rpartition("@")[2])
            record(told, actor=scope.person, subject=("bakeoff", row.key))
    except IntegrityError as error:
        raise Refused("It is being measured already.", code="raced", hint="Wait until it is done.") from error
    return row


def _prices(price_in: str, price_out: str, currency: str, most: str) -> dict[str, str]:
    if not (price_in or price_out or most):
        return {}
    if not (price_in and price_out):
        raise Invalid("A limit of spending needs both prices.", code="no_prices", hint="Money for a million tokens.")
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise Invalid(
            phrase("{currency} is no currency.", currency=currency),
            code="invalid_currency",
            hint="Give its code of three letters, such as EUR.",
        )
    amounts = {"in": price_in, "out": price_out, **({"most": most} if most else {})}
    return {**{name: str(money(given)) for name, given in amounts.items()}, "currency": currency}


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else on this machine compares now. A killed process lets go, and the next takes it up again."""
    home = current().home_path
    home.mkdir(parents=True, exist_ok=True)
    with (home / "bakeoff.door").open("w") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def run_asked() -> int:
    """Run the oldest bake-off that was asked for. What a chat model answered before a break is not asked again. Returns
    how many came to an end.
    """
    with _alone() as mine:
        row = BakeOff.objects.filter(done_at=None).order_by("id").first() if mine else None
        if row is None:
            return 0
        row.started_at, row.tries = timezone.now(), row.tries + 1
        row.save(update_fields=["started_at", "tries"])
        if row.tries > MOST_TRIES:
            return _ended(row, {"code": "broke_off", "message": phrase("It broke off three times."), "hint": ""})
        try:
            _measure(row)
        except HeedError as error:
            log.warning("bake-off %s: %s", row.key, error.code)
            return _ended(row, error.as_dict())
        return _ended(row, {})


def _ended(row: BakeOff, failure: dict[str, Any]) -> int:
    row.failure, row.done_at = failure, timezone.now()
    with transaction.atomic():
        row.save(update_fields=["failure", "done_at", "report", "sample", "versions"])
        told = BakeOffDone(row.key, row.task, row.sample.get("n", 0), failure.get("code", ""))
        record(told, actor="heed", subject=("bakeoff", row.key))
    return 1


def _measure(row: BakeOff) -> None:
    """Have everybody tell, and put the report into the row. Raises HeedError where somebody cannot."""
    held = labelled(row.task, row.seed)
    if reason := too_thin(held.labels):
        raise Refused(WHY_THIN[reason], code=reason, hint="Label more verbatims first.")
    plan = Plan(_sample(held), None, FOLDS, row.seed)
    chats = [_chat(row, plan)] if row.outside else []
    refuse_too_dear([(chat, leaving(plan, chat)) for chat in chats])
    contestants: list[Contestant] = [*_in_house(row.task, plan), *chats]
    outcome = run(plan, contestants, lambda _total, _name: nullcontext(lambda _done: None), read=TO_READ)
    row.report = {**kept_report(outcome.report, held.keys), "currency": row.prices.get("currency")}
    row.sample = {
        "n": len(held.keys),
        "customers": len(set(held.groups)),
        "counts": dict(Counter(held.labels).most_common()),
        "fingerprint": fingerprint(zip(held.keys, held.labels, strict=True)),
    }
    reading = newest_model()
    row.versions = {
        "heed": version("heed"),
        "reader": READER,
        "lexicon": LEXICON,
        "reads": reading.name if reading else "",
        "analyzers": [each.name for each in contestants],
    }


def _sample(held: Labelled) -> Sample:
    texts = tuple(mask(text) for text in held.texts)
    return Sample(texts, held.labels, tuple(range(1, len(texts) + 1)), held.groups)


def _in_house(task: str, plan: Plan) -> list[Contestant]:
    found: list[Contestant] = [Trained(plan.seed)]
    if encoder := encoder_in_house():
        found.append(Trained(plan.seed, encoder))
    if task in RULED:
        found.append(Rules(task))
    if shapes := sentiment_shapes(plan.labels):
        found.append(Lexicon(shapes))
    return found


def _chat(row: BakeOff, plan: Plan) -> ChatModel:
    """The chat model that was agreed to. Raises Refused where another is chosen by now."""
    if outside() != row.outside:
        raise Refused(
            "Another chat model is chosen by now than was agreed to.", code="other_analyzer", hint="Ask for it again."
        )
    meanings = MEANINGS.get(row.task) or theme_names(newest_model())
    amounts = row.prices
    prices = Prices(money(amounts["in"]), money(amounts["out"]), amounts["currency"]) if amounts else None
    return ChatModel(
        endpoint_of(current().analyzer, current().analyzer_key),
        plan.labels,
        kept_in(current().home_path),
        {label: meaning for label, meaning in meanings.items() if label in plan.labels},
        prices=prices,
        most=money(amounts["most"]) if amounts.get("most") else None,
    )


def forget_compared() -> None:
    """Take verbatims that are gone from the facts out of the rows to read of every report."""
    rows = list(BakeOff.objects.exclude(report={}))
    keys = {each["verbatim"] for row in rows for each in row.report.get("disagreements", ())}
    gone = keys - {row["verbatim_id"] for row in texts_of(sorted(keys))}
    for row in rows:
        kept = without(row.report, gone)
        if kept != row.report:
            BakeOff.objects.filter(pk=row.pk).update(report=kept)
