"""Contract types of `.importlinter` that the stock ones cannot say: `rooms`, `doors` and `pure`."""

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain.helpers import module_expressions_to_modules
from importlinter.domain.imports import ModuleExpression


def named(graph: ImportGraph, expressions: Iterable[ModuleExpression] | None) -> set[str]:
    """The modules that expressions name and that exist: a package that is not built yet is passed over."""
    return {module.name for module in module_expressions_to_modules(graph, expressions or ())} & graph.modules


def packages(graph: ImportGraph, expressions: Any, but: Any) -> list[str]:
    """The packages that expressions name, in order, without those named under `but`."""
    return sorted(name for name in named(graph, expressions) - named(graph, but) if graph.find_children(name))


class RoomsContract(LayersContract):
    """Layers in each of many containers: those that do not exist yet are passed over, and so are those under `but`."""

    type_name = "rooms"

    but = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        present = [ModuleExpression(name) for name in packages(graph, self.containers, self.but)]
        self.containers = present  # type: ignore[assignment]
        return super().check(graph, verbose)


class PureContract(ForbiddenContract):
    """Forbidden modules, also through others, for each module that the sources name but those under `but`."""

    type_name = "pure"

    but = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        # One module at a time: a package as a whole would take in what `but` leaves out of it.
        self.as_packages = False  # type: ignore[assignment]
        pure = named(graph, self.source_modules) - named(graph, self.but)  # type: ignore[arg-type]
        self.source_modules = {ModuleExpression(name) for name in pure}  # type: ignore[assignment]
        return super().check(graph, verbose)


@dataclass(frozen=True)
class Key:
    """An importer that may enter rooms that are no doors; `{module}` stands for the module of the capability, `*` for any name."""

    importer: str
    rooms: frozenset[str]

    def opens(self, capability: str, room: str, importer: str) -> bool:
        holder = self.importer.replace("{module}", capability.rpartition(".")[0])
        return room in self.rooms and fnmatch.fnmatchcase(importer, holder)


class KeyField(fields.Field[Key]):
    """`heed.cli -> cli`, `{module}.urls -> pages, api`."""

    def parse(self, raw_data: str | list[str]) -> Key:
        importer, arrow, rooms = fields.StringField().parse(raw_data).partition("->")
        if not arrow:
            raise fields.ValidationError("Must be in the form importer -> room, room.")
        return Key(importer.strip(), frozenset(room.strip() for room in rooms.split(",")))


class DoorsContract(Contract):
    """From outside a capability only its doors are entered, but for those who hold a key to another room."""

    type_name = "doors"

    capabilities = fields.ListField(subfield=fields.ModuleExpressionField())
    but = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)
    doors = fields.SetField(subfield=fields.StringField())
    keys = fields.ListField(subfield=KeyField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        entered: list[tuple[str, str, list[int]]] = []
        for capability in packages(graph, self.capabilities, self.but):
            for imported in sorted({capability, *graph.find_descendants(capability)}):
                for importer in sorted(graph.find_modules_that_directly_import(imported)):
                    if not self._may_enter(capability, imported, importer):
                        details = graph.get_import_details(importer=importer, imported=imported)
                        entered.append((importer, imported, [detail["line_number"] for detail in details]))
        return ContractCheck(kept=not entered, metadata={"entered": entered})

    def _may_enter(self, capability: str, imported: str, importer: str) -> bool:
        room = imported[len(capability) + 1 :].partition(".")[0]
        inside = importer == capability or importer.startswith(capability + ".")
        keys: Iterable[Key] = self.keys or ()  # type: ignore[assignment]
        return inside or room in self.doors or any(key.opens(capability, room, importer) for key in keys)  # type: ignore[operator]

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported, lines in check.metadata["entered"]:
            where = ", ".join(str(line) for line in lines)
            output.print_error(f"- {importer} -> {imported} (l.{where}) is no door.", bold=False)
        output.new_line()
