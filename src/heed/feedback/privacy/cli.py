"""`heed privacy`: what is held of a person, their erasure with its proof, holds, requests, the record of processing."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, phrase

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="What is held of a person, and its end.",
    no_args_is_help=True,
)
Customer = Annotated[str, typer.Argument(help="heed's key, or system:identifier.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; names nobody, since it stays.")]


@app.command(epilog="Example: heed privacy export crm:4711 --out 4711.json")
@door
def export(
    customer: Customer,
    out: Annotated[str, typer.Option("--out", help="The file to write; without it, everything is printed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write everything that is held of a customer, in every store, into one JSON file."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.privacy.actions.exporting import export_customer
    from heed.feedback.privacy.actions.requesting import open_or_take

    told, counts = export_customer(COMMAND_LINE, customer)
    request = open_or_take(COMMAND_LINE, told["customer"], "access")
    if out:
        _write(Path(out), told)
    summary = {"request": request, "customer": told["customer"], "tables": counts, "file": out}
    if as_json:
        print_json(summary if out else {**summary, "everything": told})
    elif out:
        print_table(["table", "rows"], list(counts.items()))
        say(phrase("Written to {file}.", file=out))
    else:
        print_json(told)


def _write(path: Path, told: dict[str, Any]) -> None:
    try:
        with path.open("x", encoding="utf-8") as sink:
            path.chmod(0o600)
            json.dump(told, sink, ensure_ascii=False, indent=1)
    except OSError as error:
        raise Invalid(
            phrase("{file} cannot be written: {error}.", file=path, error=error),
            code="unwritable_file",
            hint="Name a new file in a folder that may be written to.",
        ) from error


@app.command(epilog="Example: heed privacy erase crm:4711 --reason 'asked by the customer'")
@door
def erase(
    customer: Customer,
    reason: Reason = "asked by the customer",
    request: Annotated[str, typer.Option("--request", help="The request this answers; else one is noted.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go; change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a customer from every store, prove it, and keep a receipt that names nobody."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.privacy.actions.erasing import begin_erasure, carry_out, receipt_of, rehearse_erasure
    from heed.feedback.privacy.actions.requesting import open_or_take
    from heed.feedback.privacy.queries.people import customer_key_of

    told: dict[str, Any]
    if dry_run:
        counts = rehearse_erasure(COMMAND_LINE, customer)
        told = {"request": None, "erased": counts, "files_scanned": 0, "found_after": None, "receipt": None}
    else:
        key = customer_key_of(customer)
        row = begin_erasure(COMMAND_LINE, key, reason, request=request or open_or_take(COMMAND_LINE, key, "erasure"))
        carry_out(row)
        told = {
            "request": row.request,
            "erased": row.counts,
            "files_scanned": row.files_scanned,
            "found_after": row.found_after,
            "receipt": receipt_of(row),
        }
    if as_json:
        print_json({**told, "dry_run": dry_run})
        return
    print_table(["store", "rows"], list(told["erased"].items()))
    if dry_run:
        say("Dry run: nothing was changed.")
    else:
        files, found = told["files_scanned"], told["found_after"]
        say(phrase("{files} files and every table were looked through: {found} traces left.", files=files, found=found))


@app.command(epilog="Example: heed privacy hold crm:4711 --reason 'case 12 C 34/26 is open'")
@door
def hold(
    customer: Customer, reason: Annotated[str, typer.Option("--reason", help="Why.")], as_json: AsJson = False
) -> None:
    """Keep a customer's data from being erased."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.privacy.actions.holding import place_hold

    row = place_hold(COMMAND_LINE, customer, reason)
    told = {"customer": row.customer_key, "hold": row.pk, "placed_at": row.placed_at.isoformat()}
    print_json(told) if as_json else say(phrase("{key} is not erased while this hold stands.", key=row.customer_key))


@app.command(epilog="Example: heed privacy release crm:4711 --reason 'the case is closed'")
@door
def release(
    customer: Customer, reason: Annotated[str, typer.Option("--reason", help="Why.")], as_json: AsJson = False
) -> None:
    """Let a customer be erased again."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.privacy.actions.holding import release_hold

    row = release_hold(COMMAND_LINE, customer, reason)
    told = {"customer": row.customer_key, "hold": row.pk, "released_at": row.released_at.isoformat()}  # type: ignore[union-attr]
    print_json(told) if as_json else say(phrase("{key} may be erased again.", key=row.customer_key))


@app.command(epilog="Example: heed privacy erasures --out erased.json")
@door
def erasures(
    out: Annotated[str, typer.Option("--out", help="Write the list a restored backup is cleaned by.")] = "",
    as_json: AsJson = False,
) -> None:
    """Receipts of all erasures, and the list by which a backup that is brought back loses them again."""
    from heed.feedback.privacy.actions.erasing import receipt_of
    from heed.feedback.privacy.models import Erasure
    from heed.feedback.privacy.queries.backups import erasure_list

    if out:
        _write(Path(out), erasure_list())
    receipts = [receipt_of(row) for row in Erasure.objects.order_by("id")]
    if as_json:
        print_json({"erasures": receipts, "file": out})
        return
    rows = [(each["erasure"], each["begun_at"], each["done_at"], each["found_after"]) for each in receipts]
    print_table(["erasure", "begun", "done", "traces left"], rows)


@app.command(epilog="Example: heed privacy record --out record.md")
@door
def record(
    out: Annotated[str, typer.Option("--out", help="A Markdown file to write.")] = "", as_json: AsJson = False
) -> None:
    """The record of processing activities (GDPR art. 30), from what is really configured."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.privacy.queries.record import as_markdown, record_of_processing

    told = record_of_processing(COMMAND_LINE)
    if out:
        try:
            Path(out).write_text(as_markdown(told), encoding="utf-8")
        except OSError as error:
            raise Invalid(
                phrase("{file} cannot be written: {error}.", file=out, error=error),
                code="unwritable_file",
                hint="Name a new file in a folder that may be written to.",
            ) from error
    print_json(told) if as_json else say(as_markdown(told) if not out else phrase("Written to {file}.", file=out))


@app.command(epilog="Example: heed privacy retain --dry-run")
@door
def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go; change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove what is older than the policies in force allow. The worker does the same once a day."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.privacy.actions.retaining import retain as retained

    row = retained(COMMAND_LINE, dry_run=dry_run)
    if as_json:
        print_json({"removed": row.removed, "days": row.days, "policies": row.policies, "dry_run": dry_run})
        return
    print_table(["what", "days", "rows"], [(name, row.days[name], many) for name, many in row.removed.items()])
    if dry_run:
        say("Dry run: nothing was changed.")


@app.command(epilog="Example: heed privacy packs --out model && heed model plan model")
@door(store=False)
def packs(
    out: Annotated[str, typer.Option("--out", help="A folder to write them into, for heed model apply.")] = "",
    as_json: AsJson = False,
) -> None:
    """Worked examples of privacy policies: GDPR, UK GDPR, CCPA/CPRA, LGPD."""
    from importlib.resources import files

    found = {
        each.name: each.read_text(encoding="utf-8")
        for each in files("heed.feedback.privacy").joinpath("packs").iterdir()
    }
    if out:
        try:
            folder = Path(out) / "privacy_policy"
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in found.items():
                (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise Invalid(
                phrase("{file} cannot be written: {error}.", file=out, error=error),
                code="unwritable_file",
                hint="Name a new file in a folder that may be written to.",
            ) from error
    names = sorted(name.removesuffix(".yaml") for name in found)
    print_json({"packs": names, "folder": out}) if as_json else print_table(["pack"], [(name,) for name in names])
