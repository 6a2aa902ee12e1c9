"""`heed facts`."""

import time
from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase
from heed.core.settings.rules import current
from heed.facts import operations
from heed.facts.schema.columns import Column
from heed.facts.store.fitting import table_named
from heed.facts.store.opening import store_of

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="The tables of what happened.", no_args_is_help=True
)


@app.callback()
def facts() -> None:
    """The tables of what happened."""


@app.command("tables", epilog="Example: heed facts tables --columns interactions")
@door(store=False)
def tables(
    columns: Annotated[str, typer.Option(metavar="TABLE", help="The columns of one table: kind, unit, meaning.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the tables with rows, files and bytes, or the columns of one."""
    if columns:
        _print_columns(columns, as_json)
    else:
        _print_tables(as_json)


@app.command("compact", epilog="Example: heed facts compact interactions responses")
@door(store=False)
def compact(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[TABLE]...", help="Tables; all when none is named.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Join small files, take away those no longer used, shorten the log."""
    done = operations.compact(store_of(current()), names or ())
    if as_json:
        print_json({"tables": [vars(table) for table in done]})
        return
    rows = [(one.name, one.files_before, one.files, one.bytes_before, one.bytes) for one in done]
    print_table(("table", "files before", "files", "bytes before", "bytes"), rows)


@app.command("rebuild", epilog="Example: heed facts rebuild --json")
@door
def rebuild(as_json: AsJson = False) -> None:
    """Make the facts that heed wrote itself again, from the journal. What was imported stays as it is.

    Cut short, the same command carries on where it was.
    """
    from heed.core.journal.queries import last_id
    from heed.facts.projector.rebuilding import rebuild as make_again

    started = time.monotonic()
    with progress(last_id(), "Projecting the journal") as advance:
        done = make_again(advance)
    seconds = time.monotonic() - started
    if as_json:
        made = [{"name": name, "rows": rows} for name, rows in done.tables.items()]
        print_json({"entries": done.entries, "resumed": done.resumed, "tables": made, "seconds": seconds})
    else:
        say(phrase("{entries} entries projected in {seconds} s.", entries=done.entries, seconds=f"{seconds:.1f}"))
        if done.resumed:
            say("A rebuild that was cut was carried on.")


@app.command("roots", epilog="Example: heed facts roots --json")
@door(store=False)
def roots(as_json: AsJson = False) -> None:
    """List the roots under which facts lie, one a region, with their rows and how many of these belong elsewhere."""
    found = operations.every_root(store_of(current()))
    if as_json:
        print_json({"roots": [vars(root) for root in found]})
        return
    rows = [(root.region or "-", root.place, root.rows, root.astray) for root in found]
    print_table(("region", "place", "rows", "astray"), rows)


@app.command("settle", epilog="Example: heed facts settle --json")
@door
def settle(
    into_one: Annotated[bool, typer.Option("--into-one", help="Bring the facts of all roots back to one.")] = False,
    as_json: AsJson = False,
) -> None:
    """Move facts under the roots of their regions, after HEED_REGION_ROOTS was changed. Stop heed first.

    What was imported is moved, what heed wrote is made again from the journal. Cut short, the same command carries on.
    """
    from heed.core.journal.queries import last_id
    from heed.facts.projector.settling import settle as settle_all

    with progress(last_id(), "Projecting the journal") as advance:
        done = settle_all(into_one=into_one, on_batch=advance)
    if as_json:
        print_json({"moved": done.moved, "entries": done.entries})
        return
    say(phrase("{rows} rows moved, {entries} entries projected.", rows=sum(done.moved.values()), entries=done.entries))
    if into_one:
        say("Now leave HEED_REGION_ROOTS empty.")


def _print_tables(as_json: bool) -> None:
    listed = operations.every_table(store_of(current()))
    rows: list[dict[str, Any]] = [
        {
            "name": table.name,
            "meaning": table.meaning,
            "rows": state.rows if state else 0,
            "files": state.files if state else 0,
            "bytes": state.bytes if state else 0,
            "version": state.version if state else None,
            "columns": len(table.columns),
        }
        for table, state in listed
    ]
    if as_json:
        print_json({"tables": rows})
    else:
        shown = ("name", "rows", "files", "bytes", "version", "columns")
        print_table(shown, [tuple(row[name] for name in shown) for row in rows])


def _print_columns(name: str, as_json: bool) -> None:
    table = table_named(name)
    if as_json:
        about = {"table": table.name, "meaning": table.meaning, "key": table.key, "time": table.time}
        print_json(about | {"columns": [vars(column) for column in table.columns]})
    else:
        print_table(
            ("column", "kind", "unit", "", "meaning"), [_shown(column) for column in table.columns], table.meaning
        )


def _shown(column: Column) -> tuple[str, ...]:
    return (column.name, column.kind, column.unit, "required" if column.required else "", column.meaning)
