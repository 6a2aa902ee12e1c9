"""Every word a person can read, found where it is written: Python, templates, definitions' fields, catalogues in YAML."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import yaml
from django.utils.translation.template import templatize
from pydantic import BaseModel

from tests.house.plan import ROOT, SOURCE, source_files, tracked

# Function -> which of its arguments are msgid, plural, context.
GETTEXT: dict[str, tuple[int, int | None, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "phrase"), (0, None, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (1, None, 0)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (1, 2, 0)),
    "notice": (1, None, None),
}
CALL = re.compile(r"\b(?:_|n?p?gettext(?:_lazy)?)\((?:[^\"'()]|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')*\)", re.DOTALL)
DATE_FORMAT = re.compile(r"\|date:(?:\"([^\"]+)\"|'([^']+)')")
BARE = re.compile(r"\{[^}]*\}|%\(\w+\)[sd]")
HAS_WORDS = re.compile(r"[^\W\d_]")
MACHINE_DATES = {"c", "r", "U", "Y-m-d"}
# Fields of a catalogue in YAML that people read.
READ = {"name", "short", "formula", "source", "meaning", "title", "what", "twin", "help", "text", "description"}


@dataclass
class Message:
    """A text to translate, and the files it is said in."""

    text: str
    plural: str = ""
    context: str = ""
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, str]:
        return self.text, self.context


class Found:
    """Messages by text and context."""

    def __init__(self) -> None:
        self.messages: dict[tuple[str, str], Message] = {}

    def add(self, text: Any, file: str, plural: str = "", context: str = "") -> None:
        if not isinstance(text, str) or not (HAS_WORDS.search(BARE.sub("", text)) or "%%" in text):
            return
        message = self.messages.setdefault((text, context), Message(text, plural, context))
        message.plural = message.plural or plural
        message.files.add(file)


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def refusals(trees: Iterable[ast.Module]) -> set[str]:
    """Names of HeedError, of each class made from it, and of each function that gives one."""
    names: set[str] = {"HeedError"}
    bases: dict[str, set[str]] = defaultdict(set)
    gives: dict[str, str] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases[node.name] |= {getattr(base, "id", "") for base in node.bases}
            if isinstance(node, ast.FunctionDef) and node.returns is not None:
                gives[node.name] = getattr(node.returns, "id", "")
    while more := {name for name, above in bases.items() if above & names} - names:
        names |= more
    return names | {name for name, given in gives.items() if given in names}


def written(call: ast.Call, refusing: set[str]) -> Iterator[tuple[ast.expr, str]]:
    """The words of a refusal: all its texts in place, and its hint; each may be one of two."""
    if called(call) not in refusing and called(call) != "ValueError":
        return
    for argument in [*call.args, *(word.value for word in call.keywords if word.arg in ("message", "hint"))]:
        for part in (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,):
            yield part, called(call)


def _call(call: ast.Call, refusing: set[str]) -> Iterator[tuple[str | None, str, str]]:
    """(text, plural, context) of each text a call gives to people."""
    name = called(call)
    if name in GETTEXT:
        text, plural, context = (
            _text(call.args[place]) if place is not None and place < len(call.args) else None for place in GETTEXT[name]
        )
        yield text, plural or "", context or ""
    elif name == "kind":
        for word in call.keywords:
            if word.arg in ("title", "title_plural"):
                yield _text(word.value), "", ""
    elif name == "kept":
        for part in call.args:
            yield _text(part), "", ""
    elif name == "ensure":
        for word in call.keywords:
            if word.arg == "note":
                yield _text(word.value), "", ""
    elif name == "date_format" and len(call.args) > 1:
        yield _text(call.args[1]), "", ""
    elif name in ("Option", "Argument", "Typer", "say", "progress", "print_table"):
        yield from ((text, "", "") for text in _on_terminal(name, call))
    for part, _name in written(call, refusing):
        # One word alone is a code or a name.
        if " " in (text := _text(part) or ""):
            yield text, "", ""


def _on_terminal(name: str, call: ast.Call) -> Iterator[str | None]:
    """Help of commands; lines, tables and progress that they show."""
    for word in call.keywords:
        if word.arg in ("help", "title"):
            yield _text(word.value)
    if name == "say":
        yield _text(call.args[0])
    elif name == "progress":
        yield _text(call.args[1])
    elif name == "print_table" and isinstance(call.args[0], ast.List | ast.Tuple):
        yield from (_text(part) for part in call.args[0].elts)


def _helps(node: ast.AST) -> Iterator[str | None]:
    """The docstring of a function that is a command or a group, and its example."""
    if not isinstance(node, ast.FunctionDef):
        return
    for made in node.decorator_list:
        call = made.func if isinstance(made, ast.Call) else made
        if getattr(call, "attr", "") in ("command", "callback") or getattr(call, "id", "") == "door":
            yield ast.get_docstring(node)
        if isinstance(made, ast.Call):
            yield from (_text(word.value) for word in made.keywords if word.arg in ("epilog", "help"))


def _constants(found: Found, file: Path, tree: ast.Module) -> None:
    """Help that stands in a constant of its own."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and str(getattr(node.targets[0], "id", "")).endswith("_HELP"):
            found.add(_text(node.value), name_of(file))


# What the library of commands looks up in a catalogue; the rest it says in English.
OF_THE_LIBRARY = (
    "Options",
    "Commands",
    "Arguments",
    "Missing command.",
    "No such command {name!r}.",
    "default: {default}",
    "required",
    "Aborted!",
)


def _commands(found: Found) -> None:
    from heed.cli import NOUNS

    for text in (*(line for line, _where in NOUNS.values()), *OF_THE_LIBRARY):
        found.add(text, "src/heed/cli.py")


def _python(found: Found) -> None:
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in source_files()}
    refusing = refusals(trees.values())
    for file, tree in trees.items():
        # A ValueError is read by people where a definition is checked; elsewhere it is a fault of the program.
        names = refusing if file.name == "definition.py" else refusing | {"\0"}
        _constants(found, file, tree)
        for node in ast.walk(tree):
            for text in _helps(node):
                found.add(text, name_of(file))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "hint":
                found.add(_text(node.value), name_of(file))
            if not isinstance(node, ast.Call) or (called(node) == "ValueError" and "\0" in names):
                continue
            for text, plural, context in _call(node, refusing):
                found.add(text, name_of(file), plural, context)


def template_files() -> list[Path]:
    return [
        file
        for file in tracked()
        if file.is_relative_to(SOURCE) and "templates" in file.parts and file.suffix in (".html", ".txt")
    ]


def _templates(found: Found) -> None:
    for file in template_files():
        source = file.read_text(encoding="utf-8")
        for call in CALL.findall(templatize(source)):
            node = ast.parse(call.strip(), mode="eval").body
            assert isinstance(node, ast.Call)
            for text, plural, context in _call(node, set()):
                found.add(text, name_of(file), plural, context)
        for double, single in DATE_FORMAT.findall(source):
            _date(found, double or single, name_of(file))


def _date(found: Found, form: str, file: str) -> None:
    if form not in MACHINE_DATES and not form.isupper():
        found.messages.setdefault((form, ""), Message(form)).files.add(file)


def words(name: str) -> str:
    """A name of code as people read it: `segment_keys` is "Segment keys"."""
    return name.strip("_").replace("_", " ").capitalize()


def _model(found: Found, model: type[BaseModel], seen: set[type[BaseModel]]) -> None:
    if model in seen:
        return
    seen.add(model)
    file = name_of(SOURCE / (model.__module__.replace(".", "/") + ".py"))
    for name, info in model.model_fields.items():
        found.add(info.title or words(name), file)
        found.add(info.description, file)
        for inner in _inside(info.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                _model(found, inner, seen)
            elif get_origin(inner) is Literal:
                for choice in get_args(inner):
                    found.add(str(choice).replace("_", " "), file)


def _inside(annotation: Any) -> Iterator[Any]:
    yield annotation
    if get_origin(annotation) is not Literal:
        for inner in get_args(annotation):
            yield from _inside(inner)


def _definitions(found: Found) -> None:
    from heed.core.definitions.rules import KINDS

    seen: set[type[BaseModel]] = set()
    for kind in KINDS.values():
        _model(found, kind.model, seen)


def _registries(found: Found) -> None:
    """Tables of names kept in code."""
    from heed.core.access.rules import PERMISSIONS
    from heed.core.conditions.language import WORDS
    from heed.core.errors.rules import FAULTS
    from heed.core.journal.events import EVENTS, meaning
    from heed.core.people.rules import NOTICES
    from heed.facts.schema.tables import TABLES

    registries: tuple[tuple[Mapping[str, str], str], ...] = (
        (PERMISSIONS, "core/access/rules.py"),
        (FAULTS, "core/errors/rules.py"),
        (NOTICES, "core/people/rules.py"),
        (WORDS, "core/conditions/language.py"),
    )
    for registry, file in registries:
        for text in registry.values():
            found.add(text, f"src/heed/{file}")
    for table in TABLES.values():
        for column in table.columns:
            found.add(words(column.name.removesuffix("_key")), "src/heed/facts/schema/tables.py")
            if column.required:
                found.add(column.meaning, "src/heed/facts/schema/tables.py")
    for name, happened in EVENTS.items():
        if happened.__module__.startswith("heed."):
            file = name_of(SOURCE / (happened.__module__.replace(".", "/") + ".py"))
            found.add(name.replace("-", " "), file)
            found.add(meaning(name), file)


def _yaml(found: Found) -> None:
    for file in tracked():
        # Words for customers are said in each language by themselves.
        if file.suffix == ".yaml" and file.is_relative_to(SOURCE) and "words" not in file.parts:
            _read(found, yaml.safe_load(file.read_text(encoding="utf-8")), name_of(file))


def _read(found: Found, value: Any, file: str) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name in READ and not (name == "source" and inner in _sources()):
                found.add(inner, file)
            if name == "target_hints":
                for hint in inner:
                    found.add(hint, file)
            if name == "exclusions":
                for reason in inner:
                    found.add(str(reason).replace("_", " "), file)
            if name in ("effect", "twin_effect"):
                for size in inner:
                    found.add(str(size).replace("_", " "), file)
            if name == "parameters":
                for parameter in inner:
                    found.add(words(parameter), file)
            _read(found, inner, file)
    elif isinstance(value, list):
        for inner in value:
            _read(found, inner, file)


def _sources() -> set[str]:
    from heed.metrics.sources.shapes import SHAPES

    return set(SHAPES)


def messages() -> dict[tuple[str, str], Message]:
    """All messages of the product, by text and context. Django is set up."""
    found = Found()
    _python(found)
    _templates(found)
    _definitions(found)
    _registries(found)
    _commands(found)
    _yaml(found)
    return found.messages
