"""What was asked for on the command line, checked: which servers at which prices with which keys, and what is seen."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from heed.core.errors.rules import Invalid, Refused, phrase
from heed.core.settings.rules import current
from heed.text.bakeoff.contestants import ChatModel, Contestant, Lexicon, Trained, sentiment_shapes
from heed.text.bakeoff.running import Leaving, Plan
from heed.text.bakeoff.sample import sample_of
from heed.text.chat.kept import kept_in
from heed.text.chat.spending import Prices, money, shown
from heed.text.endpoint import Endpoint, endpoint_of
from heed.text.files import read_rows
from heed.text.representations.port import Representation

NO_KEY = "-"


@dataclass(frozen=True)
class Order:
    """The options of `heed text bakeoff` that say who takes part; lists stand beside `against` in order."""

    against: tuple[str, ...] = ()
    prices_in: tuple[str, ...] = ()
    prices_out: tuple[str, ...] = ()
    currency: str = "USD"
    keys: tuple[str, ...] = ()
    most: str = ""
    meanings: str = ""
    shots: int = 0
    at_once: int = 20
    lines: int = 4
    timeout: float = 60.0


def plan_of(file: str, test: str, columns: tuple[str, str, str], folds: int, seed: int) -> Plan:
    """The rows of a bake-off: those of a file in folds, or those of a test file. columns: text, label, group."""
    text, label, group = columns
    sample = sample_of(read_rows(file), text, label, group)
    return Plan(sample, sample_of(read_rows(test), text, label, group) if test else None, folds, seed)


def contestants_of(order: Order, plan: Plan) -> tuple[list[Contestant], list[ChatModel]]:
    """Everybody who takes part, heed's own first, and those of them to whom texts are sent."""
    found: list[Contestant] = [Trained(plan.seed)]
    if encoder := encoder_in_house():
        found.append(Trained(plan.seed, encoder))
    if shapes := sentiment_shapes(plan.labels):
        found.append(Lexicon(shapes))
    chats = _chats(order, plan)
    names = [each.name for each in (*found, *chats)]
    if len(set(names)) < len(names):
        raise Invalid("One model stands there twice.", code="twice", hint="Name each --against once.")
    return [*found, *chats], chats


def encoder_in_house() -> Representation | None:
    """The encoder of HEED_EMBEDDINGS where it is a folder: one on a server would be sent texts that nobody agreed to."""
    from heed.text.representations.choosing import chosen

    return chosen() if current().embeddings and "://" not in current().embeddings else None


def _chats(order: Order, plan: Plan) -> list[ChatModel]:
    prices = _prices(order)
    most = money(order.most) if order.most else None
    if most is not None and order.against and not prices:
        raise Invalid(
            "A limit of spending needs prices.",
            code="no_prices",
            hint="Give --price-in and --price-out: money for a million tokens.",
        )
    meanings = _meanings(order.meanings, plan.labels)
    return [
        ChatModel(
            endpoint,
            plan.labels,
            kept_in(current().home_path),
            meanings,
            order.shots,
            prices[place] if prices else None,
            most,
            order.at_once,
            order.lines,
        )
        for place, endpoint in enumerate(_endpoints(order))
    ]


def _endpoints(order: Order) -> list[Endpoint]:
    keys = [_key(each) for each in order.keys]
    if not keys:
        hosts = {endpoint_of(each).host for each in order.against}
        # One key for several hosts would show the key of one to the others.
        keys = [current().analyzer_key if len(hosts) == 1 else ""]
    spread = _spread("--key", keys, order.against)
    return [endpoint_of(named, key, timeout=order.timeout) for named, key in zip(order.against, spread, strict=True)]


def _key(variable: str) -> str:
    if variable == NO_KEY:
        return ""
    if not os.environ.get(variable):
        raise Invalid(
            phrase("The variable {name} is not set.", name=variable),
            code="no_key",
            hint="--key names an environment variable that holds the key, or - for none.",
        )
    return os.environ[variable].strip()


def _spread(option: str, given: Sequence[str], against: Sequence[str]) -> list[str]:
    """One for each server: as many as there are, or one for all that are on one host."""
    if len(given) == len(against):
        return list(given)
    if len(given) == 1 and (
        option != "--key" or len({endpoint_of(each).host for each in against}) <= 1 or not given[0]
    ):
        return list(given) * len(against)
    raise Invalid(
        phrase("{option} is given {n} times for {many} servers.", option=option, n=len(given), many=len(against)),
        code="wrong_number",
        hint="Give it once for each --against, in the same order.",
    )


def _prices(order: Order) -> list[Prices]:
    if not order.against or not (order.prices_in or order.prices_out):
        return []
    if not (order.prices_in and order.prices_out):
        raise Invalid(
            "A price for what is sent needs one for what comes back.",
            code="no_prices",
            hint="Give both --price-in and --price-out.",
        )
    if len(order.currency) != 3 or not order.currency.isascii() or not order.currency.isupper():
        raise Invalid(
            phrase("{currency} is no currency.", currency=order.currency),
            code="invalid_currency",
            hint="Give its code of three letters, such as EUR.",
        )
    sent, answered = (
        [money(each) for each in _spread(option, given, order.against)]
        for option, given in (("--price-in", order.prices_in), ("--price-out", order.prices_out))
    )
    return [Prices(there, back, order.currency) for there, back in zip(sent, answered, strict=True)]


def _meanings(file: str, labels: Sequence[str]) -> dict[str, str]:
    """What labels mean, from a file with the columns label and meaning; labels that the sample has not are left out."""
    if not file:
        return {}
    rows = read_rows(file)
    if rows and not {"label", "meaning"} <= set(rows[0]):
        raise Invalid(
            phrase("{file} has no columns label and meaning.", file=Path(file).name),
            code="unknown_column",
            hint="The first line is: label,meaning",
        )
    return {row["label"].strip(): " ".join(row["meaning"].split()) for row in rows if row["label"].strip() in labels}


def agreement(chat: ChatModel, sent: Leaving) -> str:
    """What is agreed to before anything is sent: how much goes where, and what it costs about."""
    said = phrase(
        "{texts} masked texts go to {host} (model {model}) in {requests} requests of about {tokens} tokens in all.",
        texts=f"{sent.texts:,}",
        host=chat.endpoint.host,
        model=chat.endpoint.model,
        requests=f"{sent.requests:,}",
        tokens=f"{sent.tokens_in + sent.tokens_out:,}",
    )
    if chat.prices is None:
        return said
    cost = shown(chat.prices.cost(sent.tokens_in, sent.tokens_out))
    return phrase("{said} That costs about {cost} {currency}.", said=said, cost=cost, currency=chat.prices.currency)


def refuse_too_dear(chats: Sequence[tuple[ChatModel, Leaving]]) -> None:
    """Raise Refused, before anything is sent, where what is left to ask would pass the limit of spending."""
    for chat, sent in chats:
        if chat.prices is None or chat.most is None or not sent.texts:
            continue
        total = chat.prices.of(chat.requests()) + chat.prices.cost(sent.tokens_in, sent.tokens_out)
        if total > chat.most:
            raise Refused(
                phrase(
                    "{name} would cost about {total} {currency}; the limit is {most}.",
                    name=chat.name,
                    total=shown(total),
                    currency=chat.prices.currency,
                    most=shown(chat.most),
                ),
                code="spend_limit",
                hint="Raise --most, or give a smaller sample.",
            )
