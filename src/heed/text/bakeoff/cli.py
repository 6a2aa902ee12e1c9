"""`heed text bakeoff`: needs no store. Nothing leaves the house before somebody agreed to it."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from heed.core.console.rules import print_json, progress, say
from heed.core.edge import AsJson, door

if TYPE_CHECKING:
    from heed.text.bakeoff.contestants import ChatModel
    from heed.text.bakeoff.running import Plan

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Words: measure who reads them best."
)

File = Annotated[str, typer.Argument(metavar="FILE", help="The labelled sample.")]
Text = Annotated[str, typer.Option("--text", metavar="COL", help="Column of the text.")]
Label = Annotated[str, typer.Option("--label", metavar="COL", help="Column of the label.")]
Group = Annotated[
    str, typer.Option("--group", metavar="COL", help="Column of who wrote it: rows of one stay in one fold.")
]
Against = Annotated[
    list[str],
    typer.Option("--against", metavar="URL#MODEL", help="A chat model on a server; may be given more than once."),
]
Key = Annotated[
    list[str],
    typer.Option(
        "--key",
        metavar="VARIABLE",
        help="Environment variable that holds the key to it, in the same order; - for none.",
    ),
]
PriceIn = Annotated[list[str], typer.Option("--price-in", metavar="MONEY", help="For a million tokens sent.")]
PriceOut = Annotated[
    list[str], typer.Option("--price-out", metavar="MONEY", help="For a million tokens that come back.")
]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="Of the prices.")]
Most = Annotated[
    str, typer.Option("--most", metavar="MONEY", help="The most to spend on each model, earlier runs included.")
]
Folds = Annotated[int, typer.Option(help="Parts the sample is cut into: each is told by what the others teach.")]
Test = Annotated[str, typer.Option("--test", metavar="FILE", help="Tell this file instead, having learnt from FILE.")]
Meanings = Annotated[
    str, typer.Option("--labels", metavar="FILE", help="What labels mean (label,meaning), for chat models.")
]
Shots = Annotated[int, typer.Option(min=0, max=20, help="Examples of each label that chat models are shown.")]
AtOnce = Annotated[int, typer.Option(min=1, max=200, help="Texts in one request.")]
Lines = Annotated[int, typer.Option(min=1, max=32, help="Requests at a time.")]
Timeout = Annotated[float, typer.Option(min=1.0, max=600.0, help="Seconds an answer may take.")]
Read = Annotated[int, typer.Option("--read", min=0, help="Disagreements to show.")]
Out = Annotated[str, typer.Option("--out", metavar="CSV", help="Write every row with what each said.")]
Seed = Annotated[int, typer.Option(help="Of the folds, the draws and the rows to read.")]
Yes = Annotated[bool, typer.Option("--yes", help="Agree to what is sent out.")]


@app.callback()
def words() -> None:
    """Words: measure who reads them best."""


@app.command(
    epilog="Example: heed text bakeoff labelled.csv --text words --label theme --against https://api.example.org/v1#small"
)
@door(store=False)
def bakeoff(
    file: File,
    text: Text = "text",
    label: Label = "label",
    group: Group = "",
    against: Against = [],  # noqa: B006
    key: Key = [],  # noqa: B006
    price_in: PriceIn = [],  # noqa: B006
    price_out: PriceOut = [],  # noqa: B006
    currency: Currency = "USD",
    most: Most = "",
    folds: Folds = 5,
    test: Test = "",
    labels: Meanings = "",
    shots: Shots = 0,
    at_once: AtOnce = 20,
    lines: Lines = 4,
    timeout: Timeout = 60.0,
    seed: Seed = 0,
    read: Read = 20,
    out: Out = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Heed's own analyzer beside chat models on one labelled sample: who is right how often, at what price, how fast."""
    from heed.text.bakeoff.ordering import Order, contestants_of, plan_of
    from heed.text.bakeoff.running import run
    from heed.text.bakeoff.writing import show, write_rows

    who = tuple(against), tuple(price_in), tuple(price_out), currency, tuple(key)
    plan = plan_of(file, test, (text, label, group), folds, seed)
    contestants, chats = contestants_of(Order(*who, most, labels, shots, at_once, lines, timeout), plan)
    _agree(plan, chats, yes)
    outcome = run(plan, contestants, progress, read=read)
    report = {**outcome.report, "currency": currency if price_in else None}
    if out:
        write_rows(out, plan.told, outcome)
    print_json(report) if as_json else show(report, currency)


def _agree(plan: "Plan", chats: "list[ChatModel]", yes: bool) -> None:
    """Say what would leave the house, and go on only where somebody agrees. Raises Refused where nobody can be asked."""
    from heed.core.errors.rules import Refused
    from heed.text.bakeoff.ordering import agreement, refuse_too_dear
    from heed.text.bakeoff.running import leaving

    found = [(chat, leaving(plan, chat)) for chat in chats]
    refuse_too_dear(found)
    sent = [(chat, each) for chat, each in found if each.texts]
    for chat, each in sent:
        say(agreement(chat, each))
    if not sent or yes:
        return
    if not sys.stdin.isatty():
        raise Refused("Nobody is there to agree.", code="not_agreed", hint="Add --yes to send them.")
    if not typer.confirm("Send them?", err=True):
        raise Refused("Nothing was sent.", code="not_agreed", hint="Leave out --against to measure heed alone.")
