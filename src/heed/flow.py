"""WHEN this happened -> DO that: the only routing between modules. A table, without an if.

Each step is taken in the transaction that moves the flow past the entry: all steps of an entry, or none.
"""

from heed.core.journal.actions import StepFollower
from heed.core.journal.rules import Step
from heed.facts.rows import facts_of

FLOW: tuple[Step, ...] = ()


def follower() -> StepFollower:
    """What takes the steps: the worker calls it for what is new, the page of operations for what was put aside."""
    return StepFollower("flow", FLOW, facts_of)
