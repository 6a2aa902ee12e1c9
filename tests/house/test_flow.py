"""The flow is a table: no decision is taken in it, every step stands at an event that there is, and each is known by its key."""

import ast
import inspect

from heed import flow
from heed.core.journal.events import EVENTS
from heed.core.journal.rules import EVERY, WITH_ROWS
from heed.flow import FLOW
from tests.house.plan import SOURCE


def tree() -> ast.Module:
    return ast.parse((SOURCE / "heed" / "flow.py").read_text(encoding="utf-8"))


def test_the_flow_decides_nothing() -> None:
    deciding = (ast.If, ast.IfExp, ast.Match, ast.For, ast.While, ast.Try, ast.comprehension, ast.BoolOp, ast.Lambda)
    assert not [type(node).__name__ for node in ast.walk(tree()) if isinstance(node, deciding)]


def test_every_step_stands_at_an_event_that_there_is() -> None:
    assert {step.on for step in FLOW} <= {*EVENTS, EVERY, WITH_ROWS}


def test_every_step_is_an_action_of_a_capability_that_takes_an_entry_and_its_rows() -> None:
    for step in FLOW:
        parts = step.run.__module__.split(".")
        assert parts[0] == "heed", step.key
        assert parts[3] == "actions", step.key
        assert len(inspect.signature(step.run).parameters) == 2, step.key


def test_each_key_is_used_once() -> None:
    keys = [step.key for step in FLOW]
    assert len(keys) == len(set(keys))


def test_what_cases_tell_people_of_is_told() -> None:
    """Every event that concerns the people of a case has its step: one that is forgotten here reaches nobody."""
    from heed.service.cases.actions import telling

    offered = {name for name in vars(telling) if name.startswith("tell_")}
    assert offered == {step.run.__name__ for step in FLOW if step.run.__module__ == telling.__name__}


def test_the_follower_takes_the_steps_of_the_table() -> None:
    assert flow.follower().steps == FLOW
    assert flow.follower().name == "flow"
