"""`heed journeys mine` and `heed handoffs audit`: logs in files, without a store."""

from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

journeys = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Journeys as they really run, found in logs of events.",
)
handoffs = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Work passed from group to group: waits, returns, time without an owner.",
)

File = Annotated[
    str,
    typer.Argument(
        metavar="LOG",
        help="XES, CSV, TSV, JSON lines, Parquet, XLSX or OCEL 2.0; - is stdin; facts:events, facts:case_changes, facts:interactions.",
    ),
]
Case = Annotated[str | None, typer.Option(metavar="COL", help="Column of the case (case:concept:name).")]
Activity = Annotated[str | None, typer.Option(metavar="COL", help="Column of the activity (concept:name).")]
Time = Annotated[str | None, typer.Option(metavar="COL", help="Column of the time (time:timestamp).")]
Resource = Annotated[str | None, typer.Option(metavar="COL", help="Column of who did it (org:resource).")]
Lifecycle = Annotated[
    str, typer.Option(metavar="STATE", help="Keep only events in this state of the lifecycle, such as complete.")
]
Since = Annotated[str, typer.Option(metavar="D", help="Only cases that started on this day or later.")]
Until = Annotated[str, typer.Option(metavar="D", help="Only cases that started before this day.")]
ObjectType = Annotated[
    str, typer.Option(metavar="T", help="In object-centric logs: each object of this type is a case.")
]


@journeys.callback()
def _journeys() -> None:
    """Journeys as they really run, found in logs of events."""


@handoffs.callback()
def _handoffs() -> None:
    """Work passed from group to group: waits, returns, time without an owner."""


@journeys.command(epilog="Example: heed journeys mine helpdesk.xes.gz --json")
@door(store=False)
def mine(
    file: File,
    case: Case = None,
    activity: Activity = None,
    time: Time = None,
    resource: Resource = None,
    lifecycle: Lifecycle = "",
    object_type: ObjectType = "",
    since: Since = "",
    until: Until = "",
    top: Annotated[int, typer.Option(metavar="N", help="How many variants are spelt out.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find how cases really run: which activity follows which and after how long, variants, rework, handovers."""
    from heed.mining.columns import Columns
    from heed.mining.mined import mined
    from heed.mining.readers.opening import opened

    columns = Columns(case, activity, time, resource)
    with progress(None, "Mining"), opened(file, columns, object_type=object_type) as log:
        part = _part(log, lifecycle, since, until)
        told = mined(part, top)
        _warn(part)
    if as_json:
        print_json(told)
    else:
        _print_mined(told)


@journeys.command("map", epilog="Example: heed journeys map helpdesk.xes.gz --svg helpdesk.svg --share 0.9")
@door(store=False)
def draw(
    file: File,
    svg: Annotated[str, typer.Option(metavar="OUT", help="The picture to write.")],
    case: Case = None,
    activity: Activity = None,
    time: Time = None,
    lifecycle: Lifecycle = "",
    object_type: ObjectType = "",
    since: Since = "",
    until: Until = "",
    share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Draw the edges that hold this share of all steps.")
    ] = 0.9,
    as_json: AsJson = False,
) -> None:
    """Draw the process map: activities, what follows what, how often and after how long."""
    from heed.mining.columns import Columns
    from heed.mining.files import write_bytes
    from heed.mining.mined import pictured
    from heed.mining.readers.opening import opened

    with progress(None, "Mining"), opened(file, Columns(case, activity, time), object_type=object_type) as log:
        picture, about = pictured(_part(log, lifecycle, since, until), log.name, share)
        _warn(log)
    write_bytes(svg, picture.encode())
    if as_json:
        print_json({"file": svg, **about})
    else:
        say(phrase("{shown} of {edges} edges are drawn, {share} of all steps: {file}.", shown=about["edges_shown"],
                   edges=about["edges"], share=f"{about['share_shown']:.0%}", file=svg))  # fmt: skip


@journeys.command("cases", epilog='Example: heed journeys cases helpdesk.xes.gz --from Wait --to "Resolve ticket"')
@door(store=False)
def behind(
    file: File,
    start: Annotated[str, typer.Option("--from", metavar="ACTIVITY", help="Where the edge starts.")],
    end: Annotated[str, typer.Option("--to", metavar="ACTIVITY", help="Where it ends.")],
    case: Case = None,
    activity: Activity = None,
    time: Time = None,
    lifecycle: Lifecycle = "",
    object_type: ObjectType = "",
    since: Since = "",
    until: Until = "",
    most: Annotated[int, typer.Option(metavar="N", help="How many cases are listed.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List the cases behind an edge of the map, the slowest first."""
    from heed.mining.columns import Columns
    from heed.mining.readers.opening import opened
    from heed.mining.selection import cases_behind

    with progress(None, "Mining"), opened(file, Columns(case, activity, time), object_type=object_type) as log:
        found = cases_behind(_part(log, lifecycle, since, until), start, end, most)
        _warn(log)
    if as_json:
        print_json({"from": start, "to": end, "cases": found})
    else:
        rows = [(row["case"], row["count"], span(row["longest_seconds"])) for row in found]
        print_table(("case", "times", "longest"), rows)


@journeys.command(epilog="Example: heed journeys export calls.csv --case call_id --keep product --out calls.xes.gz")
@door(store=False)
def export(
    file: File,
    out: Annotated[str, typer.Option(metavar="FILE", help="The log to write: .xes, .xes.gz or .jsonocel (OCEL 2.0).")],
    case: Case = None,
    activity: Activity = None,
    time: Time = None,
    resource: Resource = None,
    object_type: ObjectType = "",
    keep: Annotated[
        str, typer.Option(metavar="COL,…", help="Columns that become attributes; case: before a name, of the case.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write a log as XES or OCEL 2.0, for other tools."""
    from heed.mining.columns import Columns
    from heed.mining.exporters.writing import exported

    kept = tuple(name.strip() for name in keep.split(",") if name.strip())
    told = exported(file, out, Columns(case, activity, time, resource, extra=kept), object_type)
    if as_json:
        print_json(told)
    else:
        say(phrase("{events} events written as {form}: {file}.", **told))


@handoffs.command(epilog="Example: heed handoffs audit calls.csv --case call_id --time at --group team --json")
@door(store=False)
def audit(
    file: File,
    group: Annotated[str, typer.Option(metavar="COL", help="Column of the group that has the case.")],
    case: Case = None,
    time: Time = None,
    object_type: ObjectType = "",
    as_json: AsJson = False,
) -> None:
    """Find where work is passed on: pairs of groups, waits, what comes back, ping-pong, time without an owner."""
    from heed.mining.columns import Columns
    from heed.mining.handoffs import audited
    from heed.mining.readers.opening import opened

    columns = Columns(case=case, time=time, group=group)
    with (
        progress(None, "Mining"),
        opened(file, columns, object_type=object_type, required=("case", "time", "group")) as log,
    ):
        told = audited(log)
        _warn(log)
    if as_json:
        print_json(told)
    else:
        _print_audited(told)


def _part(log: Any, lifecycle: str, since: str, until: str) -> Any:
    """The part of a log that was asked for: all of it when nothing was."""
    from heed.mining.selection import between, day, in_lifecycle

    if lifecycle:
        log = in_lifecycle(log, lifecycle)
    if since or until:
        log = between(log, day(since), day(until))
    return log


def _warn(log: Any) -> None:
    for note in log.notes:
        say(note)
    for reason, count in log.left_out.items():
        if reason != "broken_row":
            say(phrase("{count} left out: {reason}.", count=count, reason=LEFT_OUT[reason]))


LEFT_OUT = {
    "excluded": phrase("rows that measures leave out"),
    "no_case": phrase("events without a case"),
    "no_activity": phrase("events without an activity"),
    "case_without_event": phrase("cases without an event"),
    "other_lifecycle": phrase("events in another state of the lifecycle"),
}


def _print_mined(told: dict[str, Any]) -> None:
    figures = [(name, told[name]) for name in ("cases", "events", "activities", "variants", "resources")]
    figures += [("rework events", told["rework"]["events"]), ("cases with rework", told["rework"]["cases"])]
    print_table(("figure", "value"), figures)
    edges = [
        (row["from"], row["to"], row["count"], *(span(row[f"{name}_seconds"]) for name in ("median", "mean", "p90")))
        for row in told["edges"][:20]
    ]
    print_table(("from", "to", "count", "median", "mean", "p90"), edges, title="What follows what")
    if told["work"]:
        columns = ("working_median", "working_mean", "waiting_median", "waiting_mean")
        pieces = [
            (row["activity"], row["count"], *(span(row[f"{name}_seconds"]) for name in columns)) for row in told["work"]
        ]
        heads = ("activity", "count", "work (median)", "work (mean)", "wait (median)", "wait (mean)")
        print_table(heads, pieces, title="Working and waiting")
    ways = [(row["count"], f"{row['share']:.1%}", " → ".join(row["activities"])) for row in told["top_variants"][:5]]
    print_table(("cases", "share", "activities"), ways, title="The ways most cases go")


def _print_audited(told: dict[str, Any]) -> None:
    share = told["ping_pong"]["share"]
    print_table(
        ("figure", "value"),
        [
            ("cases", told["cases"]),
            ("handoffs", told["handoffs"]),
            ("cases that ping-pong", f"{told['ping_pong']['cases']} ({share:.1%})" if share is not None else 0),
            ("ownerless", span(told["ownerless_seconds"])),
        ],
    )
    rows = [
        (
            row["from"],
            row["to"],
            row["count"],
            span(row["wait_median_seconds"]),
            span(row["wait_p90_seconds"]),
            "" if row["share_of_cycle_time"] is None else f"{row['share_of_cycle_time']:.1%}",
            row["returns"],
        )
        for row in told["pairs"][:30]
    ]
    print_table(("from", "to", "count", "wait (median)", "wait (p90)", "of cycle time", "returns"), rows)


def span(seconds: float | None) -> str:
    """A duration as people say it: 45 s, 12 min, 3.5 h, 2.1 d."""
    from heed.mining.picture.words import span as said

    return said(seconds)
