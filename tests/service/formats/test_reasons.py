"""Why a row was rejected is stored as it was said, and is known again when it is shown in another language."""

import ast

from heed.core.errors.rules import Phrase, recognised
from heed.service.formats.rules import reasons
from tests.house.plan import SOURCE

ROOM = SOURCE / "heed" / "service" / "formats"
# Where a reason stands among the arguments of what keeps it.
SAID = {"Fault": 4, "Reading": 2, "_Values": 3, "_wrong": 2, "_unread": 3}


def said(node: ast.expr) -> str | None:
    """A text as it might be said: each value in it a 7."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value or None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None


def test_every_reason_of_the_code_is_known_again() -> None:
    assert reasons
    found = set()
    for file in [*ROOM.glob("importers/*.py"), *ROOM.glob("rules/*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                place = SAID.get(name)
                if place is not None and len(node.args) > place and (text := said(node.args[place])):
                    found.add(text)
            named = getattr(node.targets[0], "id", "") if isinstance(node, ast.Assign) else ""
            if isinstance(node, ast.Assign) and named in ("reason", "bounds") and (text := said(node.value)):
                found.add(text)
    assert len(found) > 20
    assert not [text for text in sorted(found) if not isinstance(recognised(text), Phrase)]
