"""Trying a routing on what was said: what each route would have got, beside the one in force."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.rules import validate
from heed.core.errors.rules import Invalid, phrase
from heed.feedback.routing.definition import CATCH_ALL, Routing
from heed.feedback.routing.queries.items import body_of, routing_in_force
from heed.feedback.routing.rules.rehearsing import Tally, rehearse
from heed.feedback.verbatims.queries.engine import engine
from heed.feedback.verbatims.queries.models import shown_model
from heed.metrics.verbatims import newest_verbatim, read_between

MOST_WEEKS = 104


@dataclass(frozen=True)
class DryRun:
    """What a routing would have done in a period, and what the one in force would have."""

    since: datetime
    until: datetime
    body: Routing
    tally: Tally
    in_force: Tally | None

    def lines(self) -> list[dict[str, Any]]:
        """A line a route, the catch-all last: pieces, items, and the pieces it gets by the routing in force."""
        names = [(route.key, route.name, route.to) for route in self.body.routes]
        names.append((CATCH_ALL, "", self.body.catch_all.to))
        return [
            {
                "route": key,
                "name": name,
                "way": to.way,
                "receiver": to.who,
                "pieces": self.tally.pieces[key],
                "items": self.tally.items(key),
                "pieces_in_force": self.in_force.pieces[key] if self.in_force else None,
            }
            for key, name, to in names
        ]


def dry_run(scope: Scope, body: dict[str, Any] | None, weeks: int) -> DryRun:
    """Route the last weeks of what was read, by a body or by the routing in force.

    Raises Invalid for a body that cannot be meant, without anything to try, and without anything that was read.
    """
    scope.demand_everywhere("see_figures")
    if not 1 <= weeks <= MOST_WEEKS:
        raise Invalid(
            phrase("{weeks} weeks cannot be looked at.", weeks=weeks),
            code="invalid_time",
            hint=phrase("Give 1 to {most}.", most=MOST_WEEKS),
        )
    holding = routing_in_force()
    if body is None and holding is None:
        raise Invalid("No routing is in force.", code="no_routing", hint="Give a file with one.")
    routing = cast(Routing, validate("routing", body)) if body is not None else body_of(cast(Any, holding))
    model, (_first, newest) = shown_model(), newest_verbatim(engine())
    if model is None or newest is None:
        raise Invalid("Nothing was read yet.", code="nothing_read", hint="It is read by itself once it comes in.")
    until = min(newest + timedelta(microseconds=1), timezone.now())
    since = until - timedelta(weeks=weeks)
    told = read_between(engine(), model.name, (since, until)).to_pylist()
    beside = rehearse(body_of(holding), told) if holding is not None else None
    return DryRun(since, until, routing, rehearse(routing, told), beside)
