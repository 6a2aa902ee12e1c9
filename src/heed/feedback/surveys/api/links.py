"""Links that many use, over the API."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from heed.core.definitions.rules import checked_key
from heed.core.settings.rules import current
from heed.feedback.surveys.actions.linking import MOST_AT_ONCE, LinkWish, close_link, issue_links, make_link
from heed.feedback.surveys.models import SurveyLink
from heed.feedback.surveys.queries.links import address_of, is_open, link_in_reach, links, token_of_link
from heed.feedback.surveys.rules.links import answer_path
from heed.feedback.surveys.rules.spreading import snippet

router = Router(tags=["surveys"])
Cursor = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
Limit = Annotated[int, Query(ge=1, le=500)]
Word = Annotated[str, Query(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
Key = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
Text = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00-\x1f]*$")]


def _bounded(at: datetime) -> datetime:
    if not 2000 <= at.year < 2200:
        raise ValueError("Between the years 2000 and 2200.")
    return at.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_bounded)]


class LinkOut(Schema):
    """A link; `snippet` is the line for a site where it is a widget, `issued` how many addresses for one answer were made."""

    key: str
    survey: str
    name: str
    sort: str
    language: str
    context: dict[str, str]
    sites: list[str]
    most_a_minute: int
    reset_seconds: int
    address: str
    snippet: str
    open: bool
    until: datetime | None
    begun: int
    answered: int
    issued: int


class LinksOut(Schema):
    """A page of links, newest first; `next` is the cursor of the following page."""

    items: list[LinkOut]
    next: int | None


class LinkIn(Schema):
    """A link to be made; the context says where its answers are from, such as region, team or touchpoint."""

    model_config = ConfigDict(extra="forbid")

    survey: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f]+$")]
    name: Text
    sort: Literal["web", "kiosk", "widget"] = "web"
    language: Annotated[str, StringConstraints(max_length=20, pattern=r"^[A-Za-z0-9-]*$")] = ""
    context: dict[str, Text] = {}
    sites: list[Text] = []
    most_a_minute: Annotated[int, Field(ge=1, le=10_000)] = 60
    reset_seconds: Annotated[int, Field(ge=10, le=3_600)] = 60
    until: Moment | None = None


class ManyIn(Schema):
    """How many addresses for one answer each to make."""

    model_config = ConfigDict(extra="forbid")

    many: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)]


class AddressesOut(Schema):
    """Addresses that each take one answer. They are told this once."""

    addresses: list[str]


def _told(row: SurveyLink) -> LinkOut:
    counts = {name: int(getattr(row, name, 0)) for name in ("begun", "answered", "issued")}
    return LinkOut(
        key=row.key,
        survey=row.survey_key,
        name=row.name,
        sort=row.sort,
        language=row.language,
        context=row.context,
        sites=row.sites,
        most_a_minute=row.most_a_minute,
        reset_seconds=row.reset_seconds,
        address=address_of(row),
        snippet=snippet(current().public_url, token_of_link(row)) if row.sort == "widget" else "",
        open=is_open(row),
        until=row.until,
        **counts,
    )


@router.get("", response=LinksOut, summary="Links of surveys, newest first")
def all_links(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50, survey: Word = "") -> LinksOut:
    rows = links(request.scope, survey)  # type: ignore[attr-defined]
    page = list((rows.filter(pk__lt=cursor) if cursor else rows)[: limit + 1])
    following = page[limit - 1].pk if len(page) > limit else None
    return LinksOut(items=[_told(row) for row in page[:limit]], next=following)


@router.post("", response={201: LinkOut}, summary="Give a survey an address that many may use")
def new_link(request: HttpRequest, body: LinkIn) -> tuple[int, LinkOut]:
    wish = LinkWish(**body.model_dump(exclude={"survey"}))
    row = make_link(request.scope, checked_key(body.survey), wish)  # type: ignore[attr-defined]
    return 201, _told(row)


@router.get("/{key}", response=LinkOut, summary="One link")
def one_link(request: HttpRequest, key: Key) -> LinkOut:
    return _told(link_in_reach(request.scope, key))  # type: ignore[attr-defined]


@router.post("/{key}/closing", response=LinkOut, summary="Close a link: it takes no more answers")
def closing(request: HttpRequest, key: Key) -> LinkOut:
    close_link(request.scope, key)  # type: ignore[attr-defined]
    return _told(link_in_reach(request.scope, key))  # type: ignore[attr-defined]


@router.post("/{key}/singles", response={201: AddressesOut}, summary="Make addresses for one answer each")
def singles(request: HttpRequest, key: Key, body: ManyIn) -> tuple[int, AddressesOut]:
    tokens = issue_links(request.scope, key, body.many)  # type: ignore[attr-defined]
    return 201, AddressesOut(addresses=[current().public_url + answer_path(token) for token in tokens])
