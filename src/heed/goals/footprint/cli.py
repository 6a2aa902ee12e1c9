"""`heed footprint`: where calls are answered, from a definition in force or from a file alone."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

if TYPE_CHECKING:
    from heed.goals.footprint.definition import Footprint
    from heed.goals.footprint.rules.comparing import Compared, Option
    from heed.goals.footprint.rules.doubting import Doubted
    from heed.goals.footprint.rules.weeks import Setting

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Where calls are answered: at one site, at each region's own, or between.",
)
Named = Annotated[str, typer.Argument(metavar="FILE|KEY", help="A footprint as YAML, or the key of one in force.")]


@app.command("list", epilog="Example: heed footprint list --json")
@door
def list_(as_json: AsJson = False) -> None:
    """List the footprints in force."""
    from heed.goals.footprint.queries import footprints, summary

    found = [summary(held) for held in footprints()]
    if as_json:
        print_json({"footprints": found})
        return
    rows = [
        (each["key"], each["name"], ", ".join(each["regions"]), ", ".join(each["sites"]), each["definition_version"])
        for each in found
    ]
    print_table(("key", "name", "regions", "sites", "version"), rows)


@app.command(epilog="Example: heed footprint show calls_of_europe.yaml --json")
@door(store=False)
def show(footprint: Named, as_json: AsJson = False) -> None:
    """Show a footprint: who calls in which language, and which site could answer."""
    key, version, setting = _setting(footprint)
    body = setting.footprint
    if as_json:
        from heed.goals.footprint.rules.telling import told_definition, told_groups

        told = {"footprint": key, "definition_version": version, "body": told_definition(body)}
        print_json(told | {"groups": told_groups(setting)})
        return
    rows = [
        (group.region_title, group.language, f"{group.calls.sum():.0f}", f"{group.aht_seconds:.0f}",
         f"{group.within_seconds:.0f}", ", ".join(p.title for p in setting.places if setting.may_serve(p, group)))
        for group in setting.groups
    ]  # fmt: skip
    print_table(("region", "language", "calls a week", "aht", "within", "could be served by"), rows, title=body.name)
    sites = [
        (site.title, ", ".join(sorted(site.languages)), f"{site.hourly(1):.2f}", f"{site.fixed:.2f}", site.seats or "")
        for site in setting.places
    ]
    print_table(("site", "languages", f"{body.currency} an hour", "fixed a week", "seats"), sites)


@app.command(epilog="Example: heed footprint compare calls_of_europe.yaml --json")
@door(store=False)
def compare(
    footprint: Named,
    by_slot: Annotated[bool, typer.Option("--by-slot", help="With --json: people of each half-hour too.")] = False,
    draws: Annotated[
        int | None, typer.Option(min=50, max=2000, help="How many times the future is drawn; else as defined.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws the futures; the same seed gives the same figures.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Compare one site for all, each region its own, and the best between: cost, service, satisfaction, a site lost."""
    from heed.goals.footprint.rules.comparing import compare as compared
    from heed.goals.footprint.rules.doubting import doubt
    from heed.goals.footprint.rules.telling import told_shown

    key, version, setting = _setting(footprint)
    found = compared(setting)
    doubted = doubt(found, draws=draws, seed=seed)
    if as_json:
        told: dict[str, Any] = {"footprint": key, "definition_version": version}
        print_json(told | told_shown(found, doubted, by_slot=by_slot))
        return
    _tell(found, doubted)


@app.command(epilog="Example: heed footprint rehearse calls_of_europe --weeks 8 --json")
@door
def rehearse(
    footprint: Named,
    weeks: Annotated[int, typer.Option(min=1, max=104, help="How many full weeks, up to the newest call.")] = 8,
    as_json: AsJson = False,
) -> None:
    """Replay past weeks of calls through each option: what would have been answered in time, beside what was."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.footprint.queries import rehearsed
    from heed.goals.footprint.rules.comparing import compare as compared
    from heed.goals.footprint.rules.telling import told_replayed

    key, version, setting = _setting(footprint)
    found = rehearsed(COMMAND_LINE, setting.footprint, compared(setting), weeks)
    if as_json:
        print_json({"footprint": key, "definition_version": version, "weeks": told_replayed(found)})
        return
    rows = [
        (each.monday.isoformat(), each.option, f"{each.calls:.0f}", _percent(each.was), _percent(each.service_level),
         _percent(each.abandonment), _percent(each.missed))
        for each in found
    ]  # fmt: skip
    print_table(("week", "option", "calls", "as it was", "would have been", "give up", "when closed"), rows)


@app.command(
    epilog='Example: heed footprint decide calls_of_europe --option hybrid --owner "Ada Ash" --reason "Cheapest."'
)
@door
def decide(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A footprint in force; `heed footprint list` has them.")],
    option: Annotated[str, typer.Option(help="pooled, split or hybrid.")],
    owner: Annotated[str, typer.Option(help="Who answers for it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_json: AsJson = False,
) -> None:
    """Record what was decided, with the figures as they are now."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.footprint.actions import decide as decided
    from heed.goals.footprint.queries import told_decision

    row = decided(COMMAND_LINE, key, option, owner=owner, reason=reason)
    if as_json:
        print_json(told_decision(row))
        return
    say(phrase("Decided: {option}. {owner} answers for it.", option=row.option, owner=row.owner))


@app.command(epilog="Example: heed footprint decisions calls_of_europe --json")
@door
def decisions(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A footprint in force; `heed footprint list` has them.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what was decided, newest first, each with its figures then."""
    from heed.goals.footprint.queries import decisions as found_decisions
    from heed.goals.footprint.queries import footprint_in_force, told_decision

    footprint_in_force(key)
    found = [told_decision(row) for row in found_decisions(key, limit=limit)[0]]
    if as_json:
        print_json({"footprint": key, "decisions": found})
        return
    rows = [(f"{each['decided_at']:%Y-%m-%d %H:%M}", each["option"], each["owner"], each["reason"]) for each in found]
    print_table(("decided", "option", "owner", "reason"), rows)


def _setting(named: str) -> "tuple[str, int | None, Setting]":
    """Key, version (None: a file) and the question laid out. The store is opened only where it is needed."""
    from heed.goals.footprint.rules.weeks import laid_out

    key, version, body = _definition(named)
    return key, version, laid_out(body, _grounds(body, from_file=version is None))


def _definition(named: str) -> "tuple[str, int | None, Footprint]":
    from pathlib import Path

    from heed.core.edge import with_store
    from heed.goals.footprint.rules.files import read_file

    if Path(named).is_file():
        return Path(named).stem, None, read_file(Path(named))
    with_store()
    from heed.goals.footprint.queries import body_of, footprint_in_force

    held = footprint_in_force(named)
    return held.key, held.version, body_of(held)


def _grounds(body: "Footprint", *, from_file: bool) -> Any:
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.edge import with_store
    from heed.goals.footprint.rules.files import needs_facts

    if from_file and not needs_facts(body):
        return None
    with_store()
    from heed.goals.footprint.queries import grounds

    return grounds(COMMAND_LINE, body)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def _tell(found: "Compared", doubted: "Doubted") -> None:
    body, chances = found.setting.footprint, {each.option: each for each in doubted.chances}
    rows = []
    for each in found.options:
        chance, worst = chances[each.name], each.worst
        rows.append(
            (
                each.name,
                f"{each.cost} ({_money(chance.cost.low)}–{_money(chance.cost.high)})",
                f"{each.head_count:.1f}",
                f"{_percent(each.service_level)} ({_percent(chance.service_level.low)}–{_percent(chance.service_level.high)})",
                "–"
                if each.csat.value is None
                else f"{_percent(each.csat.value)} ({_percent(chance.csat.low)}–{_percent(chance.csat.high)})",
                f"{_percent(worst.answered)} ({worst.title})" if worst else "",
                _percent(chance.best),
            )
        )
    columns = ("option", f"{body.currency} a week", "people", "in time", "satisfied", "if a site fails", "best")
    print_table(columns, rows, title=body.name)
    for each in found.options:
        if each.same_as is None:
            heads = ("site", "groups", "people at most", f"{body.currency} a week")
            print_table(heads, _pools(each, found), title=each.name)
    for name, reason in found.impossible.items():
        say(phrase("{option} cannot be: {reason}.", option=name, reason=reason))
    _tell_best(found, doubted)


def _tell_best(found: "Compared", doubted: "Doubted") -> None:
    body, optimum, saving = found.setting.footprint, found.optimum, doubted.saving
    rows = [
        (f"{bar.what} {bar.key}".strip(), f"{bar.low_factor - 1:+.0%}", f"{bar.high_factor - 1:+.0%}", _money(bar.at_low),
         _money(bar.at_high))
        for bar in doubted.bars
    ]  # fmt: skip
    outcome = "saving" if doubted.against else "cost"
    print_table(("assumption", "low end", "high end", f"{outcome} at low", f"{outcome} at high"), rows)
    if doubted.against:
        told = {"low": _money(saving.low), "high": _money(saving.high), "saving": _money(saving.value)}
        say(
            phrase(
                "The best is {option}: it saves {saving} {currency} a week ({low} to {high}) beside the next: {against}.",
                option=doubted.best, currency=body.currency, against=doubted.against, **told,
            )
        )  # fmt: skip
    else:
        say(phrase("The only way is {option}.", option=doubted.best))
    over = (
        phrase("over every one of {many} pools", many=optimum.columns)
        if optimum.is_whole
        else phrase("over the {many} pools that were tried, not over all there are", many=optimum.columns)
    )
    say(phrase("The hybrid is the best {over}; gap {gap}.", over=over, gap=_percent(optimum.gap)))


def _money(amount: float | None) -> str:
    return "–" if amount is None else f"{amount:.0f}"


def _pools(each: "Option", found: "Compared") -> list[tuple[Any, ...]]:
    return [
        (one.place.title, ", ".join(found.setting.groups[place].key for place in one.members), one.peak, one.money)
        for one in each.pools
    ]
