"""Of several policies the strictest holds, point by point. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

# From the weakest ground to the strongest demand: consent can be withdrawn, so it asks the most of who relies on it.
BASES = ("legitimate_interests", "public_task", "legal_obligation", "vital_interests", "contract", "consent")


class Retains(Protocol):
    """A policy, by what it says of keeping."""

    @property
    def retention_days(self) -> Mapping[str, int]: ...

    @property
    def work_retention_days(self) -> Mapping[str, int]: ...

    @property
    def lawful_basis(self) -> Mapping[str, str]: ...


def shortest(days: Iterable[int | None]) -> int | None:
    """The least of what is said; None when nothing is."""
    return min((each for each in days if each), default=None)


def retention(policies: Sequence[Retains]) -> tuple[dict[str, int], dict[str, int]]:
    """For how many days each table of facts, and each kind of work, is kept: the fewest any policy says. Absent: for good."""
    facts: dict[str, int] = {}
    work: dict[str, int] = {}
    for policy in policies:
        for found, said in ((facts, policy.retention_days), (work, policy.work_retention_days)):
            for name, days in said.items():
                found[name] = min(days, found.get(name, days))
    return facts, work


def strictest_basis(policies: Sequence[Retains], purpose: str) -> str:
    """The lawful basis a purpose rests on when policies differ: consent over all others; empty when none names it."""
    said = [policy.lawful_basis[purpose] for policy in policies if purpose in policy.lawful_basis]
    return max(said, key=BASES.index, default="")
