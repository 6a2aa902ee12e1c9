"""How a thing that happened is written down: frozen dataclasses, past tense, holding ids and values but no personal data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

EVENTS: dict[str, type] = {}
E = TypeVar("E", bound=type)


def event_name(cls: type) -> str:
    """`ImportCompleted` → `import-completed`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()


def event(cls: E) -> E:
    """Register a frozen dataclass as an event. Names are unique in the product."""
    if not is_dataclass(cls) or not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise TypeError(f"{cls.__name__} must be a frozen dataclass")
    name = event_name(cls)
    known = EVENTS.get(name)
    if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise TypeError(f"event {name} is registered twice")
    EVENTS[name] = cls
    return cls


def payload_of(happened: Any) -> dict[str, Any]:
    """The payload of an event: its fields, as JSON takes them."""
    return {item.name: _plain(getattr(happened, item.name)) for item in fields(happened)}


def _plain(value: Any) -> Any:
    """A value without dataclasses in it. Unlike `asdict` it copies nothing deeply: many thousand events a minute go through here."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return payload_of(value) if is_dataclass(value) else value


def rebuilt(name: str, payload: Mapping[str, Any]) -> Any:
    """The event an entry was written from; fields that came later take their defaults."""
    cls = EVENTS[name]
    known = {item.name for item in fields(cls)}
    return cls(**{key: value for key, value in payload.items() if key in known})


def meaning(name: str) -> str:
    """What an event means, in a sentence; nothing for one this heed does not know."""
    cls = EVENTS.get(name)
    return " ".join((cls.__doc__ or "").split()) if cls else ""


@event
@dataclass(frozen=True)
class StepReplayed:
    """A step that was put aside was taken after all."""

    follower: str
    entry: int
    step: str


@event
@dataclass(frozen=True)
class StepGivenUp:
    """A step that was put aside is not taken any more: somebody decided so."""

    follower: str
    entry: int
    step: str


@event
@dataclass(frozen=True)
class SubjectsVeiled:
    """Entries named a person who was erased: their subjects were taken away, and each of `veils` vouches for one of them."""

    veils: tuple[str, ...]
