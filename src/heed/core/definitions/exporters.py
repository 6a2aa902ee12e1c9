"""Definitions written as a folder of YAML: the same definitions give the same bytes."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from heed.core.definitions.rules import as_yaml, canonical


def write_model(folder: Path, definitions: Iterable[tuple[str, str, BaseModel]]) -> list[Path]:
    """Write DIR/<kind>/<key>.yaml for each (kind, key, body); other files are left alone. Returns what was written."""
    written = []
    for kind, key, body in definitions:
        path = folder / kind / f"{key}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_yaml(canonical(body)), encoding="utf-8")
        written.append(path)
    return written
