"""People, roles, invitations and one's own tokens over the API."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from heed.core.access.actions import invitations as inviting
from heed.core.access.actions import roles as giving
from heed.core.access.actions import tokens as tokening
from heed.core.access.models import ApiToken, Invitation
from heed.core.access.queries import invitation_with_state, invitations_for, people_for, person_for, tokens_of
from heed.core.access.rules import PERMISSIONS, ROLES
from heed.core.http.rules import Moment
from heed.core.people.queries import Person

people, roles, invitations, tokens = (
    Router(tags=["people"]),
    Router(tags=["roles"]),
    Router(tags=["invitations"]),
    Router(tags=["tokens"]),
)
Key = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-zA-Z0-9_-]+$")]
Line = Annotated[str, StringConstraints(max_length=150, pattern=r"^[^\x00-\x1f]*$")]
KeyPath = Annotated[str, Path(max_length=60, pattern=r"^[a-zA-Z0-9_-]+$")]
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[int, Query(ge=0, le=2**63 - 1)]
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


class Strict(Schema):
    """A body in which nothing unknown may stand."""

    model_config = ConfigDict(extra="forbid")


class Held(Strict):
    """A role in a unit."""

    role: Key
    unit: Key


class PersonOut(Schema):
    """A person and what they may do where."""

    key: str
    name: str
    email: str | None
    active: bool
    roles: list[Held]


class PeopleOut(Schema):
    """A page of people; `next` is the cursor of the following page, null on the last."""

    items: list[PersonOut]
    next: int | None


class RoleOut(Schema):
    """A role and what it may do."""

    key: str
    permissions: list[str]


class RolesOut(Schema):
    """All roles, and what each permission means."""

    items: list[RoleOut]
    permissions: dict[str, str]


class InvitationIn(Strict):
    """Whom to invite, and to what."""

    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00-\x1f]*$")]
    name: Line = ""
    role: Key
    unit: Key


class InvitationOut(Schema):
    """An invitation and its state: open, expired, accepted or withdrawn."""

    id: int
    email: str
    role: str
    unit: str
    state: str
    expires_at: datetime


class InvitationsOut(Schema):
    """A page of invitations; `next` is the cursor of the following page, null on the last."""

    items: list[InvitationOut]
    next: int | None


class InvitedOut(InvitationOut):
    """An invitation just made: its link, which is shown only now, and what became of the mail."""

    link: str
    mail: str
    reason: str


class TokenIn(Strict):
    """A token to make: no more than the maker may do; without an end unless one is given."""

    name: Line
    scopes: list[Key]
    expires_at: Moment | None = None


class TokenOut(Schema):
    """A token, without its secret."""

    id: int
    name: str
    prefix: str
    scopes: list[str]
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class TokensOut(Schema):
    """A page of one's own tokens; `next` is the cursor of the following page, null on the last."""

    items: list[TokenOut]
    next: int | None


class TokenMade(TokenOut):
    """A token just made, with its secret, which is shown only now."""

    secret: str


def _person(row: Person) -> PersonOut:
    held = [Held(role=each.role, unit=each.unit.key) for each in row.memberships.all()]
    return PersonOut(key=row.key, name=row.name, email=row.email, active=row.is_active, roles=held)


def _invitation(row: Invitation, state: str) -> InvitationOut:
    return InvitationOut(
        id=row.pk, email=row.email, role=row.role, unit=row.unit.key, state=state, expires_at=row.expires_at
    )


def _token(row: ApiToken) -> TokenOut:
    return TokenOut(
        id=row.pk,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        made_at=row.made_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


@people.get("", response=PeopleOut, summary="People")
def all_people(request: HttpRequest, cursor: Cursor = 0, limit: Limit = 100, active: bool = True) -> PeopleOut:
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand("manage_people")
    rows = list(people_for(scope, inactive=not active).filter(id__gt=cursor).order_by("id")[: limit + 1])
    following = rows[limit - 1].pk if len(rows) > limit else None
    return PeopleOut(items=[_person(row) for row in rows[:limit]], next=following)


@people.get("/{key}", response=PersonOut, summary="One person")
def one_person(request: HttpRequest, key: KeyPath) -> PersonOut:
    request.scope.demand("manage_people")  # type: ignore[attr-defined]
    return _person(person_for(request.scope, key))  # type: ignore[attr-defined]


@people.post("/{key}/roles", response={201: Held}, summary="Give a role")
def give_role(request: HttpRequest, key: KeyPath, body: Held) -> tuple[int, Held]:
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand("manage_people")
    giving.give_role(scope, person_for(scope, key).key, body.unit, body.role)
    return 201, body


@people.delete("/{key}/roles/{unit}/{role}", response={204: None}, summary="Take a role away")
def take_role(request: HttpRequest, key: KeyPath, unit: KeyPath, role: KeyPath) -> tuple[int, None]:
    giving.take_role(request.scope, key, unit, role)  # type: ignore[attr-defined]
    return 204, None


@people.post("/{key}/deactivation", response={201: PersonOut}, summary="End a person's access")
def deactivate(request: HttpRequest, key: KeyPath) -> tuple[int, PersonOut]:
    return 201, _person(giving.deactivate(request.scope, key))  # type: ignore[attr-defined]


@people.delete("/{key}/deactivation", response=PersonOut, summary="Let a person in again")
def reactivate(request: HttpRequest, key: KeyPath) -> PersonOut:
    return _person(giving.reactivate(request.scope, key))  # type: ignore[attr-defined]


@roles.get("", response=RolesOut, summary="Roles and permissions")
def all_roles(request: HttpRequest) -> RolesOut:
    items = [RoleOut(key=role.key, permissions=sorted(role.permissions)) for role in ROLES.values()]
    return RolesOut(items=items, permissions=PERMISSIONS)


@invitations.get("", response=InvitationsOut, summary="Invitations, newest first")
def all_invitations(request: HttpRequest, cursor: Before = None, limit: Limit = 100) -> InvitationsOut:
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand("manage_people")
    rows = invitations_for(scope, limit=limit + 1, before=cursor)
    following = rows[limit - 1][0].pk if len(rows) > limit else None
    return InvitationsOut(items=[_invitation(row, state) for row, state in rows[:limit]], next=following)


@invitations.post("", response={201: InvitedOut}, summary="Invite somebody")
def invite(request: HttpRequest, body: InvitationIn) -> tuple[int, InvitedOut]:
    scope = request.scope  # type: ignore[attr-defined]
    done = inviting.invite(scope, email=body.email, name=body.name, role=body.role, unit=body.unit)
    shown = _invitation(*invitation_with_state(done.invitation))
    mail = done.delivery
    return 201, InvitedOut(**shown.dict(), link=done.link, mail=mail.state, reason=mail.reason)


@invitations.delete("/{number}", response={204: None}, summary="Take an invitation back")
def withdraw(request: HttpRequest, number: Number) -> tuple[int, None]:
    request.scope.demand("manage_people")  # type: ignore[attr-defined]
    inviting.withdraw_invitation(request.scope, number)  # type: ignore[attr-defined]
    return 204, None


@tokens.get("", response=TokensOut, summary="Your tokens")
def own_tokens(request: HttpRequest, cursor: Before = None, limit: Limit = 100) -> TokensOut:
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand("use_api")
    rows = [row for row in tokens_of(scope.person) if cursor is None or row.pk < cursor]
    following = rows[limit - 1].pk if len(rows) > limit else None
    return TokensOut(items=[_token(row) for row in rows[:limit]], next=following)


@tokens.post("", response={201: TokenMade}, summary="Make a token")
def make_token(request: HttpRequest, body: TokenIn) -> tuple[int, TokenMade]:
    scope = request.scope  # type: ignore[attr-defined]
    row, secret = tokening.make_token(scope, name=body.name, scopes=body.scopes, expires_at=body.expires_at)
    return 201, TokenMade(**_token(row).dict(), secret=secret)


@tokens.delete("/{number}", response={204: None}, summary="End a token")
def revoke(request: HttpRequest, number: Number) -> tuple[int, None]:
    request.scope.demand("use_api")  # type: ignore[attr-defined]
    tokening.revoke_token(request.scope, number)  # type: ignore[attr-defined]
    return 204, None
