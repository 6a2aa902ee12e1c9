"""Footprints written in files. Pure."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import yaml

from heed.core.definitions.rules import validate
from heed.core.errors.rules import Invalid, phrase
from heed.goals.footprint.definition import Footprint

HINT = phrase("Give a file with regions and sites.")


def read_file(path: Path) -> Footprint:
    """A footprint written as YAML or JSON. Raises Invalid naming what is wrong."""
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        said = phrase("{path} cannot be read as YAML: {error}", path=path, error=str(error).splitlines()[0])
        raise Invalid(said, code="invalid_file", hint=HINT) from error
    if not isinstance(written, Mapping):
        raise Invalid(phrase("{path} holds no mapping.", path=path), code="invalid_file", hint=HINT)
    return cast(Footprint, validate("footprint", written))


def needs_facts(footprint: Footprint) -> bool:
    """Whether calls or handle times are to be learned."""
    return any(region.volumes.is_empty or region.aht_seconds is None for region in footprint.regions)
