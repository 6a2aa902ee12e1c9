"""Object-centric logs (OCEL 2.0, Berti et al. 2023): events that concern several objects of several types."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """One event: its type, its time as the file writes it, and its attributes."""

    id: str
    type: str
    time: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Object:
    """One object and its attributes as (name, time, value): a value holds from its time on."""

    id: str
    type: str
    attributes: tuple[tuple[str, str, str], ...] = ()


@dataclass
class ObjectLog:
    """Events, objects, and what concerns what. Types have their attributes as name → type of value."""

    event_types: dict[str, dict[str, str]] = field(default_factory=dict)
    object_types: dict[str, dict[str, str]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    objects: list[Object] = field(default_factory=list)
    # (event, object, qualifier) and (source, target, qualifier).
    concerns: list[tuple[str, str, str]] = field(default_factory=list)
    relations: list[tuple[str, str, str]] = field(default_factory=list)

    def attributes(self) -> list[str]:
        """The names of the attributes that events have."""
        return list(dict.fromkeys(name for event in self.events for name in event.attributes))

    def flattened(self, object_type: str) -> Iterable[tuple[str, Event]]:
        """Each event once for each object of the type that it concerns, in the order of the file."""
        of_type = {found.id for found in self.objects if found.type == object_type}
        of_event: dict[str, dict[str, None]] = {}
        for event, concerned, _ in self.concerns:
            if concerned in of_type:
                of_event.setdefault(event, {})[concerned] = None
        return ((concerned, event) for event in self.events for concerned in of_event.get(event.id, ()))
