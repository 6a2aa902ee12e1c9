"""Files that mining writes."""

from pathlib import Path

from heed.core.errors.rules import Invalid, phrase


def write_bytes(file: str, raw: bytes) -> None:
    """Write a file. Raises Invalid where it cannot be written."""
    try:
        Path(file).write_bytes(raw)
    except OSError as error:
        raise Invalid(
            phrase("{file} cannot be written: {error}.", file=file, error=error),
            code="unwritable_file",
            hint="Name a file in a folder that is there and may be written to.",
        ) from error
