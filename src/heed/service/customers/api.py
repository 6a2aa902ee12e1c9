"""Customers over the API: list, read, keep, correct, and note that one wants no more mail that asks."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from heed.service.customers.actions import correct_customer, keep_customer, note_wish
from heed.service.customers.forms import CORRECTED
from heed.service.customers.models import Customer
from heed.service.customers.queries import customer_in_reach, customers

router = Router(tags=["customers"])
MOST = 2**63 - 1
Key = Annotated[str, Path(max_length=40, pattern=r"^[^\x00-\x1f]+$")]
Cursor = Annotated[int | None, Query(ge=1, le=MOST)]
Limit = Annotated[int, Query(ge=1, le=500)]
Word = Annotated[str, Query(max_length=120, pattern=r"^[^\x00-\x1f]*$")]
Text = Annotated[str, Field(max_length=500)]
NO_ATTRIBUTES: dict[str, str] = {}


class CustomerOut(Schema):
    """A customer, as far as this token may see."""

    key: str
    system: str
    external_id: str
    name: str
    email: str
    phone: str
    language: str
    time_zone: str
    region: str
    segment: str
    account: str
    attributes: dict[str, str]
    opted_out_at: datetime | None
    opted_out_by: str
    changed_at: datetime


class CustomersOut(Schema):
    """A page of customers; `next` is the cursor of the following page."""

    items: list[CustomerOut]
    next: int | None


class CustomerIn(Schema):
    """A customer as another system knows them. What is empty is not known and takes nothing away."""

    system: Annotated[str, Field(min_length=1, max_length=80)]
    external_id: Text = ""
    name: Text = ""
    email: Text = ""
    phone: Text = ""
    language: Text = ""
    time_zone: Text = ""
    region: Text = ""
    segment: Text = ""
    account: Text = ""
    attributes: dict[str, Text] = NO_ATTRIBUTES


class CorrectionIn(Schema):
    """What is known better; what is left out stays, an empty text takes away."""

    name: Text | None = None
    email: Text | None = None
    phone: Text | None = None
    language: Text | None = None
    time_zone: Text | None = None
    region: Text | None = None
    segment: Text | None = None
    account: Text | None = None


class WishIn(Schema):
    """Whether the customer wants no more mail that asks."""

    opted_out: bool


def _out(row: Customer) -> CustomerOut:
    return CustomerOut(
        key=row.key,
        system=row.system,
        external_id=row.external_id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        language=row.language,
        time_zone=row.time_zone,
        region=row.region,
        segment=row.segment,
        account=row.account,
        attributes={str(name): str(value) for name, value in row.attributes.items()},
        opted_out_at=row.mail_opted_out_at,
        opted_out_by=row.opted_out_by,
        changed_at=row.updated_at,
    )


@router.get("", response=CustomersOut, summary="Customers, in the order they became known")
def all_customers(
    request: HttpRequest,
    cursor: Cursor = None,
    limit: Limit = 50,
    words: Word = "",
    region: Word = "",
    segment: Word = "",
    state: Word = "",
) -> CustomersOut:
    scope = request.scope  # type: ignore[attr-defined]
    found = customers(scope, words=words, region=region, segment=segment, state=state).order_by("id")
    page = list((found.filter(pk__gt=cursor) if cursor else found)[: limit + 1])
    following = page[limit - 1].pk if len(page) > limit else None
    return CustomersOut(items=[_out(row) for row in page[:limit]], next=following)


@router.post(
    "", response={200: CustomerOut, 201: CustomerOut}, summary="Keep a customer; the same again changes nothing"
)
def keep(request: HttpRequest, body: CustomerIn) -> Status[CustomerOut]:
    scope: Any = request.scope  # type: ignore[attr-defined]
    given = {name: value.strip() for name, value in body.dict().items() if isinstance(value, str) and name != "system"}
    row, is_new = keep_customer(scope, body.system, {k: v for k, v in given.items() if v}, body.attributes)
    return Status(201 if is_new else 200, _out(row))


@router.get("/{key}", response=CustomerOut, summary="One customer")
def one_customer(request: HttpRequest, key: Key) -> CustomerOut:
    return _out(customer_in_reach(request.scope, key))  # type: ignore[attr-defined]


@router.patch("/{key}", response=CustomerOut, summary="Correct what is known of a customer")
def correct(request: HttpRequest, key: Key, body: CorrectionIn) -> CustomerOut:
    scope = request.scope  # type: ignore[attr-defined]
    row = customer_in_reach(scope, key)
    given = {name: getattr(row, name) for name in CORRECTED}
    given |= {name: value.strip() for name, value in body.dict().items() if value is not None}
    return _out(correct_customer(scope, key, given))


@router.put(
    "/{key}/wish", response=CustomerOut, summary="Note that a customer wants no more mail that asks, or may be asked"
)
def wish(request: HttpRequest, key: Key, body: WishIn) -> CustomerOut:
    scope = request.scope  # type: ignore[attr-defined]
    note_wish(scope, key, opted_out=body.opted_out)
    return _out(customer_in_reach(scope, key))
