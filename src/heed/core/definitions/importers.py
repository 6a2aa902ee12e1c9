"""Definitions read from a folder: DIR/<kind>/<key>.yaml. What is wrong is refused naming file, field and line."""

from pathlib import Path
from typing import Any

import yaml

from heed.core.definitions.rules import (
    InvalidDefinition,
    Wanted,
    canonical,
    checked_key,
    kind_of,
    validate,
)
from heed.core.errors.rules import HeedError, Invalid, NotFound, phrase, together

SHOWN = 5


def read_model(folder: Path) -> list[Wanted]:
    """Every definition of a folder, checked, in order of kind and key. Raises Invalid when any file is wrong."""
    if not folder.is_dir():
        raise NotFound(
            phrase("There is no folder {folder}.", folder=folder),
            code="no_such_folder",
            hint="heed model export DIR makes one.",
        )
    found: list[Wanted] = []
    faults: list[HeedError] = []
    for path in sorted(item for item in folder.rglob("*") if item.suffix in (".yaml", ".yml") and item.is_file()):
        try:
            found.append(_read_file(folder, path))
        except HeedError as fault:
            faults.append(fault)
    doubles = {(item.kind, item.key) for item in found}
    if not faults and len(doubles) < len(found):
        places = sorted(
            item.place for item in found if sum((item.kind, item.key) == (o.kind, o.key) for o in found) > 1
        )
        raise Invalid(
            phrase("{places} say the same definition twice.", places=together(places)), code="duplicate_definition"
        )
    if faults:
        raise _together(faults)
    return found


def _together(faults: list[HeedError]) -> HeedError:
    first = faults[0]
    if len(faults) == 1:
        return first
    more = "; ".join(fault.message for fault in faults[1:SHOWN]) + (" …" if len(faults) > SHOWN else "")
    hint = (
        phrase("{hint} Also: {more}", hint=phrase(first.hint), more=more)
        if first.hint
        else phrase("Also: {more}", more=more)
    )
    return Invalid(first.message, code=first.code, hint=hint)


def _read_file(folder: Path, path: Path) -> Wanted:
    place = path.relative_to(folder)
    if len(place.parts) != 2:
        raise Invalid(
            phrase("{place} is not where a definition lies.", place=place),
            code="misplaced_file",
            hint="DIR/<kind>/<key>.yaml",
        )
    kind, key = place.parts[0], path.stem
    try:
        kind_of(kind)
        checked_key(key)
    except Invalid as fault:
        raise Invalid(
            phrase("{place}: {fault}", place=place, fault=fault.message), code=fault.code, hint=fault.hint
        ) from fault
    lines, body = _parsed(place, path)
    try:
        return Wanted(kind, key, canonical(validate(kind, body)), str(place))
    except InvalidDefinition as fault:
        line = _line_of(lines, fault.at)
        raise Invalid(
            phrase("{place}, line {line}: {fault}", place=place, line=line, fault=fault.message),
            code=fault.code,
            hint=fault.hint,
        ) from fault
    except Invalid as fault:
        raise Invalid(
            phrase("{place}: {fault}", place=place, fault=fault.message), code=fault.code, hint=fault.hint
        ) from fault


Lines = dict[tuple[str, ...], int]


def _parsed(place: Path, path: Path) -> tuple[Lines, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        body = yaml.safe_load(text)
    except (yaml.MarkedYAMLError, UnicodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise Invalid(
            phrase(
                "{place}{where}: {problem}.", place=place, where=where, problem=getattr(error, "problem", None) or error
            ),
            code="invalid_yaml",
            hint="Mend the YAML.",
        ) from error
    if not isinstance(body, dict) or root is None:
        raise Invalid(
            phrase("{place}: a definition is a list of fields with values.", place=place), code="invalid_yaml"
        )
    lines: Lines = {(): 1}
    _number(place, root, (), lines)
    return lines, body


def _number(place: Path, node: yaml.Node, at: tuple[str, ...], lines: Lines) -> None:
    """The line of every path; a field that is said twice is refused, which YAML readers pass over in silence."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            path = (*at, str(name.value))
            line = name.start_mark.line + 1
            if path in lines:
                raise Invalid(
                    phrase("{place}, line {line}: {path} is said twice.", place=place, line=line, path=".".join(path)),
                    code="invalid_yaml",
                )
            lines[path] = line
            _number(place, value, path, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[*at, str(index)] = value.start_mark.line + 1
            _number(place, value, (*at, str(index)), lines)


def _line_of(lines: Lines, at: tuple[str | int, ...]) -> int:
    """The line of a path, or of the nearest that stands in the file."""
    path = tuple(str(part) for part in at)
    while path not in lines:
        path = path[:-1]
    return lines[path]
