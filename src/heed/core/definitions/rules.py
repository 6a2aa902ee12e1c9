"""The kinds of definitions: registered by the capability that owns them, checked when proposed. Pure."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from heed.core.errors.rules import Invalid, nearest

M = TypeVar("M", bound=type[BaseModel])
STATES = ("proposed", "approved", "in_force", "retired")


class Proposer(Protocol):
    """Who acts: a scope of core/access, by shape."""

    @property
    def person(self) -> str: ...

    def may(self, permission: str) -> bool: ...

    def demand(self, permission: str) -> None: ...


@dataclass(frozen=True)
class Kind:
    """A kind of definition. `four_eyes`: who proposed a version may not approve it."""

    name: str
    title: str
    title_plural: str
    model: type[BaseModel]
    four_eyes: bool = False


KINDS: dict[str, Kind] = {}


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
        raise Invalid(f"There is no kind of definition called {name}.", code="unknown_kind", hint=nearest(name, KINDS))
    return found


def validate(name: str, body: Mapping[str, Any]) -> BaseModel:
    """The body as its model. Raises Invalid naming the field that is wrong, and the nearest valid name for one that is unknown."""
    model = kind_of(name).model
    try:
        found = model.model_validate(dict(body))
    except ValidationError as error:
        raise _invalid(model, error) from error
    check = getattr(found, "check", None)
    if callable(check):
        check()
    return found


def _invalid(model: type[BaseModel], error: ValidationError) -> Invalid:
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return Invalid(
            f"{place} is no field here.",
            code="invalid_definition",
            hint=nearest(str(fault["loc"][-1]), _fields_at(model, fault["loc"][:-1])),
        )
    message = fault["msg"].removeprefix("Value error, ")
    return Invalid(
        f"{place}: {message}." if place else f"{message}.",
        code="invalid_definition",
        hint="Correct the field and propose it again.",
    )


def _fields_at(model: type[BaseModel], path: Iterable[Any]) -> list[str]:
    """Names of the fields at a place inside a model; those of the model itself when the place is no model."""
    here: Any = model
    for part in path:
        fields = getattr(here, "model_fields", {})
        annotation = fields[part].annotation if part in fields else None
        inner = [item for item in (annotation, *getattr(annotation, "__args__", ())) if hasattr(item, "model_fields")]
        here = inner[0] if inner else here
    return list(getattr(here, "model_fields", {}))


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
