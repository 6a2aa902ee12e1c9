"""`heed up|web|worker|collector|backup|restore|upgrade|doctor`."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from django.db import DatabaseError

from heed.core.console.rules import print_json, print_table, say, spoken
from heed.core.edge import AsJson, door, start_django
from heed.core.errors.rules import Refused, phrase, translated
from heed.core.settings.rules import current

File = Annotated[Path, typer.Argument(help="The backup file.")]


def _look_at_roots() -> None:
    """Refuse to start where a root of a region is missing, or facts lie under another than theirs."""
    if current().has_roots:
        from heed.facts.projector.follow import follower

        follower()


@door
def up(
    empty: Annotated[bool, typer.Option("--empty", help="Start without the sample operation, for your own.")] = False,
) -> None:
    """Serve heed: front, pages and worker in one, at http://127.0.0.1:8000.

    On a store in which nobody can sign in yet, a one-time link is printed.
    """
    from heed.site.first import entrance
    from heed.site.server import Keeper, refuse_taken_port

    refuse_taken_port()
    _look_at_roots()
    link = entrance(empty=empty)
    say(phrase("heed is at {url}", url=current().public_url), style="bold")
    if link:
        say("Sign in with this link, once, within the next hour:")
        say(link, style="bold")
    Keeper(("collector", "pages", "worker")).run()


@door
def web() -> None:
    """Serve the web: the front and the pages behind it; run heed worker beside it."""
    from heed.site.server import Keeper, refuse_taken_port

    refuse_taken_port()
    _look_at_roots()
    Keeper(("collector", "pages")).run()


@door(store=False)
def collector() -> None:
    """Serve the front alone: customers can answer, and other systems tell facts, while pages and worker are down."""
    start_django()
    from heed.core.edge import prepare_store
    from heed.site.server import serve_front

    try:
        prepare_store()
    except DatabaseError as error:
        # It says "try again" until the database is back; it must not be the last to come up.
        say(phrase("The database does not answer yet: {error}.", error=type(error).__name__))
    serve_front()


@door
def worker() -> None:
    """Carry the journal on to facts and run the jobs of the queue."""
    from heed.site.worker import serve_worker

    _look_at_roots()
    serve_worker()


@door
def backup(file: File, as_json: AsJson = False) -> None:
    """Write the whole store into one file, while heed runs. Example: heed backup heed-2026-11-22.tar.gz"""
    from heed.site.operations.backup import write_backup

    manifest = write_backup(file)
    if as_json:
        print_json({"file": str(file), "bytes": file.stat().st_size, **asdict(manifest)})
        return
    held = {"entries": manifest.journal_entries, "tables": len(manifest.facts)}
    size = file.stat().st_size >> 10
    say(phrase("{file}: {size} KiB, {entries} journal entries, {tables} fact tables.", file=file, size=size, **held))
    if manifest.facts_kept_elsewhere:
        say(
            phrase(
                "The facts lie at {place} and are not in the file: keep versions there.",
                place=manifest.facts_kept_elsewhere,
            )
        )


@door(store=False)
def restore(
    file: File,
    erased: Annotated[
        Path | None, typer.Option("--erased", help="List of erasures; the one beside the file is taken anyway.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty data folder. Example: HEED_HOME=new heed restore heed-2026-11-22.tar.gz

    Customers who were erased after it was made are erased from it again.
    """
    start_django()
    from heed.site.operations.restore import erase_again, restore_backup

    manifest = restore_backup(file)
    again = erase_again(file, erased)
    if as_json:
        print_json({"file": str(file), "erased_again": again, **asdict(manifest)})
    else:
        held = {"entries": manifest.journal_entries, "tables": len(manifest.facts)}
        home = current().home_path
        say(phrase("Restored into {home}: {entries} journal entries, {tables} fact tables.", home=home, **held))


@door(store=False)
def upgrade(as_json: AsJson = False) -> None:
    """Bring the store to this version; a newer store is refused. Example: heed upgrade"""
    start_django()
    from heed.core.edge import prepare_store

    applied = prepare_store()
    if as_json:
        print_json({"applied": applied})
    else:
        say(phrase("{many} migrations applied.", many=len(applied)) if applied else phrase("The store is up to date."))


@door(store=False)
def doctor(as_json: AsJson = False) -> None:
    """Look at what usually goes wrong, and say what to do. Exit 1 when something has failed. Example: heed doctor"""
    start_django()
    from heed.site.operations.doctor import examine

    findings = examine()
    failed = [finding for finding in findings if finding.state == "failed"]
    if as_json and not failed:
        print_json({"checks": [asdict(finding) for finding in findings]})
    elif not as_json:
        rows = [[translated(part, spoken()) for part in (f.check, f.state, f.message, f.hint)] for f in findings]
        print_table(["check", "state", "what", "what to do"], rows)
    if failed:
        raise Refused(
            phrase("{check}: {message}", check=failed[0].check, message=failed[0].message),
            code="unwell",
            hint=failed[0].hint,
        )


def _command(function: Callable[..., None]) -> typer.Typer:
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(function)
    return app


COMMANDS = {
    function.__name__: _command(function) for function in (up, web, worker, collector, backup, restore, upgrade, doctor)
}
