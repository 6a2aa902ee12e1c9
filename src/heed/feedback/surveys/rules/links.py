"""Links of invitations, and what of an invitation and a response is personal. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from heed.core.consent.rules import personal

personal("feedback.Invitation", "customer_key", "key", "to ask a customer")
personal("feedback.Invitation", "address", "contact", "to send an invitation; emptied once it went")
personal("feedback.Invitation", "token_digest", "secret", "to know an invitation's link again")
personal("feedback.Invitation", "last_error", "contact", "what the mail server said, which may repeat the address")
personal("feedback.Response", "customer_key", "key", "to know who answered")
personal("feedback.Answer", "words", "words", "what a customer wrote")

personal("feedback.SurveyLink", "token_digest", "secret", "to know a link again")
personal("feedback.AddressTrouble", "customer_key", "key", "to write no more to an address that does not exist")
personal("feedback.AddressTrouble", "address_digest", "secret", "to know that a customer has another address since")
personal("feedback.Invitation", "carrier_id", "secret", "to know what a carrier tells of a text message")
personal("feedback.Invitation", "address_digest", "secret", "to know which address a mail that came back went to")

PLACE = ("region", "team", "channel", "touchpoint", "stage", "topic", "product", "segment")
CONTEXT = (*PLACE, "interaction_id", "agent_key", "case_id")


def token_of(secret: str, invitation: str) -> str:
    """The secret part of an invitation's link: 160 bits, worked out from the store's secret, so that it is never kept."""
    return hmac.digest(secret.encode(), b"survey-invitation\x1f" + invitation.encode(), "sha256").hex()[:40]


def link_token(secret: str, link: str) -> str:
    """The secret part of a link that many use: 96 bits, short enough for a code on a wall."""
    return hmac.digest(secret.encode(), b"survey-link\x1f" + link.encode(), "sha256").hex()[:24]


def address_digest(secret: str, address: str) -> str:
    """What is kept of an address that made trouble; nobody without the store's secret finds the address by it."""
    return hmac.digest(secret.encode(), b"address\x1f" + address.strip().lower().encode(), "sha256").hex()


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def answer_path(token: str) -> str:
    """The one place that says where a survey is answered."""
    return f"/a/{token}"


def link_path(token: str) -> str:
    """Where a survey is answered by whoever has the address."""
    return f"/o/{token}"


def checked_context(context: Mapping[str, Any]) -> dict[str, str]:
    """What is kept of where an invitation came from: known columns with a value, as short texts."""
    return {name: str(context[name])[:120] for name in CONTEXT if context.get(name) not in (None, "")}


def context_of(context: Mapping[str, str], is_anonymous: bool) -> dict[str, str]:
    """What an answer keeps of where it came from: of an anonymous one no single contact, case or agent."""
    return {name: value for name, value in context.items() if not is_anonymous or name in PLACE}
