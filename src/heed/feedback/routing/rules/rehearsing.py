"""What a routing would have done with what was said. Pure: the same decide as live, over a period that was read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from heed.feedback.routing.definition import CATCH_ALL, Routing
from heed.feedback.routing.rules.deciding import decide


@dataclass
class Tally:
    """Of so many verbatims: how many are looked at, how many pieces and items each route gets, what the rest gets."""

    read: int = 0
    routed: int = 0
    pieces: Counter[str] = field(default_factory=Counter)
    joins: dict[str, set[str]] = field(default_factory=dict)
    receivers: Counter[str] = field(default_factory=Counter)

    @property
    def rest_share(self) -> float | None:
        """The share of pieces that no route takes; None where nothing is routed."""
        whole = sum(self.pieces.values())
        return self.pieces[CATCH_ALL] / whole if whole else None

    def items(self, route: str) -> int:
        return len(self.joins.get(route, ()))


def rehearse(body: Routing, told: Iterable[Mapping[str, Any]]) -> Tally:
    """Route every verbatim of a period, as if no item were ended within it: items are counted by what is alike."""
    tally = Tally()
    for row in told:
        tally.read += 1
        sent = decide(body, row)
        tally.routed += bool(sent)
        for each in sent:
            tally.pieces[each.route] += 1
            tally.joins.setdefault(each.route, set()).add(each.join)
            tally.receivers[f"{each.to.way}:{each.to.who}"] += 1
    return tally
