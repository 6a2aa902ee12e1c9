"""Model fields and abstract bases shared by every models room."""

import secrets

from django.db import models

# 32 characters, so every byte stands for one of them and none comes oftener than another.
_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz" * 8


def new_key(prefix: str) -> str:
    """A pseudonymous key: prefix and 16 random characters (80 bits); tells nothing about whom it names."""
    return f"{prefix}_" + secrets.token_bytes(16).translate(_ALPHABET).decode("ascii")


class Dated(models.Model):
    """A row that knows when it was made and last changed."""

    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
