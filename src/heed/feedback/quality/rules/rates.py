"""Response, cooperation, refusal and contact rates of the AAPOR (Standard Definitions, 10th edition, 2023). Pure.

For a list of known persons asked over the web: I complete, P partial, R refusal and break-off, NC not contacted (nothing came
back), O other, UO not known whether the invitation reached anybody. UH is empty: there are no households in a list of persons.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# What became of an invitation → its letter; and its code in the AAPOR's table for specifically named persons.
LETTERS: Mapping[str, str] = {
    "complete": "I",
    "partial": "P",
    "break_off": "R",
    "begun": "R",
    "refused": "R",
    "silent": "NC",
    "pending": "NC",
    "withdrawn": "O",
    "set_aside": "O",
    "undelivered": "UO",
}
CODES: Mapping[str, str] = {
    "complete": "1.1",
    "partial": "1.2",
    "break_off": "2.12",
    "begun": "2.12",
    "refused": "2.112",
    "silent": "2.20",
    "pending": "2.20",
    "withdrawn": "2.30",
    "set_aside": "2.30",
    "undelivered": "3.30",
}
NAMES = (
    *(f"RR{n}" for n in range(1, 7)), *(f"COOP{n}" for n in range(1, 5)), *(f"{name}{n}" for name in ("REF", "CON") for n in (1, 2, 3)),
)  # fmt: skip


@dataclass(frozen=True)
class Outcomes:
    """How many invitations ended how; `ne`: found not eligible. Counts, or sums of weights."""

    i: float = 0
    p: float = 0
    r: float = 0
    nc: float = 0
    o: float = 0
    uo: float = 0
    ne: float = 0

    @classmethod
    def of(cls, states: Mapping[str, float]) -> "Outcomes":
        """From what became of invitations; states that are none are left out."""
        sums = dict.fromkeys(LETTERS.values(), 0.0)
        for state, many in states.items():
            if state in LETTERS:
                sums[LETTERS[state]] += many
        return cls(sums["I"], sums["P"], sums["R"], sums["NC"], sums["O"], sums["UO"])

    @property
    def known(self) -> float:
        """Those known to be eligible."""
        return self.i + self.p + self.r + self.nc + self.o

    @property
    def e(self) -> float:
        """Share of those of unknown eligibility that is taken as eligible: as among the known (proportional allocation)."""
        return self.known / (self.known + self.ne) if self.known + self.ne else 1.0


@dataclass(frozen=True)
class Rate:
    """One rate: its numerator over its denominator; no value where nobody is in the latter."""

    name: str
    above: float
    below: float

    @property
    def value(self) -> float | None:
        return self.above / self.below if self.below else None


def rates(found: Outcomes) -> dict[str, Rate]:
    """All sixteen, by name: RR1 to RR6, COOP1 to COOP4, REF1 to REF3, CON1 to CON3."""
    i, p, r, o, e = found.i, found.p, found.r, found.o, found.e
    every, likely, known = found.known + found.uo, found.known + e * found.uo, found.known
    told = {
        "RR1": (i, every), "RR2": (i + p, every), "RR3": (i, likely), "RR4": (i + p, likely), "RR5": (i, known), "RR6": (i + p, known),
        "COOP1": (i, i + p + r + o), "COOP2": (i + p, i + p + r + o), "COOP3": (i, i + p + r), "COOP4": (i + p, i + p + r),
        "REF1": (r, every), "REF2": (r, likely), "REF3": (r, known),
        "CON1": (i + p + r + o, every), "CON2": (i + p + r + o, likely), "CON3": (i + p + r + o, known),
    }  # fmt: skip
    return {name: Rate(name, above, below) for name, (above, below) in told.items()}
