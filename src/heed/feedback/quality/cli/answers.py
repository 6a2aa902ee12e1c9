"""`heed quality answers`, `exclude`, `restore` and `keep`: answers with signs, and deciding about them."""

from typing import Annotated

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

app = typer.Typer(add_completion=False, rich_markup_mode=None)
Survey = Annotated[str, typer.Argument(metavar="SURVEY", help="Such as after_call; `heed quality list` has them all.")]
Responses = Annotated[list[str], typer.Argument(metavar="RESPONSE…", help="Ids of responses.")]
Why = Annotated[str, typer.Option(help="Why, in your words.")]
Sign = Annotated[str, typer.Option(help="Only those with this sign, such as bot.")]
State = Annotated[str, typer.Option(help="open, kept, set_aside or cleared.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="No more than so many.")]


@app.command("answers", epilog="Example: heed quality answers after_call --sign bot --json")
@door
def answers(survey: Survey, sign: Sign = "", state: State = "", limit: Limit = 50, as_json: AsJson = False) -> None:
    """Answers that show signs, as the last audit saw them, and the figures with and without."""
    from dataclasses import asdict

    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.quality.queries.answers import flags, last_beside, sign_lines
    from heed.feedback.quality.rules.signs import SIGN_NAMES

    lines, figures = sign_lines(COMMAND_LINE, survey), last_beside(COMMAND_LINE, survey)
    rows = list(flags(COMMAND_LINE, survey, sign=sign, state=state)[:limit])
    if as_json:
        told = [
            {"response": row.response_id, "answered_at": row.answered_at, "signs": row.signs, "proposed": row.proposed}
            for row in rows
        ]
        listed = [asdict(line) for line in lines]
        print_json({"survey": survey, "signs": listed, "figures": [asdict(each) for each in figures], "answers": told})
        return
    print_table(
        ("sign", "answers", "proposed", "undecided", "kept", "set aside"),
        [
            (phrase(SIGN_NAMES[each.sign]), each.answers, each.proposed, each.open, each.kept, each.set_aside)
            for each in lines
        ],
    )
    moved = [
        (each.question, *(part for row in (each.whole, each.counted, each.proposed) for part in _shown(row)))
        for each in figures
    ]
    print_table(("question", "all", "n", "counted", "n", "without proposed", "n"), moved)
    print_table(
        ("answered", "response", "signs", "proposed"),
        [
            (f"{row.answered_at:%Y-%m-%d %H:%M}", row.response_id, ", ".join(row.signs), "yes" if row.proposed else "")
            for row in rows
        ],
    )


def _shown(row: object) -> tuple[str, object]:
    from heed.documents.units import in_unit

    value, n = getattr(row, "value", None), getattr(row, "n", None)
    return ("" if value is None else in_unit(value, str(getattr(row, "unit", "number")))), n


@app.command("exclude", epilog="Example: heed quality exclude after_call --proposed --why 'A machine in the night.'")
@door
def exclude(
    survey: Survey,
    responses: Annotated[list[str], typer.Argument(metavar="[RESPONSE…]", help="Ids of responses.")] = [],  # noqa: B006
    why: Why = "",
    proposed: Annotated[bool, typer.Option(help="All that is proposed and undecided.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set answers aside: figures leave them out and say how many. Nothing is deleted."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.quality.actions.settling import set_aside, set_proposed_aside

    if proposed and not responses:
        made = set_proposed_aside(COMMAND_LINE, survey, why)
    else:
        made = set_aside(COMMAND_LINE, survey, responses, why)
    if as_json:
        print_json({"survey": survey, "set_aside": [{"key": row.key, "response": row.response_id} for row in made]})
        return
    say(phrase("Set aside: {many}.", many=len(made)))


@app.command("restore", epilog="Example: heed quality restore after_call r-17 --why 'It was a person.'")
@door
def restore(survey: Survey, responses: Responses, why: Why = "", as_json: AsJson = False) -> None:
    """Let answers that were set aside count again."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.errors.rules import NotFound
    from heed.feedback.quality.actions.settling import put_back
    from heed.feedback.quality.queries.answers import standing_exclusions

    held = standing_exclusions(survey).filter(response_id__in=responses)
    keys = dict(held.values_list("response_id", "key"))
    missing = [each for each in responses if each not in keys]
    if missing:
        raise NotFound(phrase("{response} is not set aside.", response=missing[0]), code="not_set_aside")
    done = put_back(COMMAND_LINE, list(keys.values()), why)
    if as_json:
        print_json({"survey": survey, "put_back": [row.response_id for row in done]})
        return
    say(phrase("Counted again: {many}.", many=len(done)))


@app.command("keep", epilog="Example: heed quality keep after_call r-17 --why 'A person who likes all.'")
@door
def keep_(survey: Survey, responses: Responses, why: Why = "", as_json: AsJson = False) -> None:
    """Let answers with signs count: somebody looked."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.quality.actions.settling import keep

    many = keep(COMMAND_LINE, survey, responses, why)
    if as_json:
        print_json({"survey": survey, "kept": many})
        return
    say(phrase("Kept: {many}.", many=many))
