"""One of several processes that ask the same customers at the same moment: `python -m tests.feedback.triggers.racer NAME`.

Waits for a line on stdin, lets its threads go, and prints what was decided and what failed.
"""

import json
import random
import sys
import threading
from typing import Any

THREADS, ROUNDS, CUSTOMERS = 4, 6, 12


def main(name: str) -> dict[str, Any]:
    from heed.core.edge import with_store

    with_store()
    from django.db import connections, transaction
    from django.utils import timezone

    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.actions import ask_customers
    from heed.feedback.triggers.models import Attention
    from tests.feedback.triggers.shop import call, customer, happen, open_shop

    if name == "settle":
        open_shop()
        open_shop("again", name="After a call, again")
        keys = [customer(f"c{number}") for number in range(CUSTOMERS)]
        # Half of them were asked long ago: their row is there, and only its lock keeps two apart.
        Attention.objects.bulk_create(Attention(customer_key=key) for key in keys[::2])
        return {"customers": keys}
    keys = json.loads(sys.stdin.readline())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    failed: list[str] = []
    asked = [0] * THREADS

    def press(thread: int) -> None:
        dice = random.Random(f"{name}.{thread}")
        try:
            for turn in range(ROUNDS):
                some = dice.sample(keys, 5)
                if dice.random() < 0.2:
                    ask_customers(COMMAND_LINE, "after_call", some)
                    continue
                facts = [call(key, f"{name}-{thread}-{turn}-{key}", started_at=timezone.now()) for key in some]
                # As the flow does: the decision lies within the transaction that moves past the entry.
                with transaction.atomic():
                    asked[thread] += happen(*facts)
        except Exception as error:
            failed.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return {"asked": sum(asked), "failed": failed}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])) + "\n")
