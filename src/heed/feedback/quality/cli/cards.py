"""`heed quality`: score cards of surveys, and the weights of their answers."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, phrase

if TYPE_CHECKING:
    from heed.feedback.quality.rules.cards import Card

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="How good the answers are that figures rest on.",
    no_args_is_help=True,
)
Survey = Annotated[str, typer.Argument(metavar="SURVEY", help="Key of the survey.")]
WaveName = Annotated[str, typer.Option("--wave", metavar="W", help="Such as 2026-Q1; all: of all time. The newest.")]


@app.callback()
def quality() -> None:
    """How good the answers are that figures rest on."""


@app.command("list", epilog="Example: heed quality list --json")
@door
def list_(as_json: AsJson = False) -> None:
    """Every survey that anybody was asked by or answered."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.quality.queries.cards import known_surveys

    rows = [(each.key, each.decisions, each.asked, each.responses) for each in known_surveys(COMMAND_LINE)]
    if as_json:
        names = ("survey", "decisions", "asked", "responses")
        print_json({"surveys": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    print_table(("survey", "decisions", "asked", "answered"), rows)


@app.command("show", epilog="Example: heed quality show relationship --wave 2026-Q1 --json")
@door
def show(
    survey: Survey,
    wave: WaveName = "",
    out: Annotated[str, typer.Option(metavar="FILE", help="Write it as CSV too.")] = "",
    as_json: AsJson = False,
) -> None:
    """The score card of a survey: who answered beside who was asked, what weights do, what was left out."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.tables import keep_csv
    from heed.feedback.quality.queries.cards import score_card
    from heed.feedback.quality.rules.reporting import HEADINGS, card_rows, card_told

    shown = score_card(COMMAND_LINE, survey, wave)
    if out:
        keep_csv(out, HEADINGS, card_rows(shown.card))
    if as_json:
        named = {"survey": shown.survey, "name": shown.name, "wave": shown.wave.name if shown.wave else ""}
        print_json({**named, **card_told(shown.card)})
        return
    _print(shown.card)


def _print(card: "Card") -> None:
    say(phrase("Asked: {asked}. Answered: {answered}.", asked=card.asked, answered=card.answered))
    rows: list[tuple[Any, ...]] = [
        (each.code, _number(each.value), _number(each.limit), each.state, each.about) for each in card.checks
    ]
    print_table(("limit", "found", "limit", "", "about"), rows)
    print_table(
        ("rate", "value", "low", "high", "of"),
        [
            (name, _number(each.rate.value), _number(each.low), _number(each.high), round(each.rate.below))
            for name, each in card.rates.items()
        ],
    )
    print_table(
        ("question", "measure", "unweighted", "weighted", "low", "high", "n", "worth"),
        [
            (
                each.key,
                each.measure,
                _number(each.plain.value),
                _number(each.weighted.value),
                _number(each.weighted.low),
                _number(each.weighted.high),
                each.n,
                round(each.effective_n or 0),
            )
            for each in card.figures
        ],
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


@app.command("weights", epilog="Example: heed quality weights relationship --wave 2026-Q1 --out weights.csv")
@door
def weights(
    survey: Survey,
    out: Annotated[str, typer.Option(metavar="FILE", help="A CSV file to write; needed without --json.")] = "",
    wave: WaveName = "",
    as_json: AsJson = False,
) -> None:
    """The weight of each questionnaire of a wave, for other programs."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.tables import keep_csv
    from heed.feedback.quality.queries.cards import weight_lines

    if not out and not as_json:
        raise Invalid("Where to?", code="no_file", hint="Name a file with --out, or ask for --json.")
    lines = weight_lines(COMMAND_LINE, survey, wave)
    if out:
        keep_csv(out, ("response", "weight", "base"), [(each.response, each.weight, each.base) for each in lines])
    if as_json:
        told = [{"response": each.response, "weight": each.weight, "base": each.base} for each in lines]
        print_json({"survey": survey, "weights": told})
        return
    say(phrase("Written to {file}.", file=out))
