"""`heed kpi`."""

from typing import TYPE_CHECKING, Annotated

import typer

from heed.core.console.rules import print_json, print_table, say, spoken
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

if TYPE_CHECKING:
    from heed.goals.kpis.queries import ShownKpi

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Figures, with their intervals.", no_args_is_help=True
)


@app.callback()
def kpi() -> None:
    """Figures, with their intervals."""


@app.command("list", epilog="Example: heed kpi list --json")
@door
def list_(as_json: AsJson = False) -> None:
    """List the KPIs, each with its unit, its version and whether it is in force."""
    from heed.goals.kpis.actions import ensure_catalogue
    from heed.goals.kpis.queries import list_kpis

    ensure_catalogue()
    found = list_kpis()
    if as_json:
        keys = ("key", "name", "unit", "definition_version", "state", "direction", "formula")
        print_json({"kpis": [{name: getattr(summary, name) for name in keys} for summary in found]})
        return
    rows = [(each.key, each.name, each.unit, each.definition_version, each.state.replace("_", " ")) for each in found]
    print_table(("key", "name", "unit", "version", "state"), rows)


By = Annotated[str, typer.Option(metavar="COL,…", help="Split by these columns, or keys of `attributes`.")]
Since = Annotated[str, typer.Option(metavar="D", help="First day (2024-03-01), or a time; included.")]
Until = Annotated[str, typer.Option(metavar="D", help="First day left out, or a time.")]
Where = Annotated[str, typer.Option(metavar="CEL", help='Only rows that meet this, such as channel == "phone".')]
Sets = Annotated[list[str], typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter of the KPI; repeatable.")]
MinN = Annotated[
    int | None, typer.Option(min=1, help="Withhold groups of fewer rows; by the privacy policy unless given.")
]
Level = Annotated[float, typer.Option(help="Confidence level of the intervals.")]
Per = Annotated[
    str, typer.Option("--period", metavar="day|week|month", help="One row a period, in the organisation's time zone.")
]


@app.command("show", epilog="Example: heed kpi show csat --by region --since 2024-01-01 --json")
@door
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Such as csat; `heed kpi list` has them all.")],
    by: By = "",
    since: Since = "",
    until: Until = "",
    where: Where = "",
    settings: Sets = [],  # noqa: B006 - Typer reads the default, nothing changes it
    min_n: MinN = None,
    level: Level = 0.95,
    period: Per = "",
    as_json: AsJson = False,
) -> None:
    """Show a KPI with n and interval; small groups are withheld."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.kpis.actions import ensure_catalogue
    from heed.goals.kpis.queries import Question, as_contract, show_kpi
    from heed.goals.kpis.rules import moment_of, settings_of
    from heed.metrics.periods import check_period

    ensure_catalogue()
    question = Question(moment_of(since), moment_of(until), where, settings_of(settings), min_n, level)
    columns = tuple(column.strip() for column in by.split(",") if column.strip())
    found = show_kpi(key, COMMAND_LINE, question, by=columns, period=check_period(period) if period else None)
    if as_json:
        print_json(as_contract(found))
    else:
        _tell(found)


def _tell(found: "ShownKpi") -> None:
    from heed.documents.units import in_unit

    keys = [*found.by, *(["period"] if found.period else [])]
    rows = []
    for row in found.rows:
        group = ["" if row.group[name] is None else str(row.group[name]) for name in found.by]
        group += [row.period.isoformat()] if row.period else []
        told = (
            [spoken()("withheld")] * 3
            if row.suppressed
            else [in_unit(each, found.unit) for each in (row.value, row.low, row.high)]
        )
        rows.append([*group, *told, row.n])
    percent = f"{found.level * 100:g} %"
    low = phrase("low ({percent})", percent=percent)
    print_table([*keys, phrase(found.short), low, "high", "n"], rows, title=phrase(found.name))
    version = found.definition_version
    say(
        phrase(
            "{formula} Method: {method}. Definition {version}.",
            formula=phrase(found.formula),
            method=found.method,
            version=version,
        )
    )
    if found.cutoff:
        say(phrase("Data up to {cutoff} UTC.", cutoff=f"{found.cutoff:%Y-%m-%d %H:%M}"))
    else:
        say("There are no facts yet.")
    for reason, many in found.excluded.items():
        say(phrase("Left out: {many} {reason}.", many=many, reason=phrase(reason)))
