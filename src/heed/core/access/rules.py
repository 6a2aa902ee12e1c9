"""Who may do what: roles, their permissions, and the rows a role reaches. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from heed.core.errors.rules import Forbidden


@dataclass(frozen=True)
class Role:
    """A role and what it may do in its unit and all below."""

    key: str
    name: str
    permissions: frozenset[str]


PERMISSIONS: dict[str, str] = {
    "see_figures": "see KPIs and reports",
    "see_records": "open the records behind a figure",
    "see_words": "read what customers wrote",
    "import": "bring records in and repair them",
    "propose": "propose definitions",
    "approve": "approve definitions and put them in force",
    "manage_people": "invite people, change units and roles",
    "see_journal": "read the journal",
    "manage_settings": "change the organisation's settings",
    "use_api": "make API tokens",
}

_ALL = frozenset(PERMISSIONS)

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("administrator", "administrator", _ALL),
        Role("manager", "manager", _ALL - {"manage_settings", "manage_people"}),
        Role("analyst", "analyst", frozenset({"see_figures", "see_records", "see_words", "import", "propose", "use_api"})),
        Role("supervisor", "supervisor", frozenset({"see_figures", "see_records", "see_words", "propose"})),
        Role("agent", "agent", frozenset({"see_figures"})),
        Role("auditor", "auditor", frozenset({"see_figures", "see_journal"})),
    )
}


@dataclass(frozen=True)
class Node:
    """A unit as the rules see it."""

    key: str
    kind: str
    parent: str | None


@dataclass(frozen=True)
class Scope:
    """What one person may do, and over which rows. `everything` = no row is kept away."""

    person: str
    permissions: frozenset[str] = frozenset()
    everything: bool = False
    units: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    roles: tuple[tuple[str, str], ...] = field(default=())

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def demand(self, permission: str) -> None:
        """Raise Forbidden when the permission is not held."""
        if not self.may(permission):
            what = PERMISSIONS.get(permission, permission)
            raise Forbidden("Your role does not allow this.", code="not_permitted", hint=f"Ask an administrator for a role that may {what}.")


# The command line acts for whoever holds the data folder: it sees all.
COMMAND_LINE = Scope(person="command-line", permissions=_ALL, everything=True)


def below(root: str, nodes: Mapping[str, Node]) -> set[str]:
    """A unit and every unit below it."""
    children: dict[str, list[str]] = {}
    for node in nodes.values():
        if node.parent:
            children.setdefault(node.parent, []).append(node.key)
    found, queue = set(), [root]
    while queue:
        key = queue.pop()
        if key not in found:
            found.add(key)
            queue.extend(children.get(key, ()))
    return found


def scope_for(person: str, memberships: Iterable[tuple[str, str]], nodes: Mapping[str, Node]) -> Scope:
    """The scope of somebody with these (unit key, role key) memberships.

    A role in the organisation itself reaches every row, also those that name no unit. Row scope is the union over roles.
    """
    permissions: set[str] = set()
    units: set[str] = set()
    everything = False
    held = tuple(memberships)
    for unit, role in held:
        if role not in ROLES or unit not in nodes:
            continue
        permissions |= ROLES[role].permissions
        units |= below(unit, nodes)
        everything = everything or nodes[unit].kind == "organisation"
    return Scope(
        person=person,
        permissions=frozenset(permissions),
        everything=everything,
        units=frozenset(units),
        regions=frozenset(key for key in units if nodes[key].kind == "region"),
        teams=frozenset(key for key in units if nodes[key].kind == "team"),
        roles=held,
    )


def would_loop(unit: str, parent: str | None, nodes: Mapping[str, Node]) -> bool:
    """Whether hanging `unit` below `parent` would make a ring."""
    return parent is not None and parent in below(unit, nodes)
