"""A mapping made ready: every column with its way of reading, every condition checked against the columns of the file."""

from dataclasses import dataclass
from functools import cached_property

from heed.core.conditions.rules import Condition, compile_condition
from heed.core.errors.rules import Invalid, phrase
from heed.facts.schema.columns import Column as Fact
from heed.service.formats.definition import Column, Convert, Mapping, Target, condition_name, usual_convert

KINDS = {
    "text": "text",
    "number": "number",
    "count": "count",
    "flag": "flag",
    "time": "time",
    "day": "day",
    "money": "money",
}


@dataclass(frozen=True)
class Step:
    """One column of one target."""

    name: str
    fact: Fact
    column: Column
    convert: Convert
    zone: str
    system: str
    compute: Condition | None
    when: Condition | None


@dataclass(frozen=True)
class Feed:
    """One target made ready. `required` are the columns without which a row is rejected."""

    number: int
    target: Target
    steps: tuple[Step, ...]
    when: Condition | None
    excluded: tuple[tuple[str, Condition], ...]
    attributes: tuple[str, ...]
    required: tuple[str, ...]
    key_is_personal: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """A mapping under its key, ready to be run. Raises Invalid when it names what is not there."""

    key: str
    mapping: Mapping

    @property
    def system(self) -> str:
        return self.mapping.system or self.key

    @cached_property
    def fields(self) -> dict[str, str]:
        """Source columns as conditions know them."""
        return self.mapping.condition_fields

    @cached_property
    def column_of(self) -> dict[str, str]:
        return {condition_name(column): column for column in self.mapping.source_columns}

    @cached_property
    def feeds(self) -> tuple[Feed, ...]:
        return tuple(self._feed(number, target) for number, target in enumerate(self.mapping.targets))

    def _condition(self, source: str, returns: str = "flag") -> Condition | None:
        return compile_condition(source, self.fields, returns) if source else None

    def _feed(self, number: int, target: Target) -> Feed:
        steps = tuple(self._step(target, name, column) for name, column in target.columns.items())
        excluded = tuple((item.reason, compile_condition(item.when, self.fields)) for item in target.excluded)
        required = tuple(
            item.name
            for item in target.facts.columns
            if item.required and item.name in target.columns and item.name not in target.needs
        )
        people = {name for step in steps if step.convert == "pseudonym" for name in step.column.from_}
        return Feed(
            number=number,
            target=target,
            steps=steps,
            when=self._condition(target.when),
            excluded=excluded,
            attributes=self._attributes(target),
            required=required,
            key_is_personal=frozenset(people | set(self.mapping.personal)),
        )

    def _attributes(self, target: Target) -> tuple[str, ...]:
        """The columns that no target reads and that hold nothing personal, unless the target names its own."""
        if target.attributes is not None:
            return target.attributes
        read = {name for each in self.mapping.targets for column in each.columns.values() for name in column.from_}
        read |= {name for each in self.mapping.targets for name in each.key}
        return tuple(
            name
            for name in (*self.mapping.columns, *self.mapping.optional)
            if name not in read | set(self.mapping.personal)
        )

    def _step(self, target: Target, name: str, column: Column) -> Step:
        fact = target.facts.column(name)
        convert = column.convert or usual_convert(fact)
        compute = self._condition(column.compute, KINDS[fact.kind]) if column.compute else None
        zone = column.zone or self.mapping.zone
        return Step(
            name, fact, column, convert, zone, column.system or self.system, compute, self._condition(column.when)
        )


def check_plan(key: str, mapping: Mapping) -> Plan:
    """The plan with everything in it tried: conditions, formats, kinds."""
    plan = Plan(key, mapping)
    if not plan.feeds or not plan.fields:
        raise Invalid(phrase("The mapping {key} feeds no table.", key=key), code="invalid_mapping")
    return plan
