"""What an erasure must remember until it is done, so that nobody reads it, the proof neither: encrypted under the store's secret."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet
from django.conf import settings

from heed.feedback.privacy.rules.traces import Whom


def sealed(whom: Whom, erasure: str) -> str:
    return _box(erasure).encrypt(whom.written().encode()).decode("ascii")


def unsealed(text: str, erasure: str) -> Whom:
    return Whom.read(_box(erasure).decrypt(text.encode("ascii")).decode())


def digest_of(key: str) -> str:
    """By what an erasure list knows a customer again without naming them: HMAC-SHA-256 of the key under the store's secret."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"erased\x1f{key}".encode(), "sha256").hex()


def _box(erasure: str) -> Fernet:
    key = hashlib.sha256(f"erasure\x1f{erasure}\x1f{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
