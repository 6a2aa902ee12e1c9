"""`heed journal`."""

import typer

from heed.core.console.rules import print_json, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Refused, phrase

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="The record of all that happened.", no_args_is_help=True
)


@app.callback()
def journal() -> None:
    """The record of all that happened."""


@app.command("verify", epilog="Example: heed journal verify --json")
@door
def verify(as_json: AsJson = False) -> None:
    """Walk the hash chain from its first entry and say whether it holds. Keep the head elsewhere to notice a cut end."""
    from heed.core.journal.queries import verify_chain

    verdict = verify_chain()
    if verdict.broken_at is not None:
        raise Refused(
            phrase(
                "The chain breaks at entry {broken_at}: {reason}.", broken_at=verdict.broken_at, reason=verdict.reason
            ),
            code="chain_broken",
            hint="Compare with a backup: heed restore FILE into another folder.",
        )
    if as_json:
        print_json({"entries": verdict.entries, "erased": verdict.erased, "head": verdict.head, "whole": True})
    else:
        counts = {"entries": verdict.entries, "erased": verdict.erased, "head": verdict.head}
        say(phrase("The chain holds: {entries} entries, {erased} of them erased. Head {head}.", **counts))
