"""Two sides that press at the same moment, on a real database: `python -m tests.goals.slas.racer`. Prints what became of it."""

import json
import sys
import threading
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

ROUNDS = 12


def main() -> dict[str, Any]:
    from heed.core.edge import with_store

    with_store()
    from django.db import connections, transaction
    from django.utils import timezone

    from heed.core.definitions.actions import ensure
    from heed.core.definitions.models import DefinitionVersion
    from heed.core.errors.rules import Refused
    from heed.goals.slas import actions
    from heed.goals.slas.models import Negotiation, OfferSignature
    from heed.goals.slas.queries.negotiations import Grounds
    from heed.goals.slas.rules.bargaining import Terms
    from tests.core.conftest import build
    from tests.goals.slas.promises import BODY
    from tests.goals.slas.sides import seated

    house = build()
    with transaction.atomic():
        people = seated(house)
    day = timezone.now().date() + timedelta(days=3)
    terms = Terms(0.9, 36_000, Decimal(4), Decimal(5000), day)
    told: dict[str, Any] = {"outcomes": [], "failed": []}

    def press(barrier: threading.Barrier, does: Any, said: list[str], name: str) -> None:
        try:
            barrier.wait()
            does()
            said.append(name)
        except Refused as error:
            said.append(error.code)
        except Exception as error:
            told["failed"].append(repr(error))
        finally:
            connections.close_all()

    for number in range(ROUNDS):
        key = f"promise_{number}"
        ensure("sla", key, BODY, note="")
        grounds = Grounds(cost_per_hour=Decimal(34))
        row = actions.open_negotiation(
            people["seller"], key, actions.Party("", "north"), actions.Party("", "south"), grounds
        )
        actions.make_offer(people["seller"], row.key, terms, seen=0)
        signs_first = number % 2 == 0
        if signs_first:
            actions.sign_offer(people["seller"], row.key, number=1)
        barrier, said = threading.Barrier(3), list[str]()
        moves = (
            (partial(actions.make_offer, people["seller"], row.key, terms, seen=1), "countered")
            if signs_first
            else (partial(actions.sign_offer, people["seller"], row.key, number=1), "signed"),
            (partial(actions.sign_offer, people["buyer"], row.key, number=1), "signed"),
            (partial(actions.sign_offer, people["buyers_chief"], row.key, number=1), "signed"),
        )
        threads = [threading.Thread(target=press, args=(barrier, does, said, name)) for does, name in moves]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        row = Negotiation.objects.get(pk=row.pk)
        told["outcomes"].append(
            {
                "together": not signs_first,
                "said": sorted(said),
                "offers": row.offers.count(),
                "agreed": row.agreed_number,
                "signatures": OfferSignature.objects.filter(offer__negotiation=row).count(),
                "versions": DefinitionVersion.objects.filter(kind="sla", key=key, state="in_force").count()
                + DefinitionVersion.objects.filter(kind="sla", key=key, state="retired").count(),
            }
        )
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()) + "\n")
