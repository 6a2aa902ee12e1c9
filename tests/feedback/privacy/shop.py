"""A store in which two customers of nearly the same name left something everywhere: `python -m tests.feedback.privacy.shop`."""

import json
import sys
from pathlib import Path
from typing import Any

LEAVES, STAYS = "CRM-448210", "CRM-448211"
PEOPLE: dict[str, dict[str, str]] = {
    LEAVES: {
        "name": "Balthasar Quintemeier",
        "email": "balthasar.quintemeier@post.example",
        "phone": "+49 30 5557701",
        "words": "The fitter Wunderlich-Ost trampled my begonias and never apologised to grandmother Ottilie.",
        "note": "Wants his begonias replaced before Michaelmas, called from the allotment garden.",
    },
    STAYS: {
        "name": "Balthasar Quintemeyer",
        "email": "balthasar.quintemeyer@post.example",
        "phone": "+49 30 5557702",
        "words": "Everything went quickly and the new boiler hums like a contented cat.",
        "note": "Happy with the boiler, asked for a second one in the summer house.",
    },
}
SYSTEM = "crm"


def _events(identifier: str) -> list[dict[str, Any]]:
    at, told = "2026-09-01T10:00:00+00:00", PEOPLE[identifier]
    who = {"customer_key": f"{SYSTEM}:{identifier}"}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("interactions", {"interaction_id": f"call-of-{identifier}", "started_at": at, "channel": "phone", **who}),
        ("verbatims", {"verbatim_id": f"said-by-{identifier}", "said_at": at, "text": told["words"], **who}),
        # Names nobody, but belongs to the call of one.
        (
            "verbatims",
            {
                "verbatim_id": f"heard-{identifier}",
                "said_at": at,
                "text": told["note"],
                "interaction_id": f"call-of-{identifier}",
            },
        ),
    ]
    return [
        {
            "specversion": "1.0",
            "id": f"{identifier}-{number}",
            "source": "/crm",
            "type": f"heed.fact.{table}",
            "data": row,
        }
        for number, (table, row) in enumerate(rows)
    ]


def _asked(identifier: str, key: str) -> None:
    from django.utils import timezone

    from heed.feedback.surveys.actions.answers import take
    from heed.feedback.surveys.actions.invitations import invite, note_sent, renew_link
    from heed.feedback.surveys.models import Invitation
    from heed.feedback.surveys.rules.answering import Submission

    invitation = invite(survey_key="after_call", customer_key=key, address=PEOPLE[identifier]["email"])
    row = Invitation.objects.get(key=invitation)
    note_sent(row)
    token = renew_link(row).rstrip("/").rpartition("/")[2]
    given = {"likely": ("3",), "more": (PEOPLE[identifier]["words"],)}
    take([Submission(token, "en", given, 0, timezone.now(), duration_seconds=9.0)])


def _worked_on(identifier: str, key: str) -> None:
    """A case with words, what is told of it, consent, a rejected row, an upload, a mail."""
    from django.utils import timezone

    from heed.core.access.rules import COMMAND_LINE
    from heed.core.settings.rules import current
    from heed.feedback.privacy.actions.requesting import open_request
    from heed.service.cases.actions.opening import open_case
    from heed.service.customers.actions import note_consent, note_wish
    from heed.service.customers.models import CustomerImport, RejectedCustomer
    from heed.service.formats.models import Import, QuarantinedRow

    told = PEOPLE[identifier]
    open_case(COMMAND_LINE, title=f"Call {told['name']} back", team="desk", customer=key, words=told["note"])
    note_consent(COMMAND_LINE, key, "asking", "given", source="form", shown="I agree to be asked.")
    note_wish(COMMAND_LINE, key, opted_out=True)
    open_request(COMMAND_LINE, key, "access")
    origin = CustomerImport.objects.create(file_name="crm.csv", file_digest="d", system=SYSTEM, actor="test")
    raw = {"id": identifier, "name": told["name"], "mail": told["email"]}
    RejectedCustomer.objects.create(origin=origin, line=3, reason="invalid_phone", raw=raw)
    batch = Import.objects.create(mapping="m", mapping_digest="d", file_name="f.csv", actor="t", host="h", process=1)
    QuarantinedRow.objects.create(
        origin=batch,
        mapping="m",
        identity=f"i{key}"[:48],
        line=2,
        rule="not_a_number",
        reason="x",
        raw=raw,
        people=[key],
    )
    uploads, mail = current().home_path / "imports" / "uploads", current().home_path / "mail"
    uploads.mkdir(parents=True, exist_ok=True)
    mail.mkdir(exist_ok=True)
    (uploads / f"p_1.{key}").write_text(f"id,name\n{identifier},{told['name']}\n", encoding="utf-8")
    with (mail / "all.log").open("ab") as sink:
        sink.write(f"To: {told['email']}\nSubject: How was it?\n\nDear {told['name']}\n".encode() + b"-" * 79 + b"\n")
    assert timezone.now()


def fill() -> dict[str, str]:
    """Fill the store; the keys of the two customers by their identifiers."""
    from django.conf import settings
    from django.db import transaction

    from heed import flow
    from heed.collector.actions import take_events
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.people.actions import add_unit, ensure_root_unit
    from heed.facts.projector.follow import project
    from heed.feedback.verbatims.actions.reading import read_new
    from heed.service.customers.actions import keep_customers
    from heed.service.customers.rules import CustomerRow, customer_key
    from tests.feedback.surveys.surveys import in_force

    in_force()
    with transaction.atomic():
        root = ensure_root_unit("Shop")
    add_unit(COMMAND_LINE, name="Desk", kind="team", parent=root.key, key="desk")
    keys = {}
    for identifier, told in PEOPLE.items():
        row = CustomerRow(identifier, name=told["name"], email=told["email"], phone=told["phone"])
        keep_customers([row], "test", system=SYSTEM)
        keys[identifier] = customer_key(settings.SECRET_KEY, SYSTEM, identifier)
        body = json.dumps(_events(identifier)).encode()
        take_events(COMMAND_LINE, body, "application/cloudevents-batch+json")
        _asked(identifier, keys[identifier])
        _worked_on(identifier, keys[identifier])
    _speak_of(keys[STAYS])
    while flow.follower().carry():
        pass
    project()
    while read_new():
        pass
    return keys


def _speak_of(key: str) -> None:
    """Somebody else's case in which the one who leaves is named."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.service.cases.actions.opening import open_case

    said = f"Sat beside {PEOPLE[LEAVES]['name']} in the waiting room; wants the invoice."
    open_case(COMMAND_LINE, title="Invoice", team="desk", customer=key, words=said)


def main(out: str) -> None:
    from heed.core.edge import with_store

    with_store()
    Path(out).write_text(json.dumps(fill()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
