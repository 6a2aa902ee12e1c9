"""What asking costs, and where it ends: tokens by stated prices, in decimal money."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from threading import Lock

from heed.core.errors.rules import Invalid, Refused, phrase

PER = Decimal(1_000_000)  # tokens a price is stated for
BYTES_A_TOKEN = 4  # where nobody counted; English has about so many, other scripts fewer
TOKENS_AN_ANSWER = 30
TOKENS_A_MESSAGE = 12


@dataclass(frozen=True)
class Request:
    """A request that was made: how many texts were in it, whether they were asked for the first time or once more, how
    long its answer took and what waits and failed tries took before it, its tokens, and why it failed if it did.
    """

    texts: int
    turn: int
    seconds: float
    waited: float
    tries: int
    tokens_in: int = 0
    tokens_out: int = 0
    is_estimated: bool = False
    fault: str = ""


@dataclass(frozen=True)
class Prices:
    """Money for a million tokens sent, and for a million that came back; the currency by its ISO 4217 code."""

    sent: Decimal
    answered: Decimal
    currency: str = "USD"

    def cost(self, tokens_in: float, tokens_out: float) -> Decimal:
        return (Decimal(tokens_in) * self.sent + Decimal(tokens_out) * self.answered) / PER

    def of(self, requests: Iterable[Request]) -> Decimal:
        return sum((self.cost(each.tokens_in, each.tokens_out) for each in requests), Decimal(0))


@dataclass
class Purse:
    """What may be spent, and what was. Without prices nothing can be limited."""

    prices: Prices | None = None
    most: Decimal | None = None
    spent: Decimal = Decimal(0)
    lock: Lock = field(default_factory=Lock, repr=False)

    def demand(self, tokens_in: int, tokens_out: int) -> None:
        """Raise Refused where so many tokens more would pass the limit."""
        if self.prices is None or self.most is None:
            return
        wanted = self.spent + self.prices.cost(tokens_in, tokens_out)
        if wanted > self.most:
            raise Refused(
                phrase(
                    "The limit of {most} {currency} is reached: {spent} were spent, and the next texts cost about {more}.",
                    most=shown(self.most),
                    currency=self.prices.currency,
                    spent=shown(self.spent),
                    more=shown(wanted - self.spent),
                ),
                code="spend_limit",
                hint="What was answered is kept. Run it again with a higher limit to go on.",
            )

    def pay(self, requests: Iterable[Request]) -> None:
        if self.prices is not None:
            with self.lock:
                self.spent += self.prices.of(requests)


def tokens_like(text: str) -> int:
    """About how many tokens a text has."""
    return len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN + 1


def money(given: str) -> Decimal:
    """An amount as it was typed. Raises Invalid where it is none, or less than nothing."""
    try:
        found = Decimal(given.strip())
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        raise Invalid(
            phrase("{given} is no amount of money.", given=given), code="invalid_amount", hint="Give it such as 0.15"
        )
    return found


def shown(amount: Decimal) -> str:
    """An amount to read: two digits after the point, or as many as show two that count."""
    if not amount or amount >= 1:
        return f"{amount:.2f}"
    return f"{amount:.{max(2, 1 - amount.adjusted())}f}"
