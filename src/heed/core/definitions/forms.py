"""A form for any kind of definition, made from the fields of its model; what no form field fits is written as YAML."""

import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from django import forms
from django.utils.html import escape
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from heed.core.definitions.rules import kind_of
from heed.core.errors.rules import HeedError, fault_said, translated

SHORT = 90
MOST_ROWS = 16
SCALARS = {str, int, float, bool, type(None)}
Path = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One field of the form: where its value stands in the body, and how it is typed in."""

    path: Path
    sort: Literal["text", "long", "code", "whole", "number", "scalar", "flag", "choice", "list", "yaml"]
    optional: bool

    @property
    def name(self) -> str:
        return ".".join(self.path)


def _bare(annotation: Any) -> tuple[Any, bool]:
    """An annotation without its Annotated and Optional, and whether None is allowed."""
    if get_origin(annotation) is typing.Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [item for item in get_args(annotation) if item is not type(None)]
        if len(inner) == 1:
            return _bare(inner[0])[0], len(get_args(annotation)) > 1
    return annotation, False


def _sort(annotation: Any, info: FieldInfo) -> str:
    if get_origin(annotation) is Literal:
        return "choice"
    if get_origin(annotation) in (Union, types.UnionType) and set(get_args(annotation)) <= SCALARS:
        return "scalar"
    if get_origin(annotation) in (tuple, list) and _bare(get_args(annotation)[0])[0] is str:
        return "list"
    plain = {str: "text", int: "whole", float: "number", Decimal: "number", bool: "flag"}
    sort = plain.get(annotation, "yaml")
    told = (info.json_schema_extra or {}).get("typed")  # type: ignore[union-attr]
    return told if sort == "text" and told in ("long", "code") else sort


def parts(model: type[BaseModel], path: Path = ()) -> Iterator[tuple[Part, FieldInfo, Any]]:
    """The parts of a model's form, in its order; a nested model that must be there is laid open."""
    for name, info in model.model_fields.items():
        annotation, optional = _bare(info.annotation)
        nested = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        if nested and not optional:
            yield from parts(annotation, (*path, name))
            continue
        sort = _sort(annotation, info)
        yield Part((*path, name), sort, optional or not info.is_required()), info, annotation  # type: ignore[arg-type]


def _words(step: str) -> str:
    return _(step.strip("_").replace("_", " ").capitalize())


def _help(info: FieldInfo) -> str:
    """What a field is, with names of code set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(_(info.description) if info.description else ""))


def _shape(annotation: Any) -> str:
    """What is written for each item of a list or a map of nested parts: its fields, in words."""
    for item in get_args(annotation):
        bare = _bare(item)[0]
        if isinstance(bare, type) and issubclass(bare, BaseModel):
            names = [info.alias or name for name, info in bare.model_fields.items()]
            needed = [info.alias or name for name, info in bare.model_fields.items() if info.is_required()]
            named = ", ".join(f"<code>{escape(name)}</code>" for name in (needed or names))
            return (_("Each needs %(fields)s.") if needed else _("Each may have %(fields)s.")) % {"fields": named}
    return ""


def _field(part: Part, info: FieldInfo, annotation: Any) -> forms.Field:
    label = _(info.title) if info.title else _words(part.path[-1])
    common: dict[str, Any] = {"label": label, "required": not part.optional, "help_text": _help(info)}
    if part.sort == "choice":
        blank = [("", "—")] if part.optional else []
        return forms.ChoiceField(
            choices=blank + [(item, _(str(item).replace("_", " "))) for item in get_args(annotation)], **common
        )
    if part.sort == "flag":
        return forms.BooleanField(**{**common, "required": False})
    if part.sort == "whole":
        return forms.IntegerField(**common)
    if part.sort == "number":
        return forms.DecimalField(**common)
    code = {"spellcheck": "false", "class": "code"}
    if part.sort == "list":
        return forms.CharField(
            widget=forms.Textarea(attrs={"rows": 2}),
            **{**common, "help_text": f"{common['help_text']} {_('One a line.')}".strip()},
        )
    if part.sort == "yaml":
        return forms.CharField(
            widget=forms.Textarea(attrs={"rows": 3, **code}),
            **{**common, "help_text": f"{common['help_text']} {_shape(annotation)} {_('Written as YAML.')}".strip()},
        )
    if part.sort == "long":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), **common)
    return forms.CharField(widget=forms.TextInput(attrs=code if part.sort in ("code", "scalar") else {}), **common)


def _at(body: Mapping[str, Any], path: Path) -> Any:
    here: Any = body
    for step in path:
        here = here.get(step) if isinstance(here, Mapping) else None
    return here


def _shown(part: Part, value: Any) -> Any:
    """A value as it stands in its form field."""
    if value is None:
        return ""
    if part.sort == "list":
        return "\n".join(str(item) for item in value)
    if part.sort == "yaml":
        value = to_jsonable_python(value)
        return (
            yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=SHORT).strip()
            if value not in ({}, [], ())
            else ""
        )
    return value


class DefinitionForm(forms.Form):
    """A version to be proposed: key, the fields of its kind, and why."""

    key = forms.SlugField(max_length=80)
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self, kind: str, *args: Any, body: Mapping[str, Any] | None = None, key: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind_of(kind)
        self.body: dict[str, Any] = {}
        self.fields["key"].label, self.fields["note"].label = _("Key"), _("Why this change")
        self.fields["key"].help_text = _("Small letters, digits, - and _. It names the definition for good.")
        if key:
            self.fields["key"].initial, self.fields["key"].disabled = key, True
        self.parts = {}
        self.kept: dict[str, Any] = {}
        for part, info, annotation in parts(self.kind.model):
            if (info.json_schema_extra or {}).get("typed") == "kept":  # type: ignore[union-attr]
                self.kept |= {part.name: body[part.name]} if body and part.name in body else {}
                continue
            field = _field(part, info, annotation)
            default = None if info.is_required() else info.get_default(call_default_factory=True)
            value = _at(body, part.path) if body is not None else default
            field.initial = _shown(part, value)
            if isinstance(field.widget, forms.Textarea):
                lines = str(field.initial or "").count("\n") + 1
                field.widget.attrs["rows"] = min(max(lines, int(field.widget.attrs["rows"])), MOST_ROWS)
            self.fields[part.name] = field
            self.parts[part.name] = part
        self.order_fields(["key", *self.parts, "note"])

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as they are shown: those of a nested part together under its name."""
        shown: list[tuple[str, list[forms.BoundField]]] = []
        for name in self.fields:
            path = self.parts[name].path if name in self.parts else (name,)
            title = " · ".join(_words(step) for step in path[:-1])
            if not shown or shown[-1][0] != title:
                shown.append((title, []))
            shown[-1][1].append(self[name])
        return shown

    def _value(self, part: Part, typed: Any) -> Any:
        if part.sort == "list":
            return [line.strip() for line in typed.splitlines() if line.strip()]
        if part.sort in ("yaml", "scalar"):
            return yaml.safe_load(typed)
        return typed

    def typed_body(self) -> dict[str, Any]:
        """The body as typed so far; what was left empty is left out, so that it takes its default."""
        body: dict[str, Any] = dict(self.kept)
        for name, part in self.parts.items():
            typed = self.cleaned_data.get(name)
            if typed in (None, ""):
                continue
            try:
                value = self._value(part, typed)
            except yaml.YAMLError as error:
                self.add_error(name, _("This is no YAML: %(why)s") % {"why": str(error).replace("\n", " ")})
                continue
            here = body
            for step in part.path[:-1]:
                here = here.setdefault(step, {})
            here[part.path[-1]] = value
        return body

    def clean(self) -> dict[str, Any]:
        self.body = self.typed_body()
        if self.errors:
            return self.cleaned_data
        try:
            found = self.kind.model.model_validate(self.body)
            check = getattr(found, "check", None)
            if callable(check):
                check()
        except ValidationError as error:
            for fault in error.errors():
                self._blame(tuple(str(step) for step in fault["loc"]), translated(fault_said(fault), _))
        except HeedError as error:
            self._blame(_place(error.message, self.parts), error.said(_))
        else:
            self.body = found.model_dump(mode="json")
        return self.cleaned_data

    def _blame(self, place: Path, message: str) -> None:
        """Put an error at the field it speaks of, or above the form when no field fits."""
        for length in range(len(place), 0, -1):
            name = ".".join(place[:length])
            if name in self.parts:
                rest = ", ".join(_step(step) for step in place[length:])
                self.add_error(name, f"{rest}: {message}" if rest else message)
                return
        self.add_error(None, f"{'.'.join(place)}: {message}" if place else message)


def _step(step: str) -> str:
    """One step into a list or a part, as people count."""
    return _("item %(number)d") % {"number": int(step) + 1} if step.isdecimal() else step


def _place(message: str, known: Mapping[str, Part]) -> Path:
    """The field a message begins with, when it does: `measure.where: …`."""
    head = message.split(":", 1)[0].strip()
    return tuple(head.split(".")) if any(head == name or head.startswith(f"{name}.") for name in known) else ()


class YamlForm(forms.Form):
    """The same version, typed as YAML."""

    key = forms.SlugField(max_length=80)
    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "code"}))
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, kind: str, *args: Any, key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind_of(kind)
        self.body: dict[str, Any] = {}
        self.fields["key"].label, self.fields["text"].label, self.fields["note"].label = (
            _("Key"),
            _("Definition"),
            _("Why this change"),
        )
        if key:
            self.fields["key"].initial, self.fields["key"].disabled = key, True

    def clean(self) -> dict[str, Any]:
        try:
            body = yaml.safe_load(self.cleaned_data.get("text", ""))
            if not isinstance(body, dict):
                raise yaml.YAMLError(_("it must be fields with values"))
            found = self.kind.model.model_validate(body)
            check = getattr(found, "check", None)
            if callable(check):
                check()
            self.body = found.model_dump(mode="json")
        except yaml.YAMLError as error:
            self.add_error("text", _("This is no YAML: %(why)s") % {"why": str(error).replace("\n", " ")})
        except ValidationError as error:
            for fault in error.errors():
                self.add_error(
                    "text",
                    f"{'.'.join(str(step) for step in fault['loc'])}: {translated(fault_said(fault), _)}",
                )
        except HeedError as error:
            self.add_error("text", error.said(_))
        return self.cleaned_data


class EnactForm(forms.Form):
    """From when an approved version holds."""

    effective_from = forms.DateTimeField(required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_from"].label = _("In force from")
        self.fields["effective_from"].help_text = _("Empty: now.")
