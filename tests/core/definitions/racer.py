"""One of several people who do the same thing at the same moment: `python -m tests.core.definitions.racer ACTION …`.

Waits for a line on stdin, acts, and prints what came of it.
"""

import json
import sys


def main(action: str, key: str, number: str) -> str:
    from heed.core.edge import with_store

    with_store()
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.definitions import actions
    from heed.core.errors.rules import HeedError
    from tests.core.definitions.kinds import registered

    registered()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    try:
        if action == "propose":
            row = actions.propose(COMMAND_LINE, "test_promise", key, {"title": number})
            return f"done {row.number}"
        getattr(actions, action)(COMMAND_LINE, "test_promise", key, int(number))
    except HeedError as refusal:
        return f"refused {refusal.code}"
    return "done"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
