"""`heed text retrain`, `read` and `signals`: what reads the words of the store."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

if TYPE_CHECKING:
    from heed.feedback.verbatims.queries.signals import Signal

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Words of the store.")


@app.callback()
def words() -> None:
    """Words of the store."""


@app.command(epilog="Example: heed text retrain --json")
@door
def retrain(as_json: AsJson = False) -> None:
    """Learn anew from labels people gave, and from scores beside words: sentiment, themes, intent, urgency, effort, leaving."""
    from heed.feedback.verbatims.actions.models import train
    from heed.feedback.verbatims.actions.readers import teach_readers
    from heed.feedback.verbatims.actions.teaching import teach

    told = train(actor="command-line")
    themes, readers = teach(actor="command-line"), teach_readers(actor="command-line")
    if as_json:
        print_json({**told, "model": readers["model"], "card": told.get("card"), "themes": themes, "readers": readers})
        return
    if not told["trained"]:
        say(phrase("The model stays {model}: {reason}.", model=told["model"], reason=phrase(told["reason"])))
        return
    card = told["card"]
    made = {"model": told["model"], "rows": told["rows"], "people": card["given_by_people"]}
    say(phrase("Trained {model} on {rows} texts; {people} of them labelled by people.", **made))
    right = {"model": f"{card['unseen_accuracy']:.3f}", "lexicon": f"{card['lexicon_accuracy']:.3f}"}
    say(phrase("On texts it had not seen: {model} right; the lexicon {lexicon}.", **right))


@app.command(epilog="Example: heed text models --json")
@door
def models(as_json: AsJson = False) -> None:
    """The versions of what reads: which one reads, what it was trained on, how good it is, whether it drifts."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.verbatims.queries.versions import versions

    rows = versions(COMMAND_LINE)
    if as_json:
        print_json({"models": [asdict(row) for row in rows]})
        return
    table = []
    for row in rows:
        right = row.card.get("accuracy") or {}
        shown = f"{right['value']:.3f} ({right['low']:.3f} – {right['high']:.3f})" if right.get("n") else "–"
        table.append((row.number, row.name, row.state, row.trained_on, shown, "moved" if row.has_drifted else ""))
    print_table(("number", "name", "state", "trained on", "right on unseen", "drift"), table)


@app.command(epilog="Example: heed text drift --json")
@door
def drift(as_json: AsJson = False) -> None:
    """Whether the model that reads still reads what it was measured on. The worker looks once a day, and tells when not."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.errors.rules import Refused
    from heed.feedback.verbatims.actions.drifting import look_at_drift
    from heed.feedback.verbatims.queries.versions import one

    held = look_at_drift(at_once=True)
    if held is None:
        raise Refused("No model has read everything yet.", code="not_read", hint="heed text read")
    found = one(COMMAND_LINE, held.pk)
    if as_json:
        print_json({"model": found.name, "drifted": found.has_drifted, **found.drift})
        return
    rows = [
        (each["what"], "moved" if each["moved"] else "", each["psi"], each["distance"], each["p"])
        for each in found.drift.get("figures", ())
    ]
    print_table(("what", "", "stability index", "distance", "p"), rows)
    if not rows:
        say(phrase("Fewer than {least} texts on one side: too few to say.", least=found.drift.get("least", 0)))


@app.command(epilog="Example: heed text forget crm:4711")
@door
def forget(
    customers: Annotated[
        list[str] | None, typer.Argument(metavar="[CUSTOMER]...", help="heed's keys, or system:identifier.")
    ] = None,
    verbatim: Annotated[list[str] | None, typer.Option(help="Key of a verbatim; may be given again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take words out of the facts, and out of all that learnt from them: labels, models, what was found in them.

    What had learnt from them is trained anew without them, reads everything, and its files go.
    """
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.verbatims.actions.forgetting import forget_words
    from heed.service.customers.queries import key_of

    keys = [key_of(*each.split(":", 1)) if ":" in each else each for each in customers or ()]
    told = asdict(forget_words(COMMAND_LINE, keys, verbatim or ()))
    if as_json:
        print_json(told)
        return
    say(phrase("{verbatims} verbatims are gone; {marked} models had learnt from them, {erased} are gone.", **told))
    say(phrase("{model} reads now.", model=told["model"]))


@app.command(epilog='Example: heed text promote 3 --reason "The newer one misreads praise."')
@door
def promote(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name or number of the model.")],
    reason: Annotated[str, typer.Option(help="Why; wanted to go back to an older one.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a model the one that reads, or go back to an older one."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.verbatims.actions.promoting import promote as promoted
    from heed.feedback.verbatims.queries.versions import number_of, one

    row = promoted(COMMAND_LINE, number_of(name), reason=reason)
    shown = asdict(one(COMMAND_LINE, row.pk))
    print_json(shown) if as_json else say(phrase("{model} reads now.", model=shown["name"]))


@app.command(epilog="Example: heed text read")
@door
def read(as_json: AsJson = False) -> None:
    """Read every verbatim nobody has read yet: language, sentiment, themes. The worker does the same by itself."""
    from heed.feedback.verbatims.actions.reading import read_new
    from heed.feedback.verbatims.queries.models import shown_model

    many = 0
    with progress(1, "Reading") as advance:
        while done := read_new():
            many += done
        advance(1)
    model = shown_model()
    told = {"read": many, "model": model.name if model else None}
    print_json(told) if as_json else say(phrase("{many} verbatims read by {model}.", many=many, model=told["model"]))


@app.command(epilog="Example: heed text signals --json")
@door
def signals(
    look: Annotated[
        bool, typer.Option("--look/--no-look", help="Look for changes now, or tell what was found.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Look for what changed beyond noise: themes that start or rise, days that jump, teams that rise."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.verbatims.actions import signals as actions
    from heed.feedback.verbatims.queries.signals import signals as found

    if look:
        actions.look()
    rows = found(COMMAND_LINE)
    if as_json:
        print_json({"signals": [_told(row) for row in rows]})
        return
    table = [(row.kind, row.subject, row.unit, row.since, row.size, row.n, row.near_change) for row in rows]
    print_table(("kind", "subject", "unit", "since", "share", "n", "near"), table)


def _told(row: "Signal") -> dict[str, Any]:
    """A signal for programs."""
    left_out = ("words", "state", "theme", "size", "href", "near_on")
    return {
        **{name: each for name, each in asdict(row).items() if name not in left_out},
        "since": row.since.isoformat(),
    }
