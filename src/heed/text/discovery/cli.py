"""`heed text themes`: needs no store."""

from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase
from heed.core.tables import keep_csv

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Words: the themes they have of themselves."
)
SHOWN_WORDS = 6


@app.callback()
def words() -> None:
    """Words: the themes they have of themselves."""


@app.command(epilog="Example: heed text themes answers.csv --text comment --out themes-of-answers.csv --json")
@door(store=False)
def themes(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A table of texts; - is stdin.")],
    column: Annotated[str, typer.Option("--text", metavar="COL", help="Column of the text.")] = "text",
    truth: Annotated[
        str, typer.Option(metavar="COL", help="Column of true groups, only to be compared with (NMI, ARI).")
    ] = "",
    k: Annotated[int | None, typer.Option("--k", min=1, help="Number of themes; found when not given.")] = None,
    out: Annotated[str, typer.Option(metavar="CSV", help="Write the theme of each row: row,theme.")] = "",
    as_json: AsJson = False,
) -> None:
    """Find the themes of texts, without labels: how many there are, what each is about, which text has which.

    The same file gives the same themes. A text of which nothing is known is in none.
    """
    from heed.text.discovery.telling import tell_themes

    with progress(None, "Finding themes"):
        told, keys = tell_themes(file, column, truth=truth, k=k)
    if out:
        # One row a text, counted from 1; no theme is an empty cell.
        keep_csv(out, ("row", "theme"), enumerate(keys, 1))
    if as_json:
        print_json(told)
        return
    _print(told)


def _print(told: dict[str, Any]) -> None:
    rows = [(each["size"], each["name"], ", ".join(each["words"][:SHOWN_WORDS]), each["id"]) for each in told["themes"]]
    print_table(("n", "theme", "words", "id"), rows)
    say(
        phrase(
            "{n} texts, {themes} themes, {none} texts in none, {rate} texts a second.",
            n=told["n"],
            themes=len(rows),
            none=told["unassigned"],
            rate=round(told["docs_per_second"]),
        )
    )
    if told["nmi"] is not None:
        say(
            phrase("Against the true groups: NMI {nmi}, ARI {ari}.", nmi=f"{told['nmi']:.3f}", ari=f"{told['ari']:.3f}")
        )
    if not rows:
        say(phrase("Nothing parts these texts: too few, or all of one kind."))
