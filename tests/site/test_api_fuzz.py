"""The whole API under generated right and wrong calls: never a fault of the server's, every refusal a problem+json, and
nothing stored by a call that was refused.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
import schemathesis
import yaml
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, openapi
from schemathesis.core import NotSet

from heed.core.access.actions.roles import give_role
from heed.core.access.actions.tokens import make_token
from heed.core.access.models import ApiToken
from heed.core.access.queries import scope_of
from heed.core.access.rules import COMMAND_LINE, PERMISSIONS
from heed.core.definitions.actions import ensure
from heed.core.http.rules import BATCH, SINGLE
from heed.core.people.actions import make_person, notify
from heed.core.people.models import Notification
from heed.core.settings.rules import current
from heed.feedback.privacy.models import Breach, Erasure, PrivacyRequest
from heed.feedback.quality.models import QualityAudit
from heed.feedback.routing.models import Connection, Delivery, RoutedItem
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.models import Answer, Invitation, Response, SurveyLink
from heed.feedback.triggers.models import Ask, AskingPause, AskList
from heed.feedback.verbatims.actions.models import ensure_model
from heed.feedback.verbatims.models import BakeOff, LabelItem, LabelRound, TextModel
from heed.goals.escalation.models import DutySwap, Escalation
from heed.goals.kpis import queries
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.rules import catalogue_body
from heed.goals.slas.models import Negotiation
from heed.service.cases.actions.opening import open_case
from heed.service.cases.models import Case
from heed.service.customers.models import Customer
from heed.service.formats.models import QuarantinedRow
from heed.site.api import api
from tests.core.conftest import House, build
from tests.metrics.facts import at, facts
from tests.places import ROOT
from tests.service.formats.conftest import CALLS

SPEC = json.loads(json.dumps(api.get_openapi_schema(), default=str))
OPERATIONS = [found.ok() for found in openapi.from_dict(SPEC).get_all_operations()]
NAMES = [f"{each.method.upper()} {each.path}" for each in OPERATIONS]
# The organisation is made once, before any test; without this mark there is no database for it.
pytestmark = pytest.mark.django_db
READS = frozenset({"get"})
EXAMPLES = 12
HUGE = 10**30
HOSTILE: tuple[Any, ...] = (
    "", "a\0b", "\ud800", "é" * 3000, "../../etc", "%00", "\r\nX: y", "-1", "0", str(HUGE), "1e400", "NaN",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31", "0001-01-01",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    "", "a\0b", "\ud800", "é" * 3000, "../../etc", "NaN", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    None, True, -1, HUGE, 1e308, [], {}, [[["x"]]], {"": {"a": -HUGE}},
)  # fmt: skip


def as_mail(context: Any, value: Any) -> bytes:
    """A body that is no JSON: what was generated, as text."""
    return str(value).encode("utf-8", "surrogatepass")


schemathesis.serializer("message/rfc822")(as_mail)


class Asker:
    """Calls the API with a token, and holds each answer against what every answer must be."""

    def __init__(self, secret: str = "") -> None:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.client = Client(headers=headers, raise_request_exception=False)

    def __call__(
        self, method: str, path: str, raw: bytes = b"", media: str = "", headers: Mapping[str, str] | None = None
    ) -> Any:
        before = stored()
        with undone():
            extra = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}
            answer = self.client.generic(method, path, raw, content_type=media or "application/json", **extra)
            check(answer, f"{method} {path} {raw[:300]!r}")
            if answer.status_code >= 400 and not path.startswith("/api/v1/imports"):
                assert stored() == before, f"{method} {path} was refused and left something: {raw[:300]!r}"
        _counted[_changes()] = before
        return answer


@contextmanager
def undone() -> Iterator[None]:
    """What a call changes is taken back, so that each meets the same organisation."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    _counted.clear()


_counted: dict[int | None, dict[str, int]] = {}


def _changes() -> int | None:
    """How many rows this connection to SQLite has changed so far, also where that was taken back; None elsewhere."""
    return getattr(connection.connection, "total_changes", None)


def stored() -> dict[str, int]:
    """How many rows each table holds. They are counted anew only where one was changed since."""
    changes = _changes()
    if changes is None or changes not in _counted:
        _counted.clear()
        _counted[changes] = _rows()
    return _counted[changes]


def _rows() -> dict[str, int]:
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label != "sessions"]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))
        return dict(cursor.fetchall())


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def check(answer: Any, call: str) -> None:
    """An answer is no fault; a refusal is a problem+json with code, title and status; JSON is JSON."""
    assert answer.status_code < 500, f"{call}: {answer.content[:500]!r}"
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json", call
        told = json.loads(answer.content)
        assert told["status"] == answer.status_code, call
        assert told["code"], call
        assert told["title"], call
        assert told["type"] == f"urn:heed:error:{told['code']}", call
    elif answer.content:
        json.loads(answer.content, parse_constant=_no_constant)


def written(value: Any) -> str:
    """A value as it stands in an address."""
    text = value if isinstance(value, str) else json.dumps(value)
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def query_of(query: Mapping[str, Any]) -> str:
    pairs = [(name, each) for name, held in query.items() for each in (held if isinstance(held, list) else [held])]
    return "&".join(f"{written(name)}={written(value)}" for name, value in pairs)


def address(path: str, places: Mapping[str, Any], query: Mapping[str, Any] | None = None) -> str:
    for name, value in places.items():
        path = path.replace("{" + name + "}", written(value) or "-")
    return path + (f"?{query_of(query)}" if query else "")


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def multipart(fields: Mapping[str, Any], name: str = "calls.csv") -> tuple[bytes, str]:
    parts = []
    for field, value in fields.items():
        content = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        file = f'; filename="{name}"' if field == "file" else ""
        parts.append(f'--edge\r\nContent-Disposition: form-data; name="{field}"{file}\r\n\r\n'.encode() + content)
    return b"\r\n".join([*parts, b"--edge--\r\n"]), "multipart/form-data; boundary=edge"


SAID = [
    {
        "verbatim_id": f"v-{number}",
        "said_at": at(number),
        "text": "The bill was wrong again.",
        "customer_key": f"c_{number}",
    }
    for number in range(3)
]
ASKED = [
    {
        "invitation_id": "asked-1",
        "decided_at": at(1),
        "sent_at": at(1),
        "asked": True,
        "survey_key": "effort",
        "customer_key": "c_1",
    }
]


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One organisation with facts for the whole file; each call's changes are taken back."""
    folder = tmp_path_factory.mktemp("fuzz")
    rows = [
        {"started_at": at(index), "team": "north-phone", "region": "north", "agent_key": "e_1", "answered": True}
        for index in range(30)
    ]
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
        facts(folder, interactions=rows, verbatims=SAID, invitations=ASKED) as opened,
    ):
        patch.setenv("HEED_FACTS_URL", str(folder))
        current.cache_clear()
        patch.setattr(queries, "engine", lambda: opened)
        ensure_catalogue()
        made = build()
        body, media = multipart({"file": b"id,at,wait,who\n1,2024-05-01T09:00:00Z,x,y:1\n", "mapping": "calls"})
        admin = Client(headers={"Authorization": f"Bearer {_secret(made)}"})
        for verb in ("versions", "versions/1/approvals", "versions/1/enactments"):
            sent = {"body": CALLS} if verb == "versions" else {}
            told = admin.post(f"/api/v1/definitions/mapping/calls/{verb}", sent, content_type="application/json")
            assert told.status_code == 201, told.content
        changed = admin.get("/api/v1/definitions/kpi/aht").json()["body"] | {"formula": "As it is counted from now on."}
        for verb in ("versions", "versions/2/approvals", "versions/2/enactments"):
            sent = {"body": changed} if verb == "versions" else {}
            told = admin.post(f"/api/v1/definitions/kpi/aht/{verb}", sent, content_type="application/json")
            assert told.status_code == 201, told.content
        assert admin.generic("POST", "/api/v1/imports", body, content_type=media).json()["quarantined"] == 1
        # Tests before this one may have used up the first numbers; the calls below name row 1.
        QuarantinedRow.objects.update(id=1)
        open_case(made.scope("admin"), title="Lost parcel", team="north-phone", words="Where is it?")
        Case.objects.update(key="case_1")
        fill(made)
        yield made
        transaction.set_rollback(True)
    current.cache_clear()


def fill(house: House) -> None:
    """One row of what has keys of its own, under the key that `KEYS` gives it."""
    now = timezone.now()
    text = (ROOT / "examples" / "model" / "survey" / "effort.yaml").read_text(encoding="utf-8")
    ensure("survey", "effort", yaml.safe_load(text))
    ensure("sla", "put_right", {"name": "Put right", "within_seconds": 3600, "target": 0.9})
    stages = [{"key": key, "title": key.title(), "activities": [key]} for key in ("join", "use")]
    aims = [{"unit": "north-phone", "target": 0.7, "volume": 100}]
    ensure("target", "aims", {"name": "Aims", "kpi": "csat", "units": aims})
    Negotiation.objects.create(
        key="negotiation_1", sla_key="put_right", base_version=1, provider_title="Phone", provider_unit="north-phone",
        customer_title="Sales", customer_unit="north", weeks=4, history_until=now, seed=1, cost_per_hour=30, currency="EUR",
        shrinkage=0.0, hours_per_person=38.0, opened_by=house.admin.key, opened_at=now,
    )  # fmt: skip
    ensure("journey", "life", {"name": "Life", "stages": stages})
    day = {"monday": ["08:00-10:00"]}
    callers = {
        "key": "north",
        "hours": day,
        "languages": {"de": 1.0},
        "aht_seconds": 300,
        "volumes": {"monday": {"08:00": 4}},
    }
    place = {"key": "quay", "hours": day, "languages": ["de"], "cost_per_hour": "30.00"}
    ensure(
        "footprint", "harbours", {"name": "Harbours", "patience_seconds": 90, "regions": [callers], "sites": [place]}
    )
    ensure("programme", "whole", {"name": "Whole", "survey": "effort", "first_on": "2099-01-01"})
    Customer.objects.create(key="customer_1", system="crm", external_id="7", email="kim@b.example", region="north")
    invite(survey_key="effort", customer_key="customer_1", address="kim@b.example")
    Invitation.objects.update(key="invitation_1")
    invitation = Invitation.objects.get()
    response = Response.objects.create(
        key="response_1", invitation=invitation, survey_key="effort", survey_version=invitation.survey_version,
        language="en", started_at=now, touched_at=now, answered_at=now, state="complete", customer_key="customer_1",
    )  # fmt: skip
    Answer.objects.create(response=response, question_key="effort", instrument="ces", score=3.0)
    connection_1 = Connection.objects.create(
        key="connection_1", name="CRM", url="https://hooks.example/heed", made_by=house.admin.key, after_entry=0
    )
    Delivery.objects.create(
        key="delivery_1", connection=connection_1, event="case-opened", made_at=now, state="dead", ended_at=now
    )
    RoutedItem.objects.create(
        key="item_1", routing_key="default", version=1, route="catch_all", join_key="theme=", way="team",
        receiver="north-phone", team="north-phone", opened_at=now, last_at=now,
    )  # fmt: skip
    PrivacyRequest.objects.create(
        key="privacy_1", kind="access", customer_key="customer_1", received_at=now, due_on=now.date(), opened_by="p_1"
    )
    Erasure.objects.create(key="privacy_1", digest="0" * 64, reason="asked", asked_by="p_1", begun_at=now, done_at=now)
    Breach.objects.create(key="privacy_1", title="x", happened="y", noticed_at=now, due_at=now, noted_by="p_1")
    AskingPause.objects.create(key="pause_1", why="storm", actor=house.admin.key, since=now, until=now)
    AskList.objects.create(key="list_1", survey_key="effort", customers=["customer_1"], actor=house.admin.key)
    Ask.objects.create(
        key="ask_1", once_key="once", survey_key="effort", customer_key="customer_1", decided_at=now, asked=False,
        reason="resting", region="north", actor=house.admin.key,
    )  # fmt: skip
    ensure_model()
    drawn = LabelRound.objects.create(key="round_1", name="Bills", made_by=house.admin.key, made_at=now)
    for place, said in enumerate(SAID, 1):
        LabelItem.objects.create(round=drawn, place=place, verbatim_id=said["verbatim_id"], chosen_by="random")
    BakeOff.objects.create(key="bakeoff_1", task="sentiment", asked_by=house.admin.key, asked_at=now)
    Escalation.objects.create(
        key="escalation_1", case_key="case_1", state="given", person=house.admin.key, team="north-phone", seen_at=now
    )
    DutySwap.objects.create(
        key="swap_1", protocol_key="service", level_key="lead", person=house.admin.key, substitute=house.agent.key,
        since=now.date(), until=now.date(), made_by=house.admin.key,
    )  # fmt: skip
    SurveyLink.objects.create(
        key="link_1", token_digest="0" * 64, survey_key="effort", name="Counter", sort="web", actor=house.admin.key
    )
    QualityAudit.objects.create(
        key="audit_1", survey_key="effort", since=now, until=now, ran_at=now, ran_by=house.admin.key, state="thin"
    )
    notify([house.admin.key], kind="case-assigned", params={"number": "1"}, href="/cases/case_1/", once_key="fuzz")


KEYS = {
    "/cases": "case_1", "/units": "north-phone", "/customers": "customer_1", "/surveys": "effort", "/survey-links": "link_1",
    "/survey-invitations": "invitation_1", "/responses": "response_1", "/connections": "connection_1",
    "/deliveries": "delivery_1", "/slas": "put_right", "/journeys": "life", "/asks": "ask_1", "/ask-lists": "list_1",
    "/themes": "billing", "/label-rounds": "round_1", "/bakeoffs": "bakeoff_1", "/escalations": "escalation_1",
    "/escalation-rotas": "swap_1", "/targets": "aims", "/footprints": "harbours", "/programmes": "whole",
    "/feedback-items": "item_1",
    "/privacy": "privacy_1",
}  # fmt: skip


def _secret(house: House, *scopes: str) -> str:
    return make_token(house.scope("admin"), name="all", scopes=scopes or PERMISSIONS)[1]


@pytest.fixture(scope="module")
def ask(house: House) -> Asker:
    return Asker(_secret(house))


def known(house: House, path: str) -> dict[str, Any]:
    """Parameters of a path that name what is there."""
    part = "/" + path.split("/")[3]
    key = house.agent.key if part == "/people" else KEYS.get(part, "asa")
    if path.endswith("/revision"):
        key = "aht"
    if part == "/quality":
        key = "audit_1" if "/audits/" in path else "effort"
    if part == "/asking":
        key = "pause_1" if "/pauses/" in path else "customer_1"
    numbered = {"/tokens": ApiToken, "/notifications": Notification, "/text-models": TextModel}
    rows = numbered[part].objects.order_by("id") if part in numbered else None  # type: ignore[attr-defined]
    number = 1 if rows is None else rows.values_list("pk", flat=True).first()
    return {
        "key": key, "unit": "north-phone", "role": "agent", "kind": "kpi", "number": number, "place": 1,
        "customer": "customer_1",
    }  # fmt: skip


def places(house: House, path: str) -> dict[str, Any]:
    return {name: value for name, value in known(house, path).items() if "{" + name + "}" in path}


def raw_of(body: Any, media: str | None) -> tuple[bytes, str]:
    if isinstance(body, NotSet):
        return b"", media or ""
    if isinstance(body, bytes):
        return body, media or ""
    if media == "message/rfc822":
        return as_mail(None, body), media
    if media == "multipart/form-data":
        return multipart(body if isinstance(body, dict) else {"file": as_json(body)})
    return as_json(body), media or ""


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.method == "get"], ids=lambda each: each.path)
def test_what_is_there_is_found(operation: Any, house: House, ask: Asker) -> None:
    """Each address of one thing is called with something that is there; otherwise its tests would try nothing."""
    if operation.path_parameters:
        # What is there may not be ready, as weights of a survey that hardly anybody answered.
        assert ask("GET", address(operation.path, places(house, operation.path))).status_code in (200, 409)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_generated_calls(operation: Any, house: House, ask: Asker) -> None:
    modes = [operation.as_strategy(GenerationMode.POSITIVE)]
    if operation.path_parameters or operation.query or operation.body or operation.headers:
        modes.append(operation.as_strategy(GenerationMode.NEGATIVE))

    @settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(modes), is_known=st.booleans())
    def call(case: Any, is_known: bool) -> None:
        where = places(house, operation.path) if is_known else dict(case.path_parameters or {})
        raw, media = raw_of(case.body, case.media_type)
        headers = {
            name: value
            for name, value in (case.headers or {}).items()
            if name == "Idempotency-Key" and isinstance(value, str) and value.isprintable()
        }
        ask(operation.method.upper(), address(operation.path, where, case.query), raw, media, headers)

    call()


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_hostile_parameters(operation: Any, house: House, ask: Asker) -> None:
    """Each parameter in turn holds what nobody should send, the others what is right."""
    right = places(house, operation.path)
    names = {each.location: [] for each in operation.iter_parameters()}
    for each in operation.iter_parameters():
        names[each.location].append(each.name)
    for name in names.get("path", []):
        for value in HOSTILE:
            ask(operation.method.upper(), address(operation.path, {**right, name: value}))
    for name in [*names.get("query", []), "unknown"]:
        # What no call reads is left alone whatever it holds.
        for value in HOSTILE if operation.method in READS and name != "unknown" else HOSTILE[:2]:
            ask(operation.method.upper(), address(operation.path, right, {name: value}))


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.body], ids=lambda each: each.path)
def test_hostile_bodies(operation: Any, house: House, ask: Asker) -> None:
    path = address(operation.path, places(house, operation.path))
    media = [each.media_type for each in operation.body]
    bodies = [as_json(value) for value in VALUES]
    broken = [b"", b"{", b"\xff\xfe", b"\0", b'{"a":NaN}', b"[" * 50_000, b'{"a":1,"a":2}', b"1" * 5000, b"--edge--"]
    for kind in (*media, "text/plain", "application/xml", "x", "application/json; charset=klingon"):
        for raw in (*bodies, *broken) if kind in media else (b"{}", b""):
            ask(operation.method.upper(), path, raw, kind)
    for raw in (b"", b"--edge", b"--edge\r\n\r\n--edge--"):
        ask(operation.method.upper(), path, raw, "multipart/form-data; boundary=edge")
        ask(operation.method.upper(), path, raw, "multipart/form-data")


def event(**data: Any) -> dict[str, Any]:
    row = {"interaction_id": "i1", "started_at": "2026-05-03T09:00:00Z", "wait_seconds": 1.5, "attributes": {"a": "b"}}
    return {"specversion": "1.0", "id": "1", "source": "/crm", "type": "heed.fact.interactions", "data": row | data}


SOON = (timezone.now() + timedelta(days=9)).isoformat()
BODIES: dict[str, tuple[str, str, Any]] = {
    "unit": ("POST", "/units", {"name": "West", "kind": "region", "parent": "organisation", "key": "west"}),
    "invitation": (
        "POST", "/invitations", {"email": "a@b.example", "name": "A", "role": "agent", "unit": "north"},
    ),
    "token": ("POST", "/tokens", {"name": "x", "scopes": ["import"], "expires_at": "2999-01-01T00:00:00Z"}),
    "kpi": ("POST", "/definitions/kpi/asa/versions", {"body": catalogue_body("asa"), "note": "n"}),
    "level": ("POST", "/definitions/kpi/service_level/versions", {"body": catalogue_body("service_level")}),
    "mapping": ("POST", "/definitions/mapping/calls/versions", {"body": CALLS}),
    "organisation": (
        "POST", "/definitions/organisation/organisation/versions",
        {"body": {"name": "H", "time_zone": "Europe/Berlin", "currency": "EUR", "languages": ["en"]}},
    ),
    "policy": (
        "POST", "/definitions/privacy_policy/ours/versions",
        {"body": {"name": "ours", "min_n_customers": 12, "min_n_employees": 5}},
    ),
    "end": ("POST", "/definitions/kpi/asa/retirements", {"effective_until": "2999-01-01T00:00:00Z"}),
    "row": ("PATCH", "/quarantined-rows/1", {"values": {"wait": "3"}, "state": "open"}),
    "replay": ("POST", "/replays", {"mapping": "calls", "rule": "", "rows": [1]}),
    "case": (
        "POST", "/cases",
        {"title": "Lost", "team": "north-phone", "customer": "crm:1", "severity": "high", "words": "x", "take": False},
    ),
    "assignment": ("POST", "/cases/case_1/assignments", {"owner": ""}),
    "contact": ("POST", "/cases/case_1/contacts", {"way": "phone", "words": "x"}),
    "wait": (
        "POST", "/cases/case_1/waits", {"waiting_for": "customer", "until": SOON, "words": "x"},
    ),
    "transfer": ("POST", "/cases/case_1/transfers", {"team": "south-phone", "words": "x"}),
    "closure": ("POST", "/cases/case_1/closures", {"cause": "other", "outcome": "resolved", "words": "x"}),
    "customer": (
        "POST", "/customers",
        {
            "system": "crm", "external_id": "8", "name": "Kim", "email": "k@b.example", "phone": "+4930123456",
            "language": "en", "time_zone": "Europe/Berlin", "region": "north", "attributes": {"a": "b"},
        },
    ),
    "correction": ("PATCH", "/customers/customer_1", {"name": "Kim", "email": "k@b.example", "language": "de"}),
    "wish": ("PUT", "/customers/customer_1/wish", {"opted_out": True}),
    "list": (
        "POST", "/ask-lists", {"survey": "effort", "customers": ["crm:7"], "filter": {"region": "north", "words": "k"}},
    ),
    "contact of another": ("POST", "/asking/contacts", {"customer": "customer_1", "channel": "sms", "once": "c7"}),
    "stop": ("PUT", "/asking/customers/customer_1/stop", {"why": "said so"}),
    "pause": ("POST", "/asking/pauses", {"why": "storm", "region": "north", "hours": 2.0}),
    "returned": (
        "POST", "/feedback-items/item_1/return", {"reason": "not_ours", "words": "No.", "to": "north"},
    ),
    "connection": ("PATCH", "/connections/connection_1", {"name": "CRM", "events": ["case-opened"]}),
    "again": ("POST", "/connections/connection_1/replays", {"deliveries": ["delivery_1"]}),
    "event": ("POST", "/events", event()),
    "verbatim": (
        "POST", "/events",
        event() | {"type": "heed.fact.verbatims", "data": {"text": "x", "said_at": "2026-05-03T09:00:00Z"}},
    ),
}  # fmt: skip


def spoilt(body: Any) -> Iterator[Any]:
    """The body with each of its places in turn held by what should not be there, or gone."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield {key: each for key, each in body.items() if key != name}
            for worse in (*VALUES, *(spoilt(value) if isinstance(value, (dict, list)) else ())):
                yield {**body, name: worse}
        yield {**body, "\0": 1}
        yield {**body, "\ud800": 1}
    elif isinstance(body, list):
        for index, value in enumerate(body):
            for worse in (*VALUES, *(spoilt(value) if isinstance(value, (dict, list)) else ())):
                yield [*body[:index], worse, *body[index + 1 :]]


@pytest.mark.parametrize("name", BODIES)
def test_right_bodies_spoilt_in_one_place(name: str, house: House, ask: Asker) -> None:
    method, path, body = BODIES[name]
    media = SINGLE if path == "/events" else ""
    right = ask(method, f"/api/v1{path}", as_json(body), media)
    assert right.status_code in (200, 201, 202), right.content
    for worse in spoilt(copy.deepcopy(body)):
        ask(method, f"/api/v1{path}", as_json(worse), media)


def test_of_a_batch_all_or_nothing(ask: Asker) -> None:
    batch = [event(), {**event(interaction_id="i2"), "id": "2"}]
    assert ask("POST", "/api/v1/events", as_json(batch), BATCH).status_code == 202
    for wrong in spoilt(batch[1]):
        answer = ask("POST", "/api/v1/events", as_json([batch[0], wrong]), BATCH)
        assert answer.status_code in (202, 409, 422)


def test_files_of_every_kind_of_wrong(ask: Asker) -> None:
    files = {
        "empty.csv": b"",
        "nul.csv": b"id,at\n\0,\0\n",
        "wide.csv": b"id,at,wait,who\n" + b"," * 5000,
        "not.xlsx": b"PK\x03\x04nothing",
        "not.parquet": b"PAR1PAR1",
        "bomb.csv.gz": b"\x1f\x8b\x08\0garbage",
        "deep.json": b"[" * 20_000,
        "bad.xes": b"<log><trace>",
        "lone.jsonl": b'{"id": "\\ud800", "at": 1e999, "wait": null, "who": []}\n',
        "bytes.csv": bytes(range(256)),
        "../../up.csv": b"id,at,wait,who\n1,2024-05-01T09:00:00Z,1,y:1\n",
        "": b"id,at,wait,who\n2,2024-05-01T09:00:00Z,1,y:1\n",
    }
    for name, content in files.items():
        for dry in ("true", "false", "perhaps"):
            raw, media = multipart({"file": content, "mapping": "calls", "dry_run": dry}, name)
            ask("POST", "/api/v1/imports", raw, media)
    for mapping in HOSTILE:
        raw, media = multipart({"file": b"id,at\n1,2\n", "mapping": mapping})
        ask("POST", "/api/v1/imports", raw, media)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_without_a_token_that_holds_nothing_is_told(operation: Any, house: House) -> None:
    path = address(operation.path, places(house, operation.path))
    token, ended = make_token(house.scope("admin"), name="old", scopes=["use_api"])
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(days=1))
    for secret in ("", "heed_", "heed_x", "\xe9", "a b", "x" * 5000, ended):
        assert Asker(secret)(operation.method.upper(), path, b"{}").status_code == 401
    few = Asker(_secret(house, "use_api"))(operation.method.upper(), path, b"{}")
    # What is the token's own, or its person's, needs no further permission.
    own = operation.path.startswith(("/api/v1/roles", "/api/v1/tokens", "/api/v1/notifications"))
    assert own or few.status_code in (403, 415, 422), few.status_code


def test_a_token_does_no_more_than_it_was_given(house: House) -> None:
    """For each body that is right: with every permission but the one it wants, it is refused."""
    wants = {
        "unit": "manage_people", "invitation": "manage_people", "token": "use_api", "kpi": "propose",
        "end": "approve", "row": "import", "replay": "import", "event": "import",
    }  # fmt: skip
    for name, permission in wants.items():
        method, path, body = BODIES[name]
        asker = Asker(_secret(house, *(set(PERMISSIONS) - {permission})))
        answer = asker(method, f"/api/v1{path}", as_json(body), SINGLE if path == "/events" else "")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), name
    raw, media = multipart({"file": b"id,at\n1,2\n", "mapping": "calls"})
    asker = Asker(_secret(house, *(set(PERMISSIONS) - {"import"})))
    assert asker("POST", "/api/v1/imports", raw, media).status_code == 403


def test_a_token_of_a_part_reaches_its_part(house: House) -> None:
    with undone():
        person = make_person(email="lead@harbour.example", name="Lead", password="a-quiet-harbour-43")
        give_role(COMMAND_LINE, person.key, "south-phone", "manager")
        south = Asker(make_token(scope_of(person), name="x", scopes=["see_figures", "import", "see_journal"])[1])
        (row,) = south("GET", "/api/v1/kpis/abandonment/figure").json()["rows"]
        assert row["value"] is None
        for path in ("/imports", "/quarantined-rows", "/quarantined-rows/1", "/journal"):
            assert south("GET", f"/api/v1{path}").status_code == 403
        assert south("POST", "/api/v1/events", as_json(event()), SINGLE).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("PUT", "/kpis", 405), ("GET", "/kpis/", 404), ("GET", "/kpis/asa/\0", 404)],
)
def test_what_is_not_there_is_told_as_a_problem(method: str, path: str, status: int, ask: Asker) -> None:
    assert ask(method, f"/api/v1{quote(path)}").status_code == status


def test_a_session_without_its_form_token_changes_nothing(house: House) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(house.admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    before = stored()
    answer = client.post("/api/v1/units", BODIES["unit"][2], content_type="application/json")
    check(answer, "a session")
    assert answer.status_code == 403
    assert stored() == before


def paged(asker: Asker, path: str) -> list[Any]:
    """Every item of a list, one a page."""
    found, cursor = [], ""
    while True:
        told = asker("GET", f"/api/v1{path}{'&' if '?' in path else '?'}limit=1{cursor}").json()
        assert len(told["items"]) <= 1
        found += told["items"]
        assert len(found) < 200, f"{path} does not end"
        if told["next"] is None:
            return found
        cursor = f"&cursor={written(told['next'])}"


def test_lists_are_told_page_by_page(house: House) -> None:
    """One item a page is the same as all at once, in the same order: nothing twice, nothing left out."""
    asker = Asker(_secret(house))
    for version in range(3):
        sent = as_json({"body": catalogue_body("asa") | {"short": f"ASA {version}"}})
        told = asker.client.generic(
            "POST", "/api/v1/definitions/kpi/asa/versions", sent, content_type="application/json"
        )
        assert told.status_code == 201
        _secret(house)
        invited = as_json(BODIES["invitation"][2] | {"email": f"guest{version}@b.example"})
        told = asker.client.generic("POST", "/api/v1/invitations", invited, content_type="application/json")
        assert told.status_code == 201, told.content
    for path in (
        "/units", "/people", "/invitations", "/tokens", "/definitions", "/definitions?kind=kpi",
        "/definitions/proposals", "/definitions/kpi/asa/versions", "/journal", "/imports", "/quarantined-rows",
    ):  # fmt: skip
        whole = asker("GET", f"/api/v1{path}{'&' if '?' in path else '?'}limit=200").json()
        assert whole["next"] is None
        assert paged(asker, path) == whole["items"], path
        assert len(whole["items"]) > 1 or path in ("/imports", "/quarantined-rows"), path


def test_every_list_says_what_follows_it() -> None:
    """What an organisation defines or draws by hand is few by nature, and so is what two versions or two people differ in."""
    short = {"KpisOut", "RolesOut", "KindsOut", "DifferencesOut", "SurveysOut", "ThemesOut", "SignalsOut", "SlasOut"}
    short |= {
        "RoundsOut",
        "DisagreementsOut",
        "JourneysOut",
        "RotasOut",
        "TargetsOut",
        "LoadOut",
        "CoversOut",
        "RoutesOut",
        "PausesOut",
    }
    for name, schema in SPEC["components"]["schemas"].items():
        if "items" in schema.get("properties", {}) and name not in short:
            assert "next" in schema["properties"], name
