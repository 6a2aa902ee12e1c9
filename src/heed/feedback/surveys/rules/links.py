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

PLACE = ("region", "team", "channel", "touchpoint", "stage", "topic", "product", "segment")
CONTEXT = (*PLACE, "interaction_id", "agent_key", "case_id")


def token_of(secret: str, invitation: str) -> str:
    """The secret part of an invitation's link: 160 bits, worked out from the store's secret, so that it is never kept."""
    return hmac.digest(secret.encode(), b"survey-invitation\x1f" + invitation.encode(), "sha256").hex()[:40]


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def answer_path(token: str) -> str:
    """The one place that says where a survey is answered."""
    return f"/a/{token}"


def checked_context(context: Mapping[str, Any]) -> dict[str, str]:
    """What is kept of where an invitation came from: known columns with a value, as short texts."""
    return {name: str(context[name])[:120] for name in CONTEXT if context.get(name) not in (None, "")}
