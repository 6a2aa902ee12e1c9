"""`heed sla`."""

from typing import TYPE_CHECKING, Annotated

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase
from heed.goals.slas.cli.words import percent

if TYPE_CHECKING:
    from heed.goals.slas.queries.attainment import Attained

slas = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="Promises to customers, and how they are kept.",
    no_args_is_help=True,
)


@slas.callback()
def sla() -> None:
    """Promises to customers, and how they are kept."""


@slas.command("list", epilog="Example: heed sla list --json")
@door
def list_(as_json: AsJson = False) -> None:
    """List the SLAs in force."""
    from heed.goals.slas.queries.attainment import list_slas

    keys = ("name", "promise", "within_seconds", "target")
    found = [
        {"key": each.key, **{name: getattr(each.body, name) for name in keys}, "definition_version": each.version}
        for each in list_slas()
    ]
    if as_json:
        print_json({"slas": found})
    else:
        print_table(("key", *keys, "version"), [list(each.values()) for each in found])


@slas.command("show", epilog="Example: heed sla show cases_resolved --weeks 26 --json")
@door
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Such as cases_resolved; `heed sla list` has them all.")],
    weeks: Annotated[int, typer.Option(help="How many weeks, the running one among them.")] = 13,
    as_json: AsJson = False,
) -> None:
    """Show how an SLA was kept week by week, and how many promises are at risk."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.slas.queries.attainment import as_contract, attained

    found = attained(key, COMMAND_LINE, weeks)
    if as_json:
        print_json(as_contract(found))
    else:
        _tell_attained(found)


def _tell_attained(found: "Attained") -> None:
    rows = [
        (
            row.period.isoformat() if row.period else phrase("all"),
            *(
                [phrase("withheld")] * 3
                if row.suppressed
                else [percent(each) for each in (row.value, row.low, row.high)]
            ),
            row.n,
        )
        for row in (*found.weeks, found.whole)
    ]
    print_table(("week", "kept", "low", "high", "n"), rows, title=found.sla.name)
    say(
        phrase(
            "Target {target}. At risk {risk}, broken and open {broken}. Definition {version}.",
            target=f"{found.sla.target * 100:g} %",
            risk=len(found.at_risk),
            broken=len(found.overdue),
            version=found.held.version,
        )
    )


@slas.command("backtest", epilog="Example: heed sla backtest calls_answered --weeks 8 --json")
@door
def backtest(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Such as cases_resolved; `heed sla list` has them all.")],
    weeks: Annotated[int, typer.Option(help="How many past weeks.")] = 8,
    as_json: AsJson = False,
) -> None:
    """Show how well breaches were told ahead: past weeks, each predicted by what was known before it."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.slas.queries.backtests import backtest_of, told_backtest

    told = told_backtest(backtest_of(COMMAND_LINE, key, weeks))
    if as_json:
        print_json({"sla": key, **told})
        return
    names = ("predicted", "week_low", "week_high", "achieved")
    rows = [
        (each["week"], *(percent(each[name]) for name in names), each["n"], each["inside"]) for each in told["weeks"]
    ]
    print_table(("week", "predicted", "low", "high", "breaches", "n", "inside"), rows)
    say(
        phrase(
            "{inside} of {many} weeks lay where they were predicted; off by {error} percentage points on average.",
            inside=told["inside"],
            many=len(rows),
            error="–" if told["mean_error"] is None else f"{100 * told['mean_error']:.1f}",
        )
    )
