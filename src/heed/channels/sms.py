"""One text message to one person, over a carrier with an HTTP API; what refuses it is told by whether to try again.

`Carrier` is the whole interface. The one here speaks the Programmable Messaging API that Twilio made and others speak as well
(twilio.com/docs/messaging/api/message-resource): a form by POST under basic authentication, an answer in JSON.
"""

import base64
import binascii
import hmac
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from heed.core.errors.rules import HeedError, phrase
from heed.core.outgoing import AddressRefused, Answer, CallFailed, fetch
from heed.core.settings.rules import current

LONGEST_TEXT = 1_600
LONGEST_WAIT = 86_400
SECONDS = 20.0
# GSM 03.38: what fits into seven bits, and what takes two places there.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_DOUBLE = frozenset("^{}\\[~]|€\f")
# Codes of the API (twilio.com/docs/api/errors): whoever said STOP, and numbers that take no message.
SAID_STOP = frozenset({21610})
NO_NUMBER = frozenset({21211, 21214, 21217, 21614, 21612, 30003, 30005, 30006})


class SmsRefused(HeedError):
    """A message was not taken. `permanent`: trying again will not help. `wait`: seconds the carrier asks to wait.

    The reason holds no number, so that it can be kept and shown.
    """

    code = "sms_refused"
    status = 502

    def __init__(self, reason: str, *, permanent: bool, code: str = "sms_refused", wait: int = 0) -> None:
        hint = "Correct the number." if permanent else "It is tried again later."
        super().__init__(reason, code=code, hint=hint)
        self.permanent, self.wait = permanent, wait


@dataclass(frozen=True)
class Sms:
    """A message to a number in international form (E.164). `told_url`: where the carrier says what became of it."""

    to: str
    text: str
    told_url: str = ""


class Carrier(Protocol):
    """Takes messages. Returns what it calls a message. Raises SmsRefused."""

    def send(self, message: Sms) -> str: ...


Fetch = Callable[..., Answer]


@dataclass(frozen=True)
class Twilio:
    """An account at a carrier. `sender` is a number, a name, or with `is_service` a service that chooses one."""

    base: str
    account: str
    token: str
    sender: str
    is_service: bool = False
    fetch: Fetch = fetch

    def send(self, message: Sms) -> str:
        form = {
            "To": message.to,
            "MessagingServiceSid" if self.is_service else "From": self.sender,
            "Body": message.text[:LONGEST_TEXT],
        }
        if message.told_url:
            form["StatusCallback"] = message.told_url
        url = f"{self.base}/2010-04-01/Accounts/{self.account}/Messages.json"
        try:
            answer = self.fetch("POST", url, self._headers(), urlencode(form).encode(), SECONDS)
        except AddressRefused as error:
            raise SmsRefused(error.message, permanent=False, code="sms_unreachable") from error
        except CallFailed as error:
            raise _unanswered(error) from error
        return _taken(answer)

    def _headers(self) -> dict[str, str]:
        key = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        return {
            "Authorization": f"Basic {key}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }

    def signed(self, url: str, form: Mapping[str, str]) -> str:
        """What the carrier signs its own calls with: HMAC-SHA-1 of the address and the fields in order of name."""
        words = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        return base64.b64encode(hmac.digest(self.token.encode(), words.encode(), "sha1")).decode()

    def is_from_carrier(self, url: str, form: Mapping[str, str], signature: str) -> bool:
        try:
            base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(self.signed(url, form).encode(), signature.encode())

    @property
    def hears(self) -> bool:
        """Whether people can answer to its messages: a name cannot be answered."""
        return self.is_service or self.sender.startswith("+")


def carrier_of(address: str) -> Twilio | None:
    """The carrier that the settings name; None where none is."""
    if not address:
        return None
    parts = urlsplit(address)
    sender = dict(parse_qsl(parts.query))
    port = f":{parts.port}" if parts.port else ""
    scheme = "http" if parts.scheme == "twilio+http" else "https"
    # A plus in an address would be read as a blank.
    name = sender.get("from", "").strip()
    name = f"+{name}" if name.isdigit() else name
    return Twilio(
        base=f"{scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}",
        account=unquote(parts.username or ""),
        token=unquote(parts.password or ""),
        sender=sender.get("service") or name,
        is_service="service" in sender,
    )


def carrier() -> Twilio | None:
    """The carrier of this store."""
    return carrier_of(current().sms_url)


def send(message: Sms, by: Carrier | None = None) -> str:
    """Hand a message over. Returns what the carrier calls it. Raises SmsRefused."""
    chosen = by or carrier()
    if chosen is None:
        raise SmsRefused("No carrier of text messages is set.", permanent=False, code="sms_not_set")
    return chosen.send(message)


def parts_of(text: str) -> int:
    """How many messages a text is billed as: 160 signs of the GSM alphabet or 70 others in one, 153 or 67 in each of several
    (3GPP TS 23.038, 23.040).
    """
    if all(sign in GSM or sign in GSM_DOUBLE for sign in text):
        size, one, several = sum(2 if sign in GSM_DOUBLE else 1 for sign in text), 160, 153
    else:
        size, one, several = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if size <= one else math.ceil(size / several)


def _taken(answer: Answer) -> str:
    told = _read(answer.body)
    if 200 <= answer.status < 300 and told.get("sid"):
        return str(told["sid"])[:80]
    if 200 <= answer.status < 300:
        raise _unsure()
    code = told["code"] if isinstance(told.get("code"), int) else 0
    said = phrase("The carrier answered: {said}", said=f"{answer.status} {code or ''}".strip())
    if answer.status in (401, 403) and code not in SAID_STOP:
        raise SmsRefused("The carrier refused the account or its token.", permanent=False, code="sms_sign_in")
    if answer.status == 429 or answer.status >= 500 or answer.status < 400:
        wait = answer.headers.get("retry-after", "")
        seconds = min(int(wait), LONGEST_WAIT) if wait.isascii() and wait.isdigit() and len(wait) < 9 else 0
        raise SmsRefused(said, permanent=False, code="sms_deferred", wait=seconds)
    if code in SAID_STOP:
        raise SmsRefused("The customer answered STOP to an earlier message.", permanent=True, code="opted_out")
    raise SmsRefused(said, permanent=True, code="no_such_number" if code in NO_NUMBER else "sms_refused")


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _unanswered(error: CallFailed) -> SmsRefused:
    """Where nothing was heard of a message that may have gone, sending it again could bother somebody twice."""
    if error.reason in ("unreachable", "tls"):
        return SmsRefused(error.message, permanent=False, code="sms_unreachable")
    return _unsure()


def _unsure() -> SmsRefused:
    return SmsRefused("The carrier did not say whether it took the message.", permanent=True, code="sms_unsure")
