"""Model fields and abstract bases shared by every models room."""

import secrets

from django.db import models

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_key(prefix: str) -> str:
    """A pseudonymous key: prefix and 16 random characters (80 bits); tells nothing about whom it names."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))


class Dated(models.Model):
    """A row that knows when it was made and last changed."""

    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
