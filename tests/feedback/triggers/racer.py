"""One of several processes that ask the same customers at the same moment: `python -m tests.feedback.triggers.racer NAME SIZE`.

Waits for a line on stdin, lets its threads go, and prints what was decided and what failed.
"""

import json
import random
import sys
import threading
from typing import Any

THREADS, ROUNDS, CUSTOMERS = 4, 6, 12
# Sixty-four that press at once (PROCESSES times threads), a thousand customers.
CROWD_PROCESSES, CROWD_THREADS, CROWD_ROUNDS, CROWD_CUSTOMERS, CROWD_FACTS = 4, 16, 1, 1000, 12
SIZES = {"few": (THREADS, ROUNDS, CUSTOMERS, 5), "crowd": (CROWD_THREADS, CROWD_ROUNDS, CROWD_CUSTOMERS, CROWD_FACTS)}


def main(name: str, size: str = "few") -> dict[str, Any]:
    from heed.core.edge import with_store

    with_store()
    from django.db import OperationalError, connections, transaction
    from django.utils import timezone

    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.actions.lists import ask_customers
    from heed.feedback.triggers.models import Attention
    from tests.feedback.triggers.shop import call, customer, happen, open_shop

    threads_, rounds, customers, some_ = SIZES[size]
    if name == "settle":
        open_shop()
        open_shop("again", name="After a call, again")
        keys = [customer(f"c{number}") for number in range(customers)]
        # Half of them were asked long ago: their row is there, and only its lock keeps two apart.
        Attention.objects.bulk_create(Attention(customer_key=key) for key in keys[::2])
        return {"customers": keys}
    keys = json.loads(sys.stdin.readline())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    failed: list[str] = []
    asked = [0] * threads_

    def turn(thread: int, number: int, dice: random.Random) -> int:
        some = dice.sample(keys, some_)
        listed = dice.random() < 0.2
        facts = [call(key, f"{name}-{thread}-{number}-{key}", started_at=timezone.now()) for key in some]
        # As the flow does: the decision lies within the transaction that moves past the entry, and is taken again
        # where the database was held for too long.
        while True:
            try:
                if listed:
                    ask_customers(COMMAND_LINE, "after_call", some)
                    return 0
                with transaction.atomic():
                    return happen(*facts)
            except OperationalError as error:
                if "locked" not in str(error):
                    raise

    def press(thread: int) -> None:
        dice = random.Random(f"{name}.{thread}")
        try:
            for number in range(rounds):
                asked[thread] += turn(thread, number, dice)
        except Exception as error:
            failed.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(threads_)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return {"asked": sum(asked), "failed": failed}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:3])) + "\n")
