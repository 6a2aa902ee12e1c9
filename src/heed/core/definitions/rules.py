"""The kinds of definitions: registered by the capability that owns them, checked when proposed. Pure."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from heed.core.consent.rules import personal
from heed.core.errors.rules import Invalid, Phrase, fault_said, nearest, phrase
from heed.core.http.rules import unkept

personal("core.DefinitionVersion", "note", "words", "why somebody proposed a change")

M = TypeVar("M", bound=type[BaseModel])
KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")
STATES = ("proposed", "approved", "in_force", "retired")


class Proposer(Protocol):
    """Who acts: a scope of core/access, by shape."""

    @property
    def person(self) -> str: ...

    def may(self, permission: str) -> bool: ...

    def demand(self, permission: str) -> None: ...


@dataclass(frozen=True)
class CommandLine:
    """Whoever holds the data folder: may do all."""

    person: str = "command-line"

    def may(self, permission: str) -> bool:
        return True

    def demand(self, permission: str) -> None:
        """Never refuses."""


COMMAND_LINE = CommandLine()


class InvalidDefinition(Invalid):
    """A body that is not of its kind; `at` is the path of the field that is wrong."""

    code = "invalid_definition"

    def __init__(self, message: str, *, at: Sequence[str | int] = (), code: str | None = None, hint: str = "") -> None:
        super().__init__(message, code=code, hint=hint)
        self.at = tuple(at)


@dataclass(frozen=True)
class Reference:
    """A field that names another definition by key."""

    at: str
    kind: str
    key: str


@dataclass(frozen=True)
class Difference:
    """One field that differs: its path, and what it was and is; None where it is absent."""

    at: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.at}: {_shown(self.old)} → {_shown(self.new)}"


@dataclass(frozen=True)
class Wanted:
    """A definition as a file says it; `place` is the file."""

    kind: str
    key: str
    body: dict[str, Any]
    place: str


@dataclass(frozen=True)
class Change:
    """What applying a model would do to one definition."""

    kind: str
    key: str
    change: Literal["new", "changed", "retired"]
    differences: tuple[Difference, ...]
    body: dict[str, Any] | None

    @property
    def diff(self) -> str:
        return "\n".join(str(difference) for difference in self.differences)


@dataclass(frozen=True)
class Kind:
    """A kind of definition. `four_eyes`: who proposed a version may not approve it."""

    name: str
    title: str
    title_plural: str
    model: type[BaseModel]
    four_eyes: bool = False


KINDS: dict[str, Kind] = {}
Place = tuple[str, str]
Agreement = Callable[[frozenset[Place], Mapping[Place, BaseModel]], None]
AGREEMENTS: dict[Agreement, frozenset[str]] = {}


def agreement(*kinds: str) -> Callable[[Agreement], Agreement]:
    """Register what definitions of these kinds must keep to together. It is asked, before a version is in force, with the
    places (kind, key) that change and all definitions of these kinds as they would then be; it raises Invalid.
    """

    def register(check: Agreement) -> Agreement:
        AGREEMENTS[check] = frozenset(kinds)
        return check

    return register


def check_agreements(changed: Iterable[Place], holding: Mapping[Place, BaseModel]) -> None:
    """Raises Invalid where what is to be in force contradicts itself. Agreements that no change touches are not asked."""
    places = frozenset(changed)
    for check, kinds in AGREEMENTS.items():
        touched = frozenset(place for place in places if place[0] in kinds)
        if touched:
            check(touched, {place: body for place, body in holding.items() if place[0] in kinds})


def kind(name: str, *, title: str, title_plural: str, four_eyes: bool = False) -> Callable[[M], M]:
    """Register a Pydantic model (frozen, extra forbidden) as the shape of a kind. A model may have `check()`, which raises Invalid."""

    def register(model: M) -> M:
        if model.model_config.get("extra") != "forbid" or not model.model_config.get("frozen"):
            raise TypeError(f"{model.__name__} must be frozen and forbid extra fields")
        known = KINDS.get(name)
        if known is not None and known.model.__module__ != model.__module__:
            raise TypeError(f"kind {name} is registered twice")
        KINDS[name] = Kind(name, title, title_plural, model, four_eyes)
        return model

    return register


def kind_of(name: str) -> Kind:
    """The kind, or Invalid naming the nearest one."""
    found = KINDS.get(name)
    if found is None:
        raise Invalid(
            phrase("There is no kind of definition called {name}.", name=name),
            code="unknown_kind",
            hint=nearest(name, KINDS),
        )
    return found


def validate(name: str, body: Mapping[str, Any]) -> BaseModel:
    """The body as its model. Raises Invalid naming the field that is wrong, and the nearest valid name for one that is unknown."""
    model = kind_of(name).model
    if (text := unkept(body)) is not None:
        raise InvalidDefinition("A text holds a character that cannot be kept.", hint=ascii(text)[:80])
    try:
        found = model.model_validate(dict(body))
    except ValidationError as error:
        raise _invalid(model, error) from error
    check = getattr(found, "check", None)
    if callable(check):
        check()
    try:
        json.dumps(canonical(found), allow_nan=False)
    except ValueError as error:
        raise InvalidDefinition("A number has no finite value.", hint="Give a number such as 0.5.") from error
    return found


def checked_key(key: str) -> str:
    """The key, when it can name a definition and its file."""
    if not KEY.fullmatch(key):
        raise Invalid(
            phrase("{key!r} is no key.", key=key),
            code="invalid_key",
            hint="Small letters, digits, _ . and -, at most 80, such as office_hours.",
        )
    return key


def _invalid(model: type[BaseModel], error: ValidationError) -> InvalidDefinition:
    # A misspelt field also leaves the right one missing: the misspelling is what to tell.
    faults = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    fault = faults[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        hint = nearest(str(fault["loc"][-1]), _fields_at(model, fault["loc"][:-1]))
        return InvalidDefinition(phrase("{place} is no field here.", place=place), at=fault["loc"], hint=hint)
    message = fault_said(fault)
    raised = fault.get("ctx", {}).get("error")
    hint = getattr(raised, "hint", "") or phrase("Correct the field and propose it again.")
    return InvalidDefinition(
        phrase("{place}: {message}.", place=place, message=message) if place else phrase("{message}.", message=message),
        at=fault["loc"],
        hint=hint,
    )


def _fields_at(model: type[BaseModel], path: Iterable[Any]) -> list[str]:
    """Names of the fields at a place inside a model; those of the nearest model above when the place is no model."""
    here: Any = model
    for part in path:
        fields = getattr(here, "model_fields", {})
        inner = _model_in(fields[part].annotation) if part in fields else None
        here = inner or here
    return list(getattr(here, "model_fields", {}))


def _model_in(annotation: Any) -> Any:
    """The first model inside an annotation: `tuple[Rule, ...]`, `dict[str, Rule]`, `Rule | None`."""
    if hasattr(annotation, "model_fields"):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def references_of(body: BaseModel) -> tuple[Reference, ...]:
    """What a body names by key: a model says so by a method `references()` that yields References."""
    named = getattr(body, "references", None)
    return tuple(named()) if callable(named) else ()


def missing_reference(references: Iterable[Reference], known: Mapping[str, Iterable[str]]) -> InvalidDefinition | None:
    """The refusal of the first reference to what is not known (kind → keys); None when all are. Unregistered kinds pass."""
    for reference in references:
        keys = set(known.get(reference.kind, ()))
        if reference.kind in KINDS and reference.key not in keys:
            return InvalidDefinition(
                phrase(
                    "{at}: there is no {kind} {key}.",
                    at=reference.at,
                    kind=Phrase(KINDS[reference.kind].title.lower(), KINDS[reference.kind].title),
                    key=reference.key,
                ),
                at=reference.at.split("."),
                code="unknown_reference",
                hint=nearest(reference.key, keys)
                if keys
                else phrase("Put a {kind} in force first.", kind=reference.kind),
            )
    return None


def canonical(body: BaseModel) -> dict[str, Any]:
    """A body as it is stored: plain JSON values, defaults written out, so that a later default does not change what was agreed."""
    return body.model_dump(mode="json")


def digest(body: Mapping[str, Any]) -> str:
    """SHA-256 of a stored body; two bodies that say the same have the same digest."""
    return hashlib.sha256(
        json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


class _Plain(yaml.SafeDumper):
    """YAML as people write it: lists set in, long texts in blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Plain.add_representer(str, _text)


def as_yaml(body: Mapping[str, Any]) -> str:
    """A body as YAML, in the order of its fields; the same body always gives the same text."""
    return str(yaml.dump(dict(body), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100))


def differences(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> tuple[Difference, ...]:
    """Field by field, in the order of the new body and then of what is gone; lists of named things are matched by name."""
    return tuple(_compared("", dict(old or {}), dict(new or {})))


def _compared(at: str, old: Any, new: Any) -> Iterable[Difference]:
    # As JSON, because Python holds 1 and True for the same.
    if json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True):
        return
    left, right = _parts(old), _parts(new)
    if left is None or right is None:
        yield Difference(at, old, new)
        return
    for name in [*right, *(name for name in left if name not in right)]:
        dotted = f"{at}{name}" if name.startswith("[") or not at else f"{at}.{name}"
        yield from _compared(dotted, left.get(name), right.get(name))


def _parts(value: Any) -> dict[str, Any] | None:
    """What a value is compared by: fields of a mapping, named items of a list; None for a plain value."""
    if isinstance(value, Mapping):
        return {str(key): inner for key, inner in value.items()}
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        return None
    for name in ("key", "code", "name"):
        names = [item.get(name) for item in value]
        if all(isinstance(each, str) for each in names) and len(set(names)) == len(names):
            return {f"[{item[name]}]": item for item in value}
    return {f"[{place}]": item for place, item in enumerate(value, start=1)}


def _shown(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def planned(
    wanted: Iterable[Wanted], holding: Mapping[tuple[str, str], Mapping[str, Any]], *, prune: bool = False
) -> tuple[Change, ...]:
    """What it takes to bring what holds to what is wanted; what is not wanted stays unless pruned. In order of kind and key."""
    changes, named = [], set()
    for item in wanted:
        named.add((item.kind, item.key))
        before = holding.get((item.kind, item.key))
        if before is None:
            changes.append(Change(item.kind, item.key, "new", differences(None, item.body), item.body))
        elif digest(before) != digest(item.body):
            changes.append(Change(item.kind, item.key, "changed", differences(before, item.body), item.body))
    if prune:
        gone = [place for place in holding if place not in named]
        changes += [Change(kind, key, "retired", differences(holding[kind, key], None), None) for kind, key in gone]
    return tuple(sorted(changes, key=lambda change: (change.kind, change.key)))
