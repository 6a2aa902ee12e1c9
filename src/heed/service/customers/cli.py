"""`heed customers`: bring customers in, list them, note that one wants no more mail."""

from typing import Annotated, Any

import typer

from heed.core.access.rules import COMMAND_LINE
from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, phrase

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="Who customers are and how they are reached.",
    no_args_is_help=True,
)


@app.command("import", epilog="Example: heed customers import customers.csv --system crm --map Kunde=name --dry-run")
@door
def import_(
    file: Annotated[str, typer.Argument(help="CSV, TSV, JSON, Parquet or Excel; - reads standard input.")],
    system: Annotated[
        str, typer.Option("--system", help="System the identifiers belong to, as facts name it (system:identifier).")
    ] = "",
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="COLUMN=FIELD; what is not named is told from the headings. COLUMN= leaves one out."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and show what is wrong; write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring customers in from a file. The same file again changes nothing; rows that cannot be taken are kept with why."""
    from heed.service.customers.actions import import_customers
    from heed.service.customers.rules import guess
    from heed.service.formats.actions.reading import plain_file

    with plain_file(file) as found:
        chosen = {**guess(found.columns), **dict(_pair(each) for each in maps or [])}
        outcome = import_customers(COMMAND_LINE, found, system=system or _only_system(), chosen=chosen, dry_run=dry_run)
    told = {**outcome.as_dict(), "mapping": {column: name for column, name in chosen.items() if name}}
    if as_json:
        print_json({**told, "dry_run": dry_run})
        return
    for column, name in told["mapping"].items():
        say(f"{column} → {name}")
    names = ["read", "new", "changed", "unchanged", "rejected"]
    print_table(names, [[told[name] for name in names]])
    if told["errors"]:
        rows = [
            (each["count"], each["first"]["line"], each["first"]["column"], each["first"]["reason"])
            for each in told["errors"]
        ]
        print_table(["count", "first line", "column", "reason"], rows)
    if dry_run:
        say("Dry run: nothing was written.")


def _pair(written: str) -> tuple[str, str]:
    column, equals, name = written.rpartition("=")
    if not equals or not column:
        raise Invalid(
            phrase("{written} is no COLUMN=FIELD.", written=written),
            code="invalid_map",
            hint="Such as --map Kundennummer=external_id.",
        )
    return column, name.strip()


def _only_system() -> str:
    """The one system there is; it must be named where there are several, or none yet."""
    from heed.service.customers.queries import known_systems

    known = known_systems()
    if len(known) == 1:
        return known[0]
    raise Invalid(
        "Which system do the identifiers belong to?",
        code="unknown_system",
        hint=phrase("Name one of: {known}.", known=", ".join(known))
        if known
        else "Such as --system crm: facts that name customers as crm:identifier belong to them.",
    )


@app.command("list", epilog="Example: heed customers list --words müller --json")
@door
def list_(
    words: Annotated[str, typer.Option("--words", help="Words in name, address, identifier or account.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="The most to show.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List customers, by name."""
    from heed.service.customers.queries import customers

    found = [_line(row) for row in customers(COMMAND_LINE, words=words)[:limit]]
    if as_json:
        print_json({"customers": found})
        return
    print_table(
        ["key", "system", "identifier", "name", "e-mail", "region"], [list(each.values())[:6] for each in found]
    )


def _line(row: Any) -> dict[str, Any]:
    return {
        "key": row.key,
        "system": row.system,
        "external_id": row.external_id,
        "name": row.name,
        "email": row.email,
        "region": row.region,
        "language": row.language,
        "segment": row.segment,
        "opted_out_at": row.mail_opted_out_at,
    }


@app.command("opt-out", epilog="Example: heed customers opt-out crm:4711")
@door
def opt_out(
    customer: Annotated[str, typer.Argument(help="heed's key, or system:identifier.")], as_json: AsJson = False
) -> None:
    """Note that a customer wants no more mail that asks."""
    from heed.service.customers.actions import note_wish
    from heed.service.customers.queries import key_of

    system, colon, identifier = customer.partition(":")
    key = key_of(system, identifier) if colon else customer
    note_wish(COMMAND_LINE, key, opted_out=True)
    if as_json:
        print_json({"customer": key, "opted_out": True})
        return
    say(phrase("{key} is asked no more.", key=key))
