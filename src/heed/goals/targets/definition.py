"""The kind `target`: what each unit aims at in one KPI, down the tree of units; what cannot add up is refused with the sum."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from heed.core.definitions.rules import InvalidDefinition, Reference, kind
from heed.core.errors.rules import Phrase, nearest, phrase

FROZEN = ConfigDict(frozen=True, extra="forbid")
Direction = Literal["higher_is_better", "lower_is_better"]
Measured = Literal["share", "points", "seconds", "money", "number"]
# The least and the greatest value a figure can have, by its unit.
RANGES: dict[str, tuple[float, float]] = {"share": (0.0, 1.0), "points": (-100.0, 100.0)}
NO_END = float("inf")
SAME = 1e-9  # of a target: what floating point may lose in the sum
TOLD = 6  # children whose part of a sum is written out
Key = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]


class UnitTarget(BaseModel):
    """What one unit aims at. `volume` is what its figure is weighed by, such as answers a quarter."""

    model_config = FROZEN

    unit: Key = Field(description="Unit, by key.")
    parent: str = Field("", max_length=80, description="The unit it adds up to; empty for the one at the top.")
    target: float = Field(allow_inf_nan=False, description="What it aims at: a share from 0 to 1, points, seconds.")
    volume: float = Field(
        gt=0, le=1e12, allow_inf_nan=False, description="Its weight in the sum, such as its answers a quarter."
    )


@dataclass(frozen=True)
class Sum:
    """What the children of a unit come to. `rest` is the volume of the unit that no child has; `needed` what that rest has
    to reach for the unit's target to hold, None where nothing is left.
    """

    reached: float
    volume: float
    rest: float
    needed: float | None


@kind("target", title="Target", title_plural="Targets")
class Target(BaseModel):
    """What units aim at in one KPI: the children of each unit, weighed by their volumes, come to its own target at least."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: Satisfaction 2026.")
    kpi: Key = Field(description="KPI, by key; one that adds up over units: a share, a mean, an NPS or a ratio.")
    direction: Direction = Field("higher_is_better", description="Which way is better, as the KPI has it.")
    measured_in: Measured = Field("share", description="Unit of the figure, as the KPI has it.")
    units: tuple[UnitTarget, ...] = Field(min_length=1, max_length=500, description="Each unit's target.")

    def references(self) -> Iterator[Reference]:
        yield Reference("kpi", "kpi", self.kpi)

    def of(self, unit: str) -> UnitTarget | None:
        return next((each for each in self.units if each.unit == unit), None)

    def children(self, unit: str) -> tuple[UnitTarget, ...]:
        return tuple(each for each in self.units if each.parent == unit)

    def check(self) -> None:
        """Raises InvalidDefinition where the tree is none, a target cannot be, or children cannot add up to their parent."""
        known = {each.unit: each for each in self.units}
        if len(known) < len(self.units):
            names = [each.unit for each in self.units]
            twice = next(name for place, name in enumerate(names) if name in names[:place])
            raise _wrong(
                phrase("{unit} stands twice.", unit=twice), "stands_twice", phrase("Give each unit one target.")
            )
        for each in self.units:
            self._check_one(each, known)
        for each in self.units:
            children = self.children(each.unit)
            if children:
                check_sum(each, children, self.direction, self.measured_in)

    def _check_one(self, each: UnitTarget, known: dict[str, UnitTarget]) -> None:
        least, most = RANGES.get(self.measured_in, (0.0 if self.measured_in != "number" else -NO_END, NO_END))
        if not least <= each.target <= most:
            said = phrase("The target of {unit} is {target:g}.", unit=each.unit, target=each.target)
            hint = (
                phrase("In this unit it lies between {least:g} and {most:g}.", least=least, most=most)
                if most < NO_END
                else phrase("In this unit it is at least {least:g}.", least=least)
            )
            raise _wrong(said, "impossible_target", hint)
        if each.parent and each.parent not in known:
            said = phrase("{unit} adds up to {parent}, which has no target.", unit=each.unit, parent=each.parent)
            raise _wrong(said, "unknown_parent", nearest(each.parent, known))
        above, seen = each.parent, {each.unit}
        while above:
            if above in seen:
                raise _wrong(
                    phrase("{unit} adds up to itself.", unit=each.unit),
                    "ring",
                    phrase("A unit stands below one other unit."),
                )
            seen.add(above)
            above = known[above].parent


def _wrong(said: str, code: str, hint: str) -> InvalidDefinition:
    return InvalidDefinition(said, at=("units",), code=code, hint=hint)


def sum_of(parent: UnitTarget, children: Sequence[UnitTarget]) -> Sum:
    """What children come to, weighed by volume, and what the rest of their parent has to reach."""
    volume = sum(each.volume for each in children)
    total = sum(each.volume * each.target for each in children)
    rest = max(parent.volume - volume, 0.0)
    if rest <= SAME * parent.volume:
        return Sum(total / volume, volume, 0.0, None)
    return Sum(total / volume, volume, rest, (parent.target * parent.volume - total) / rest)


def check_sum(parent: UnitTarget, children: Sequence[UnitTarget], direction: Direction, measured_in: Measured) -> None:
    """Refuse, with the arithmetic, children that cannot come to their parent's target however well the rest of it does."""
    found = sum_of(parent, children)
    if found.volume > parent.volume * (1 + SAME):
        raise _wrong(
            phrase(
                "The units below {parent} weigh {volume:g}, which is more than its own {whole:g}.",
                parent=parent.unit,
                volume=found.volume,
                whole=parent.volume,
            ),
            "too_much_volume",
            phrase("Count the same answers for a unit and for those below it."),
        )
    sign = 1.0 if direction == "higher_is_better" else -1.0
    slack = SAME * max(1.0, abs(parent.target))
    if found.needed is None:
        if sign * found.reached < sign * parent.target - slack:
            raise _short(parent, children, found)
        return
    least, most = RANGES.get(measured_in, (0.0 if measured_in != "number" else -NO_END, NO_END))
    best = most if sign > 0 else least
    if sign * found.needed > sign * best + slack:
        raise _short_of_rest(parent, children, found, best)


def _added(children: Sequence[UnitTarget]) -> str:
    """The sum as people write it down: north 0.82 × 1200 + south 0.75 × 800."""
    parts = [f"{each.unit} {each.target:g} × {each.volume:g}" for each in children[:TOLD]]
    if len(children) > TOLD:
        parts.append(f"… ({len(children)})")
    return " + ".join(parts)


def _short(parent: UnitTarget, children: Sequence[UnitTarget], found: Sum) -> InvalidDefinition:
    said: Phrase = phrase(
        "{parts} = {total:g} of {volume:g}, which is {reached:.4g}; {parent} aims at {target:g}: {short:.4g} short.",
        parts=_added(children),
        total=found.reached * found.volume,
        volume=found.volume,
        reached=found.reached,
        parent=parent.unit,
        target=parent.target,
        short=abs(parent.target - found.reached),
    )
    return _wrong(said, "does_not_add_up", _hint(parent))


def _short_of_rest(parent: UnitTarget, children: Sequence[UnitTarget], found: Sum, best: float) -> InvalidDefinition:
    said = phrase(
        "{parts} = {total:g}; {parent} aims at {target:g} × {whole:g} = {wanted:g}: the other {rest:g} would have to reach "
        "{needed:.4g}, and {best:g} is the best there is.",
        parts=_added(children),
        total=found.reached * found.volume,
        parent=parent.unit,
        target=parent.target,
        whole=parent.volume,
        wanted=parent.target * parent.volume,
        rest=found.rest,
        needed=found.needed,
        best=best,
    )
    return _wrong(said, "does_not_add_up", _hint(parent))


def _hint(parent: UnitTarget) -> str:
    return phrase(
        "Ask more of a unit below {parent}, those of much volume first, or less of {parent}.", parent=parent.unit
    )
