"""`heed model`: definitions as files. The verb `rehearse` is added by heed.rehearsal."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heed.core.console.rules import print_json, say, spoken
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

if TYPE_CHECKING:
    from heed.core.definitions.rules import Change

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="Definitions as files: export, plan, apply, rehearse.",
    no_args_is_help=True,
)

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder with one file a definition: DIR/<kind>/<key>.yaml.")
]
Prune = Annotated[bool, typer.Option("--prune", help="Retire what is in force and has no file in DIR.")]
MARKS = {"new": ("+", "green"), "changed": ("~", "yellow"), "retired": ("-", "red")}


@app.callback()
def model() -> None:
    """Definitions as files: export, plan, apply, rehearse."""


@app.command("export", epilog="Example: heed model export model/")
@door
def export(
    folder: Folder,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; may be given again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write every definition in force to a folder. The same definitions give the same bytes."""
    from heed.core.definitions.exporters import write_model
    from heed.core.definitions.queries import all_in_force, everything_in_force
    from heed.core.definitions.rules import kind_of

    found = [item for name in kind for item in all_in_force(kind_of(name).name)] if kind else everything_in_force()
    paths = write_model(folder, [(item.kind, item.key, item.body) for item in found])
    written = [
        {"kind": item.kind, "key": item.key, "version": item.version, "file": str(path)}
        for item, path in zip(found, paths, strict=True)
    ]
    if as_json:
        print_json({"folder": str(folder), "written": written})
    else:
        say(phrase("{many} definitions written to {folder}.", many=len(written), folder=folder))


@app.command("plan", epilog="Example: heed model plan model/ --json")
@door
def plan(folder: Folder, prune: Prune = False, as_json: AsJson = False) -> None:
    """Say what applying a folder would change. Definitions in force without a file stay, unless --prune."""
    from heed.core.definitions.actions import plan_model
    from heed.core.definitions.importers import read_model

    changes = plan_model(read_model(folder), prune=prune)
    _show(changes, as_json, phrase("Nothing would change."))


@app.command("apply", epilog="Example: heed model apply model/ --note 'spring review'")
@door
def apply(
    folder: Folder,
    prune: Prune = False,
    note: Annotated[str, typer.Option(help="Why; kept with each version.")] = "",
    as_json: AsJson = False,
) -> None:
    """Put in force what a folder says, all of it or nothing. Applied twice it changes nothing."""
    from heed.core.definitions.actions import apply_model
    from heed.core.definitions.importers import read_model
    from heed.core.definitions.rules import COMMAND_LINE

    changes = apply_model(COMMAND_LINE, read_model(folder), prune=prune, note=note)
    _show(changes, as_json, phrase("Nothing to change."))


def _show(changes: "tuple[Change, ...]", as_json: bool, nothing: str) -> None:
    if as_json:
        print_json({"changes": [_as_dict(change) for change in changes]})
        return
    for change in changes:
        mark, style = MARKS[change.change]
        say(f"{mark} {change.kind} {change.key} ({spoken()(change.change)})", style=style)
        if change.change == "changed":
            for difference in change.differences:
                say(f"    {difference}")
    if not changes:
        say(nothing)


def _as_dict(change: "Change") -> dict[str, Any]:
    fields = [{"path": each.at, "old": each.old, "new": each.new} for each in change.differences]
    return {"kind": change.kind, "key": change.key, "change": change.change, "diff": change.diff, "fields": fields}
