"""Definitions over the API: kinds with their JSON schema, versions, and what is done with them as resources."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, Field

from heed.core.definitions import actions
from heed.core.definitions.models import DefinitionVersion
from heed.core.definitions.queries import all_in_force, everything_in_force, in_force, version, versions, waiting
from heed.core.definitions.rules import KINDS, Kind, differences, kind_of
from heed.core.errors.rules import NotFound, phrase
from heed.core.http.rules import Moment, page_after

router = Router(tags=["definitions"])
KindPath = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
KeyPath = Annotated[str, Path(max_length=80, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
NumberPath = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
Place = Annotated[str, Query(max_length=121, pattern=r"^[a-z0-9_./-]*$")]


class KindOut(Schema):
    """A kind of definition, and the JSON Schema of its bodies."""

    name: str
    title: str
    four_eyes: bool
    body_schema: dict[str, Any]


class KindsOut(Schema):
    """All kinds."""

    items: list[KindOut]


class InForceOut(Schema):
    """A definition as it holds at a moment."""

    kind: str
    key: str
    version: int
    effective_from: datetime
    digest: str
    body: dict[str, Any]


class DefinitionsOut(Schema):
    """A page of definitions in force; `next` is the cursor of the following page, null on the last."""

    items: list[InForceOut]
    next: str | None


class VersionOut(Schema):
    """One version. `follows` is the version that was in force when it was proposed."""

    kind: str
    key: str
    number: int
    state: str
    note: str
    digest: str
    follows: int | None
    body: dict[str, Any]
    proposed_by: str
    proposed_at: datetime
    approved_by: str
    approved_at: datetime | None
    effective_from: datetime | None
    effective_until: datetime | None


class VersionsOut(Schema):
    """A page of versions; `next` is the cursor of the following page, null on the last."""

    items: list[VersionOut]
    next: int | None


class DifferenceOut(Schema):
    """One field that differs."""

    path: str
    old: Any
    new: Any


class DifferencesOut(Schema):
    """What differs from one version to another."""

    older: int | None
    newer: int
    items: list[DifferenceOut]


class ProposalIn(Schema):
    """A version to propose."""

    model_config = ConfigDict(extra="forbid")

    body: dict[str, Any]
    note: str = Field("", max_length=2000)


class EnactmentIn(Schema):
    """When a version comes in force; now, unless said."""

    model_config = ConfigDict(extra="forbid")

    effective_from: Moment | None = None


class RetirementIn(Schema):
    """When a definition ends; now, unless said."""

    model_config = ConfigDict(extra="forbid")

    effective_until: Moment | None = None


def _scope(request: HttpRequest, permission: str) -> Any:
    scope = request.scope  # type: ignore[attr-defined]
    scope.demand(permission)
    return scope


def _kind(kind: Kind) -> KindOut:
    return KindOut(
        name=kind.name, title=kind.title, four_eyes=kind.four_eyes, body_schema=kind.model.model_json_schema()
    )


def _holding(found: Any) -> InForceOut:
    body = found.body.model_dump(mode="json")
    return InForceOut(
        kind=found.kind,
        key=found.key,
        version=found.version,
        effective_from=found.effective_from,
        digest=found.digest,
        body=body,
    )


def _version(row: DefinitionVersion) -> VersionOut:
    return VersionOut.model_validate({name: getattr(row, name) for name in VersionOut.model_fields})


@router.get("/kinds", response=KindsOut, summary="Kinds of definitions")
def kinds(request: HttpRequest) -> KindsOut:
    _scope(request, "see_figures")
    return KindsOut(items=[_kind(KINDS[name]) for name in sorted(KINDS)])


@router.get("/kinds/{kind}", response=KindOut, summary="One kind, with its JSON schema")
def one_kind(request: HttpRequest, kind: KindPath) -> KindOut:
    _scope(request, "see_figures")
    return _kind(kind_of(kind))


@router.get("/proposals", response=VersionsOut, summary="Versions that wait for somebody")
def proposals(request: HttpRequest, cursor: Cursor = None, limit: Limit = 100) -> VersionsOut:
    _scope(request, "see_figures")
    rows = sorted((row for row in waiting() if row.pk > (cursor or 0)), key=lambda row: row.pk)
    following = rows[limit - 1].pk if len(rows) > limit else None
    return VersionsOut(items=[_version(row) for row in rows[:limit]], next=following)


@router.get("", response=DefinitionsOut, summary="What is in force, by kind and key")
def definitions(
    request: HttpRequest,
    kind: Annotated[str, Query(max_length=40)] = "",
    at: Annotated[Moment | None, Query()] = None,
    cursor: Place = "",
    limit: Limit = 100,
) -> DefinitionsOut:
    _scope(request, "see_figures")
    found = all_in_force(kind_of(kind).name, at) if kind else everything_in_force(at)
    page, following = page_after(found, cursor, limit, lambda item: f"{item.kind}/{item.key}")
    return DefinitionsOut(items=[_holding(item) for item in page], next=following)


@router.get("/{kind}/{key}", response=InForceOut, summary="The definition in force")
def definition(
    request: HttpRequest, kind: KindPath, key: KeyPath, at: Annotated[Moment | None, Query()] = None
) -> InForceOut:
    _scope(request, "see_figures")
    found = in_force(kind_of(kind).name, key, at)
    if found is None:
        raise NotFound(phrase("No version of {kind} {key} is in force.", kind=kind, key=key), code="not_in_force")
    return _holding(found)


@router.get("/{kind}/{key}/versions", response=VersionsOut, summary="Every version, newest first")
def all_versions(
    request: HttpRequest, kind: KindPath, key: KeyPath, cursor: Cursor = None, limit: Limit = 100
) -> VersionsOut:
    _scope(request, "see_figures")
    rows = [row for row in versions(kind_of(kind).name, key) if cursor is None or row.number < cursor]
    following = rows[limit - 1].number if len(rows) > limit else None
    return VersionsOut(items=[_version(row) for row in rows[:limit]], next=following)


@router.post("/{kind}/{key}/versions", response={201: VersionOut}, summary="Propose a version")
def propose(request: HttpRequest, kind: KindPath, key: KeyPath, body: ProposalIn) -> tuple[int, VersionOut]:
    return 201, _version(actions.propose(_scope(request, "propose"), kind, key, body.body, note=body.note))


@router.get("/{kind}/{key}/versions/{number}", response=VersionOut, summary="One version")
def one_version(request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath) -> VersionOut:
    _scope(request, "see_figures")
    return _version(version(kind_of(kind).name, key, number))


@router.get("/{kind}/{key}/versions/{number}/differences", response=DifferencesOut, summary="What a version changes")
def version_differences(
    request: HttpRequest,
    kind: KindPath,
    key: KeyPath,
    number: NumberPath,
    older: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> DifferencesOut:
    """Against version `older`; unless given, the one that was in force when it was proposed."""
    _scope(request, "see_figures")
    newer = version(kind_of(kind).name, key, number)
    before = older or newer.follows
    old = version(kind, key, before).body if before else None
    found = [DifferenceOut(path=each.at, old=each.old, new=each.new) for each in differences(old, newer.body)]
    return DifferencesOut(older=before, newer=number, items=found)


@router.post("/{kind}/{key}/versions/{number}/approvals", response={201: VersionOut}, summary="Approve a version")
def approve(request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath) -> tuple[int, VersionOut]:
    return 201, _version(actions.approve(_scope(request, "approve"), kind_of(kind).name, key, number))


@router.post("/{kind}/{key}/versions/{number}/enactments", response={201: VersionOut}, summary="Put in force")
def enact(
    request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath, body: EnactmentIn
) -> tuple[int, VersionOut]:
    scope = _scope(request, "approve")
    start = body.effective_from
    return 201, _version(actions.put_in_force(scope, kind_of(kind).name, key, number, effective_from=start))


@router.post("/{kind}/{key}/versions/{number}/withdrawals", response={201: VersionOut}, summary="Take a version back")
def withdraw(request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath) -> tuple[int, VersionOut]:
    return 201, _version(actions.withdraw(_scope(request, "propose"), kind_of(kind).name, key, number))


@router.post("/{kind}/{key}/retirements", response={201: VersionOut}, summary="End a definition")
def retire(request: HttpRequest, kind: KindPath, key: KeyPath, body: RetirementIn) -> tuple[int, VersionOut]:
    scope = _scope(request, "approve")
    return 201, _version(actions.retire(scope, kind_of(kind).name, key, at=body.effective_until))
