"""Reading imports, their quarantine, and the mappings there are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Count, Min, QuerySet

import heed
from heed.core.definitions.queries import all_in_force, in_force
from heed.core.definitions.rules import canonical, digest, validate
from heed.core.errors.rules import Invalid, NotFound, nearest, phrase
from heed.service.formats.definition import Mapping
from heed.service.formats.models import Import, QuarantinedRow
from heed.service.formats.rules.plan import Plan, check_plan

YAML = (".yaml", ".yml")
KEY = re.compile(r"[A-Za-z0-9_.-]{1,120}")


@dataclass(frozen=True)
class Chosen:
    """A mapping to import by: where it came from is in `version` (None: a file)."""

    plan: Plan
    version: int | None
    digest: str

    @property
    def key(self) -> str:
        return self.plan.key


def examples() -> Path:
    """The folder of the mappings heed brings along: in the source tree, or in the installed package."""
    package = Path(heed.__file__).parent
    here = package / "examples" / "mappings"
    return here if here.is_dir() else package.parents[1] / "examples" / "mappings"


def example_keys() -> list[str]:
    return sorted(path.stem for path in examples().glob("*.yaml"))


def mapping_named(name: str) -> Chosen:
    """A YAML file, the key of a mapping in force, or the name of one that heed brings along, in that order."""
    path = Path(name)
    if path.suffix in YAML or path.is_file():
        if not path.is_file():
            raise NotFound(
                phrase("There is no file {name}.", name=name),
                code="no_such_mapping",
                hint="Check the path of the mapping.",
            )
        return mapping_of_file(path)
    return mapping_by_key(name)


def mapping_by_key(name: str) -> Chosen:
    """A mapping in force, or one that heed brings along; never a file that the name may point at."""
    held = in_force("mapping", name)
    if held is not None and isinstance(held.body, Mapping):
        return Chosen(check_plan(name, held.body), held.version, held.digest)
    shipped = example_keys()
    if name in shipped:
        return mapping_of_file(examples() / f"{name}.yaml")
    known = [item.key for item in all_in_force("mapping")] + shipped
    raise NotFound(phrase("There is no mapping {name}.", name=name), code="no_such_mapping", hint=nearest(name, known))


def mapping_of_file(path: Path) -> Chosen:
    """A mapping written as YAML; its key is the name of the file unless it says `key`."""
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(
            phrase("{path} is not YAML: {error}", path=path.name, error=error),
            code="invalid_mapping",
            hint="See docs/methods/import.md.",
        ) from error
    if not isinstance(body, dict):
        raise Invalid(
            phrase("{path} holds no mapping.", path=path.name),
            code="invalid_mapping",
            hint="See docs/methods/import.md.",
        )
    key = str(body.pop("key", path.stem))
    if not KEY.fullmatch(key):
        raise Invalid(
            phrase("{key} is no key of a mapping.", key=key),
            code="invalid_mapping",
            hint="Use letters, figures, - _ and a dot.",
        )
    if body.pop("kind", "mapping") != "mapping":
        raise Invalid(
            phrase("{path} is no mapping.", path=path.name), code="invalid_mapping", hint="Give the file of a mapping."
        )
    return mapping_of_body(key, body.get("body", body) if isinstance(body.get("body"), dict) else body)


def mapping_of_body(key: str, body: dict[str, Any]) -> Chosen:
    mapping = validate("mapping", body)
    assert isinstance(mapping, Mapping)
    return Chosen(check_plan(key, mapping), None, digest(canonical(mapping)))


def mapping_choices() -> list[tuple[str, str]]:
    """Keys and titles of the mappings one may import by: those in force, then those heed brings along."""
    held = {item.key: getattr(item.body, "title", "") or item.key for item in all_in_force("mapping")}
    shipped = {key: _title_of(key) for key in example_keys() if key not in held}
    return [*held.items(), *shipped.items()]


def _title_of(key: str) -> str:
    """What a mapping that heed brings along is called, and its key."""
    try:
        body = yaml.safe_load((examples() / f"{key}.yaml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return key
    title = body.get("title") if isinstance(body, dict) else ""
    return f"{title} ({key})" if title else key


def imports(mapping: str = "") -> QuerySet[Import]:
    """Imports, newest first."""
    rows = Import.objects.order_by("-id")
    return rows.filter(mapping=mapping) if mapping else rows


def import_numbered(number: int) -> Import:
    found = Import.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(phrase("There is no import {number}.", number=number))
    return found


def last_columns(mapping: str) -> list[str]:
    """The columns of the last file that came in by this mapping."""
    found = (
        Import.objects.filter(mapping=mapping, state="done", is_replay=False)
        .order_by("-id")
        .values_list("columns", flat=True)
        .first()
    )
    return list(found or [])


def quarantined(
    mapping: str = "", *, rule: str = "", state: str = "open", origin: int | None = None
) -> QuerySet[QuarantinedRow]:
    """Rejected rows in order of their file."""
    rows = QuarantinedRow.objects.select_related("origin").order_by("origin_id", "line", "id")
    picked = {"mapping": mapping, "rule": rule, "state": state}
    rows = rows.filter(**{name: value for name, value in picked.items() if value})
    return rows if origin is None else rows.filter(origin_id=origin)


def quarantined_row(number: int) -> QuarantinedRow:
    found = QuarantinedRow.objects.select_related("origin").filter(pk=number).first()
    if found is None:
        raise NotFound(phrase("There is no row {number} in quarantine.", number=number))
    return found


@dataclass(frozen=True)
class RuleCount:
    """How many rows wait under a rule, and the first of them."""

    mapping: str
    rule: str
    count: int
    first: QuarantinedRow


def waiting_by_rule(mapping: str = "", origin: int | None = None) -> list[RuleCount]:
    """Open rows by mapping and rule, with the first example of each."""
    groups = (
        quarantined(mapping, origin=origin)
        .order_by()
        .values("mapping", "rule")
        .annotate(count=Count("id"), first=Min("id"))
    )
    firsts = QuarantinedRow.objects.in_bulk([group["first"] for group in groups])
    found = [RuleCount(group["mapping"], group["rule"], group["count"], firsts[group["first"]]) for group in groups]
    return sorted(found, key=lambda item: (-item.count, item.mapping, item.rule))


def states_of(mapping: str, identities: Iterable[str]) -> dict[str, str]:
    """What became of rejected rows that came before, by identity."""
    rows = QuarantinedRow.objects.filter(mapping=mapping, identity__in=list(identities))
    return dict(rows.values_list("identity", "state"))


def rows_of_person(key: str) -> QuerySet[QuarantinedRow]:
    """Rejected rows that hold something about a person, by pseudonymous key."""
    return QuarantinedRow.objects.filter(people__icontains=f'"{key}"')
