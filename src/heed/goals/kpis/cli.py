"""`heed kpi`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from heed.core.console.rules import print_json, print_table, say, spoken
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

if TYPE_CHECKING:
    from heed.feedback.quality.queries.audits import AuditMark
    from heed.goals.kpis.queries import Question, ShownKpi
    from heed.goals.kpis.revisions import Part, Revision

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
Version = Annotated[int | None, typer.Option(min=1, help="Read it as this version defined it.")]
Beside = Annotated[
    str,
    typer.Option(
        "--compare-versions",
        metavar="OLD,NEW|last",
        help="Split how the figure moved into what the definition did and what is real.",
    ),
]
Aside = Annotated[bool, typer.Option("--with-set-aside", help="Count answers that were set aside, too.")]
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
    version: Version = None,
    compare_versions: Beside = "",
    with_set_aside: Aside = False,
    as_json: AsJson = False,
) -> None:
    """Show a KPI with n and interval; small groups are withheld."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.kpis.actions import ensure_catalogue
    from heed.goals.kpis.published import as_contract, show_published
    from heed.goals.kpis.queries import Question, show_kpi
    from heed.goals.kpis.rules import moment_of, settings_of
    from heed.metrics.periods import check_period

    ensure_catalogue()
    question = Question(
        moment_of(since), moment_of(until), where, settings_of(settings), min_n, level, version, with_set_aside
    )
    if compare_versions:
        _compare(key, question, compare_versions, as_json)
        return
    columns = tuple(column.strip() for column in by.split(",") if column.strip())
    if period:
        found = show_published(key, COMMAND_LINE, question, by=columns, period=check_period(period))
    else:
        found = show_kpi(key, COMMAND_LINE, question, by=columns)
    if as_json:
        print_json(as_contract(found))
    else:
        _tell(found)


def _compare(key: str, question: "Question", asked: str, as_json: bool) -> None:
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.kpis.revisions import as_contract, compare
    from heed.goals.kpis.rules import versions_of

    older, newer = versions_of(asked)
    found = compare(key, COMMAND_LINE, question, older=older, newer=newer)
    if as_json:
        print_json(as_contract(found))
    else:
        _tell_revision(found)


def _tell_revision(found: "Revision") -> None:
    from heed.documents.units import difference, in_unit

    rows = []
    for which, version in (("older", found.older), ("newer", found.newer)):
        shown = [found.figures[f"{which}_{place}"].value for place in ("before", "now")]
        rows.append(
            (
                f"{version.number} ({version.state.replace('_', ' ')})",
                *(in_unit(each, found.told_unit) for each in shown),
            )
        )
    print_table(("version", f"{found.before[0]} – {found.before[1]}", f"{found.now[0]} – {found.now[1]}"), rows)
    named: tuple[tuple[str, Part], ...] = (
        (phrase("as published"), found.published),
        (phrase("by the definition"), found.definition),
        (phrase("real"), found.real),
    )
    moved = [
        (name, *(difference(each, found.told_unit) for each in (part.value, part.low, part.high)))
        for name, part in named
    ]
    print_table(("change", "value", "low", "high"), moved, title=phrase(found.name))
    _tell_marks(found.marks)


def _tell(found: "ShownKpi") -> None:
    from heed.documents.units import in_unit

    unit = f"{found.unit} {found.currency}".rstrip()
    keys = [*found.by, *(["period"] if found.period else [])]
    rows = []
    for row in found.rows:
        group = ["" if row.group[name] is None else str(row.group[name]) for name in found.by]
        group += [row.period.isoformat()] if row.period else []
        told = (
            [spoken()("withheld")] * 3
            if row.suppressed
            else [in_unit(each, unit) for each in (row.value, row.low, row.high)]
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
    _tell_weights(found)
    for day, number in found.breaks:
        said = phrase("Break in series: version {number} of the definition from {day} on.", number=number, day=day)
        say(said)
    if found.cutoff:
        say(phrase("Data up to {cutoff} UTC.", cutoff=f"{found.cutoff:%Y-%m-%d %H:%M}"))
    else:
        say("There are no facts yet.")
    _tell_marks(found.marks)
    for reason, many in found.excluded.items():
        say(phrase("Left out: {many} {reason}.", many=many, reason=phrase(reason)))


def _tell_marks(marks: "Sequence[AuditMark]") -> None:
    for mark in marks:
        say(phrase("Rests on answers of {survey} that failed audit {audit}.", survey=mark.survey, audit=mark.audit))


def _tell_weights(found: "ShownKpi") -> None:
    """Of a weighted KPI: what it reads without weights, what its answers are worth, and what they are weighted to."""
    from heed.documents.units import in_unit

    row = found.whole
    if row is not None and row.plain is not None:
        value, low, high = (in_unit(each, found.unit) if each is not None else "–" for each in row.plain)
        said = phrase("The same without weights: {value} ({low} – {high}).", value=value, low=low, high=high)
        say(said)
        if row.effective_n is not None:
            say(phrase("{n} answers are worth {worth}.", n=row.n or 0, worth=f"{row.effective_n:.0f}"))
    for each in found.weights:
        how = f"{each.method} ({', '.join(each.by)})" if each.method else "no margins"
        say(phrase("Weighted by {survey} {wave}: {how}.", survey=each.survey, wave=each.wave, how=how))


Grain = Annotated[str, typer.Option(metavar="team|agent|week|COL", help="Units that are compared: teams, agents, …")]
Weeks = Annotated[int, typer.Option(help="Full weeks up to the newest facts.")]


@app.command(epilog="Example: heed kpi tensions --grain agent --json")
@door
def tensions(grain: Grain = "team", weeks: Weeks = 78, where: Where = "", as_json: AsJson = False) -> None:
    """Find KPIs of efficiency that improve while one of satisfaction gets worse."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.documents.units import difference, in_unit
    from heed.goals.kpis.actions import ensure_catalogue
    from heed.goals.kpis.selection.tensions import as_contract, find_tensions
    from heed.goals.kpis.selection.weighing import Asked

    ensure_catalogue()
    told = find_tensions(COMMAND_LINE, Asked(grain, weeks, where))
    if as_json:
        print_json(as_contract(told))
        return
    rows = []
    for pair in told.pairs:
        slope, unit = pair.found.slope, pair.satisfaction.unit
        names = ", ".join(each.found.unit for each in pair.units)
        moved = [difference(each, unit) if each is not None else "" for each in (slope.value, slope.low, slope.high)]
        found = spoken()("yes") if pair.found.found else ""
        rows.append((phrase(pair.efficiency.short), phrase(pair.satisfaction.short), *moved, found, names))
    print_table(("improves by a tenth", "then", "changes", "low", "high", "tension", "stands out in"), rows)
    for pair in told.found:
        for each in pair.units:
            if each.is_kept_back:
                continue
            before, after = (in_unit(value, pair.satisfaction.unit) for value in each.found.satisfaction)
            say(
                phrase(
                    "{unit}, since {day}: {kpi} {before}, then {after}.",
                    unit=each.found.unit or spoken()("All together"),
                    day=each.found.since,
                    kpi=phrase(pair.satisfaction.short),
                    before=before,
                    after=after,
                )
            )
    if not told.found:
        say("No tension was found.")
    _tell_marks(told.weighing.marks)
    _say_too_short([pair.found.weeks_needed for pair in told.pairs if pair.found.is_too_short])


def _say_too_short(weeks_needed: list[int | None]) -> None:
    if not weeks_needed:
        return
    least = min((weeks for weeks in weeks_needed if weeks), default=None)
    weeks = least if least is not None else "–"
    say(
        phrase(
            "{n} pairs have not enough weeks to tell; the first would take {weeks}.", n=len(weeks_needed), weeks=weeks
        )
    )


Choose = Annotated[str, typer.Option("--choose", metavar="KEY,…", help="Record these as the set that was chosen.")]
Owner = Annotated[str, typer.Option(help="Who answers for the choice.")]
Note = Annotated[str, typer.Option(help="Why, in your words.")]


@app.command(epilog="Example: heed kpi select --choose csat,fcr,aht --owner 'Renate Holm'")
@door
def select(
    grain: Grain = "team",
    weeks: Weeks = 78,
    where: Where = "",
    choose: Choose = "",
    owner: Owner = "",
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Weigh the KPIs in force, propose a balanced set with reasons, and record the one you choose."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.documents.units import in_unit
    from heed.goals.kpis.actions import choose_set, ensure_catalogue
    from heed.goals.kpis.selection.choosing import set_body
    from heed.goals.kpis.selection.evidence import as_contract, weigh_selection
    from heed.goals.kpis.selection.weighing import Asked

    ensure_catalogue()
    told = weigh_selection(COMMAND_LINE, Asked(grain, weeks, where))
    if choose:
        members = [key.strip() for key in choose.split(",") if key.strip()]
        body = set_body(told, members, owner, note)
        choose_set(COMMAND_LINE, body, follows=told.choice.version if told.choice else None)
        from heed.goals.kpis.selection.evidence import with_choice

        told = with_choice(told)
    if as_json:
        print_json(as_contract(told))
        return
    rows = []
    for each in told.candidacies:
        found = each.evidence
        change = found.smallest_change if found else None
        shown = "" if change is None else in_unit(change, "share" if found and found.logarithmic else each.kpi.unit)
        said = spoken()("in") if each.verdict.is_in else ""
        rows.append((phrase(each.kpi.short), said, shown, phrase(each.verdict.reason)))
    print_table(("KPI", "proposed", "smallest change", "reason"), rows)
    if told.choice:
        chosen = ", ".join(told.choice.members)
        say(phrase("Chosen by {owner}: {members}.", owner=told.choice.owner, members=chosen))
