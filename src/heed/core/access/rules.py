"""Who may do what: roles, their permissions, and the rows a role reaches. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from heed.core.consent.rules import personal
from heed.core.errors.rules import Forbidden, Invalid, nearest, phrase
from heed.core.people.rules import Node, below

personal("core.Invitation", "email", "contact", "to write to who is invited")
personal("core.Invitation", "name", "name", "to greet who is invited")
personal("core.Invitation", "digest", "secret", "to know an invitation again")
personal("core.SignInLink", "digest", "secret", "to know a sign-in link again")
personal("core.ApiToken", "digest", "secret", "to know an API token again")
personal("core.ApiToken", "prefix", "secret", "to tell one token from another")
personal("usersessions.UserSession", "ip", "contact", "to show people where they are signed in")
personal("usersessions.UserSession", "user_agent", "words", "to show people where they are signed in")
personal("mfa.Authenticator", "data", "secret", "to check a second factor")
personal("socialaccount.SocialAccount", "uid", "key", "to know a company account again")
personal("socialaccount.SocialAccount", "extra_data", "contact", "what the company account says of its person")
personal("account.EmailAddress", "email", "contact", "to sign in with a company account")
personal("core.ApiToken", "name", "words", "the words its owner gave it")


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
    "label_words": "label what customers wrote, so that heed learns from it",
    "see_cases": "see cases",
    "work_cases": "work on cases: take, contact, close",
    "see_customers": "see who a customer is",
    "ask": "ask customers: send surveys",
    "import": "bring records in and repair them",
    "propose": "propose definitions",
    "approve": "approve definitions and put them in force",
    "manage_people": "invite people, change units and roles",
    "see_journal": "read the journal",
    "manage_settings": "change the organisation's settings",
    "manage_connections": "connect other systems",
    "see_operations": "see how heed itself runs",
    "use_api": "make API tokens",
}

_ALL = frozenset(PERMISSIONS)
_READS = frozenset({"see_figures", "see_records", "see_words", "see_cases"})

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("administrator", "administrator", _ALL),
        Role("manager", "manager", _ALL - {"manage_settings", "manage_people", "manage_connections"}),
        Role("analyst", "analyst", _READS | {"import", "propose", "use_api", "label_words"}),
        Role("supervisor", "supervisor", _READS | {"propose", "see_customers", "work_cases", "label_words"}),
        Role("agent", "agent", frozenset({"see_figures", "see_words", "see_cases", "see_customers", "work_cases"})),
        Role("auditor", "auditor", frozenset({"see_figures", "see_journal", "see_operations"})),
    )
}


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
    reaches: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    everywhere: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def holds_in(self, permission: str, unit: str) -> bool:
        """Whether the permission is held in this unit: by a role in it or above it."""
        return self.holds_everywhere(permission) or (self.may(permission) and unit in self.reaches.get(permission, ()))

    def holds_everywhere(self, permission: str) -> bool:
        """Whether the permission is held over the organisation itself, not only in a part of it."""
        return self.may(permission) and permission in self.everywhere

    def demand_in(self, permission: str, unit: str) -> None:
        """Raise Forbidden when the permission is not held in this unit."""
        self.demand(permission)
        if not self.holds_in(permission, unit):
            hint = phrase("Ask an administrator of {unit}.", unit=unit)
            raise Forbidden("Your role does not reach this unit.", code="not_permitted_here", hint=hint)

    def demand_everywhere(self, permission: str) -> None:
        """Raise Forbidden when the permission is not held over the organisation itself."""
        self.demand(permission)
        if not self.holds_everywhere(permission):
            raise Forbidden(
                "Your role reaches a part of the organisation only, and this concerns all of it.",
                code="not_permitted_here",
                hint="Ask an administrator of the organisation.",
            )

    def demand(self, permission: str) -> None:
        """Raise Forbidden when the permission is not held."""
        if not self.may(permission):
            what = phrase(PERMISSIONS.get(permission, permission))
            hint = phrase("Ask an administrator for a role that may {what}.", what=what)
            raise Forbidden("Your role does not allow this.", code="not_permitted", hint=hint)


# The command line acts for whoever holds the data folder: it sees all.
COMMAND_LINE = Scope(person="command-line", permissions=_ALL, everything=True, everywhere=_ALL)


def scope_for(person: str, memberships: Iterable[tuple[str, str]], nodes: Mapping[str, Node]) -> Scope:
    """The scope of somebody with these (unit key, role key) memberships.

    A role in the organisation itself reaches every row, also those that name no unit. Rows are the union over roles.
    """
    reaches: dict[str, frozenset[str]] = {}
    units: set[str] = set()
    everywhere: frozenset[str] = frozenset()
    held = tuple((unit, role) for unit, role in memberships if role in ROLES and unit in nodes)
    for unit, role in held:
        reached = below(unit, nodes)
        for permission in ROLES[role].permissions:
            reaches[permission] = reaches.get(permission, frozenset()) | reached
        units |= reached
        if nodes[unit].kind == "organisation":
            everywhere |= ROLES[role].permissions
    return Scope(
        person=person,
        permissions=frozenset(reaches),
        everything=bool(everywhere),
        units=frozenset(units),
        regions=frozenset(key for key in units if nodes[key].kind == "region"),
        teams=frozenset(key for key in units if nodes[key].kind == "team"),
        roles=held,
        reaches=reaches,
        everywhere=everywhere,
    )


def may_give(scope: Scope, role: str, unit: str) -> bool:
    """Whether somebody may give (or take) a role in a unit: they manage people there and hold all that it allows."""
    return scope.holds_in("manage_people", unit) and all(scope.holds_in(each, unit) for each in ROLES[role].permissions)


def narrowed(scope: Scope, permissions: Iterable[str]) -> Scope:
    """The scope with no permission but these; rows stay the same."""
    return replace(scope, permissions=scope.permissions & frozenset(permissions))


def checked_role(role: str) -> str:
    """The role, when there is such a one; Invalid with the nearest name otherwise."""
    if role not in ROLES:
        raise Invalid(phrase("There is no role {role}.", role=role), code="unknown_role", hint=nearest(role, ROLES))
    return role


def digest_of(secret: str) -> str:
    """What is kept of a secret. Secrets have 200 bits or more, so that no salt is needed to look them up safely."""
    return hashlib.sha256(secret.encode()).hexdigest()


def invitation_state(
    now: datetime, expires_at: datetime, accepted_at: datetime | None, withdrawn_at: datetime | None
) -> str:
    """accepted, withdrawn, expired or open."""
    if accepted_at:
        return "accepted"
    if withdrawn_at:
        return "withdrawn"
    return "expired" if expires_at <= now else "open"


def lands_at_once(fetch: Mapping[str, str]) -> bool:
    """Whether opening a sign-in link may sign in without a button: a person came from the address bar or a terminal.

    A prefetch and a page elsewhere must not use the link up, so they get the button. `fetch` holds the headers
    `sec-fetch-site`, `sec-purpose` and `purpose`; a client without them, such as curl, was told to fetch by somebody.
    """
    if "prefetch" in fetch.get("sec-purpose", "") or "prefetch" in fetch.get("purpose", ""):
        return False
    return fetch.get("sec-fetch-site", "none") == "none"
