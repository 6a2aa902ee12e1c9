"""`heed stats`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, say, spoken
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

if TYPE_CHECKING:
    from heed.stats.procedures.comparing import Verdict
    from heed.stats.procedures.computing import Computed

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Statistics by their reference cases.", no_args_is_help=True
)


@app.callback()
def stats() -> None:
    """Statistics by their reference cases: compute them, compare them."""


@app.command("compute", epilog="Example: heed stats compute tests/reference/proportion.json --json")
@door(store=False)
def compute(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Cases as JSON: method, procedure, input, expected.")],
    as_json: AsJson = False,
) -> None:
    """Compute each figure that the cases of a file name under `expected`; the values there are not read."""
    from heed.stats.procedures.computing import compute_case, read_cases

    read = read_cases(file)
    found = [compute_case(read.method, case, read.folder, place) for place, case in enumerate(read.cases)]
    if as_json:
        print_json({"method": read.method, "cases": [_as_contract(each) for each in found]})
    else:
        rows = [(each.id, name, _shown(value)) for each in found for name, value in each.figures.items()]
        print_table(("case", "figure", "value"), rows, title=read.method)
    _tell_refused(found)


def _as_contract(each: "Computed") -> dict[str, Any]:
    shown: dict[str, Any] = {"id": each.id, "computed": each.figures}
    if each.unknown:
        shown["unknown"] = list(each.unknown)
    if each.refusal is not None:
        shown["refused"] = each.refusal.as_dict()
    return shown


def _tell_refused(found: "list[Computed]") -> None:
    refused = [each for each in found if each.refusal is not None or each.unknown]
    for each in refused:
        if each.refusal is not None:
            say(f"{each.refusal.code}: {each.refusal.said(spoken())}")
        else:
            say(
                phrase("unknown_figure: Case {case} asks for {figures}.", case=each.id, figures=", ".join(each.unknown))
            )
    if refused:
        raise SystemExit(1)


@app.command("verify", epilog="Example: heed stats verify tests/reference/*.json")
@door(store=False)
def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files of cases with their answers.")],
    as_json: AsJson = False,
) -> None:
    """Compute each case and list what differs from its answer by more than the case allows."""
    from heed.stats.procedures.comparing import verify as verdict_of

    verdicts = [verdict_of(file) for file in files]
    if as_json:
        print_json({"files": [_as_verdict(each) for each in verdicts]})
    else:
        _tell(verdicts)
    if not all(each.holds for each in verdicts):
        raise SystemExit(1)


def _as_verdict(each: "Verdict") -> dict[str, Any]:
    differences = [vars(difference) for difference in each.differences]
    return {**vars(each), "differences": differences}


def _tell(verdicts: "list[Verdict]") -> None:
    rows = [
        (each.case, each.figure, _shown(each.computed), _shown(each.expected))
        for verdict in verdicts
        for each in verdict.differences
    ]
    if rows:
        print_table(("case", "figure", "computed", "expected"), rows, title="What differs")
    for verdict in verdicts:
        for case, reason in verdict.unsupported.items():
            say(f"{verdict.method} {case}: {reason}")
    counts = [(each.method, each.passed, each.failed, len(each.unsupported)) for each in verdicts]
    print_table(("method", "passed", "failed", "unsupported"), counts)


def _shown(value: Any) -> str:
    text = "–" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 120 else text[:117] + "…"
