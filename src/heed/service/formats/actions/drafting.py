"""A file of somebody's own: looked at, its columns told, its mapping put in force (or proposed, by who may not)."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from heed.core.access.rules import Scope
from heed.core.definitions import actions as definitions
from heed.core.definitions.queries import in_force
from heed.core.definitions.rules import canonical, validate
from heed.service.formats.actions.importing import PERMISSION, import_file
from heed.service.formats.actions.reading import kept_file
from heed.service.formats.actions.uploads import kept_path
from heed.service.formats.queries import Chosen, mapping_of_body
from heed.service.formats.rules.outcome import Outcome

LOOKED_AT = 300
NOTE = "Told from a file on the page of imports."


def look(scope: Scope, token: str, name: str) -> tuple[tuple[str, ...], list[dict[str, str | None]]]:
    """The columns of a kept file, and its first rows. Raises Invalid when it cannot be read, NotFound when it is gone."""
    scope.demand_everywhere(PERMISSION)
    with kept_file(scope, token, name) as file:
        return file.columns, [values for _, values, whole in islice(file.rows(), LOOKED_AT) if whole]


def tried(key: str, body: Mapping[str, Any]) -> Chosen:
    """The mapping as it would be, to try a file by. Raises Invalid."""
    return mapping_of_body(key, dict(body))


def try_kept(scope: Scope, token: str, mapping: Chosen, *, name: str) -> Outcome:
    """A dry run of a kept file by a mapping that is not in force yet."""
    scope.demand_everywhere(PERMISSION)
    return import_file(scope, str(kept_path(scope, token)), mapping, dry_run=True, name=name)


def hold(scope: Scope, key: str, body: Mapping[str, Any]) -> bool:
    """Put the mapping in force where the person may, else propose it. Returns whether it is in force now."""
    scope.demand_everywhere(PERMISSION)
    held = in_force("mapping", key)
    if held is not None and canonical(held.body) == canonical(validate("mapping", body)):
        return True
    version = definitions.propose(scope, "mapping", key, body, note=NOTE)
    if not scope.may("approve"):
        return False
    definitions.approve(scope, "mapping", key, version.number)
    definitions.put_in_force(scope, "mapping", key, version.number)
    return True
