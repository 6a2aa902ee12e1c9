"""Tells heed of unhappy answers, some twenty a second and no more than MOST, until its input ends; prints each number that was
acknowledged.

`python -m tests.site.telling` is the writer beside workers that are killed; `… counts` prints what became of them as JSON.
"""

import json
import select
import sys
from datetime import UTC, datetime
from typing import Any

from heed.core.edge import with_store

# What is proven is that none is lost, not how many there are: the worker that ends the work is to end it in a minute.
PAUSE_SECONDS = 0.05
MOST = 800


def tell(number: int) -> None:
    from heed.collector.actions import take_events
    from heed.core.access.rules import COMMAND_LINE

    event = {
        "specversion": "1.0",
        "id": f"answer-{number}",
        "source": "urn:test",
        "type": "heed.fact.responses",
        "time": datetime.now(UTC).isoformat(),
        "data": {
            "response_id": f"response-{number}",
            "instrument": "nps",
            "score": number % 7,
            "scale_min": 0,
            "scale_max": 10,
            "customer_key": f"till:{number}",
        },
    }
    status, _ = take_events(COMMAND_LINE, json.dumps(event).encode(), "application/cloudevents+json")
    assert status == 202


def counts() -> dict[str, Any]:
    from django.db.models import Count

    from heed.core.journal.models import JournalEntry
    from heed.core.journal.queries import last_id, position, verify_chain
    from heed.core.people.models import Notification
    from heed.core.settings.rules import current
    from heed.facts.store.store import Store
    from heed.service.cases.models import Case

    store = Store(current().facts_location)
    twice = Case.objects.values("opened_by_fact").annotate(n=Count("id")).filter(n__gt=1)
    return {
        "last": last_id(),
        "flow": position("flow"),
        "facts": position("facts"),
        "cases": Case.objects.count(),
        "cases_twice": twice.count(),
        "opened": JournalEntry.objects.filter(name="case-opened").count(),
        "responses": store.rows("responses") if store.exists("responses") else 0,
        "told": Notification.objects.filter(kind="case-opened").count(),
        "chain": verify_chain().broken_at,
    }


def main(verb: str = "") -> None:
    with_store()
    if verb == "counts":
        print(json.dumps(counts()))
        return
    number = 0
    while not select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
        if number < MOST:
            number += 1
            tell(number)
            print(number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
