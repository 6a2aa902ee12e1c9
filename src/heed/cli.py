"""The `heed` command: mounts each capability's verbs, loading only what is called; helps in the language of the terminal."""

import gettext
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from heed.core.console.rules import DOMAIN, WORDS, spoken

Loader = Callable[[], list[typer.Typer]]


def _kpi() -> list[typer.Typer]:
    from heed.goals.kpis.cli import app

    return [app]


def _targets() -> list[typer.Typer]:
    from heed.goals.targets.cli import app

    return [app]


def _staffing() -> list[typer.Typer]:
    from heed.goals.slas.cli import frontier  # noqa: F401  adds its verbs
    from heed.goals.slas.cli.staffing import app

    return [app]


def _sla() -> list[typer.Typer]:
    from heed.goals.slas.cli import negotiation  # noqa: F401  adds its verbs
    from heed.goals.slas.cli.slas import slas

    return [slas]


def _escalation() -> list[typer.Typer]:
    from heed.goals.escalation.cli import app

    return [app]


def _footprint() -> list[typer.Typer]:
    from heed.goals.footprint.cli import app

    return [app]


def _routing() -> list[typer.Typer]:
    from heed.feedback.routing.cli import app

    return [app]


def _import() -> list[typer.Typer]:
    from heed.service.formats.cli import app

    return [app]


def _customers() -> list[typer.Typer]:
    from heed.service.customers.cli import app

    return [app]


def _surveys() -> list[typer.Typer]:
    from heed.feedback.surveys.cli import app

    return [app]


def _asking() -> list[typer.Typer]:
    from heed.feedback.triggers.cli.asking import app

    return [app]


def _instruments() -> list[typer.Typer]:
    from heed.feedback.triggers.cli.instruments import app

    return [app]


def _programmes() -> list[typer.Typer]:
    from heed.feedback.triggers.cli.programmes import app

    return [app]


def _cases() -> list[typer.Typer]:
    from heed.service.cases.cli import app

    return [app]


def _quality() -> list[typer.Typer]:
    from heed.feedback.quality.cli.answers import app as answers
    from heed.feedback.quality.cli.audits import app as audits
    from heed.feedback.quality.cli.cards import app

    return [app, answers, audits]


def _privacy() -> list[typer.Typer]:
    from heed.feedback.privacy.cli import app

    return [app]


def _facts() -> list[typer.Typer]:
    from heed.facts.cli import app

    return [app]


def _model() -> list[typer.Typer]:
    from heed.core.definitions.cli import app as definitions
    from heed.rehearsal.cli import app as rehearsal

    return [definitions, rehearsal]


def _journal() -> list[typer.Typer]:
    from heed.core.journal.cli import app

    return [app]


def _sample() -> list[typer.Typer]:
    from heed.sample.cli import app

    return [app]


def _text() -> list[typer.Typer]:
    from heed.feedback.verbatims.cli import app as verbatims
    from heed.text.bakeoff.cli import app as bakeoff
    from heed.text.cli import app as text
    from heed.text.discovery.cli import app as discovery
    from heed.text.masking.cli import app as masking

    return [text, discovery, masking, bakeoff, verbatims]


def _stats() -> list[typer.Typer]:
    from heed.stats.cli import app

    return [app]


def _journeys() -> list[typer.Typer]:
    from heed.goals.journeys.cli import app
    from heed.mining.cli import journeys

    return [journeys, app]


def _handoffs() -> list[typer.Typer]:
    from heed.mining.cli import handoffs

    return [handoffs]


def _people() -> list[typer.Typer]:
    from heed.core.access.cli import app

    return [app]


def _site(name: str) -> Loader:
    def load() -> list[typer.Typer]:
        from heed.site import cli

        return [cli.COMMANDS[name]]

    return load


# The noun, what it is for (so that `heed --help` loads nothing), and where its verbs are.
NOUNS: dict[str, tuple[str, Loader]] = {
    "up": ("Serve heed: web and worker in one.", _site("up")),
    "web": ("Serve the web alone.", _site("web")),
    "collector": ("Serve the front alone, where customers answer.", _site("collector")),
    "worker": ("Carry the journal on: facts, jobs.", _site("worker")),
    "import": ("Bring records in from a file.", _import),
    "customers": ("Who customers are, and how they are reached.", _customers),
    "cases": ("Customers who are unhappy, and what is done about it.", _cases),
    "surveys": ("Surveys and answers, to and from other systems.", _surveys),
    "asking": ("Whom heed asks, how often, and why not.", _asking),
    "instruments": ("Which instrument each touchpoint should have.", _instruments),
    "programmes": ("Panels that are asked in waves.", _programmes),
    "kpi": ("Figures, with their intervals.", _kpi),
    "sla": ("Promises to customers, and how they are kept.", _sla),
    "escalation": ("Cases brought to who has authority.", _escalation),
    "routing": ("Feedback to who can act on it.", _routing),
    "quality": ("How good the answers are that figures rest on.", _quality),
    "footprint": ("Where calls are answered: at one site, at each region's own, or between.", _footprint),
    "targets": ("What units aim at, down the tree.", _targets),
    "staffing": ("How many people a promise takes.", _staffing),
    "model": ("Definitions as files: export, plan, apply, rehearse.", _model),
    "privacy": ("What is held of a person, and its end.", _privacy),
    "facts": ("The tables of facts.", _facts),
    "journal": ("The record of all that happened.", _journal),
    "journeys": ("Journeys as they really run, found in logs of events.", _journeys),
    "handoffs": ("Work passed from group to group.", _handoffs),
    "people": ("Who may sign in.", _people),
    "text": ("Words: mask, train, read, measure.", _text),
    "stats": ("Statistics by their reference cases.", _stats),
    "sample-operation": ("An operation to try heed on, with planted truths.", _sample),
    "backup": ("Write the whole store into one file.", _site("backup")),
    "restore": ("Bring a backup back.", _site("restore")),
    "upgrade": ("Bring the store to this version.", _site("upgrade")),
    "doctor": ("Look whether all is well.", _site("doctor")),
}


def _in_language(command: Any) -> Any:
    """A command with its help, that of its options and that of its verbs in the language of the terminal."""
    command.help = spoken()(command.help or "")
    command.short_help = spoken()(command.short_help or "")
    command.epilog = spoken()(command.epilog or "")
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = spoken()(parameter.help)
    for verb in getattr(command, "commands", {}).values():
        _in_language(verb)
    return command


class Lazy(typer.core.TyperGroup):
    """A group whose commands are imported when called; nouns that two packages share are joined."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(NOUNS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in NOUNS:
            return None
        commands: list[Any] = [typer.main.get_command(app) for app in NOUNS[cmd_name][1]()]
        first = commands[0]
        first.name = cmd_name
        for other in commands[1:]:
            for name, command in other.commands.items():
                first.add_command(command, name)
        return _in_language(first)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section(gettext.gettext("Commands")):
            formatter.write_dl([(name, spoken()(help_line)) for name, (help_line, _) in NOUNS.items()])


app = typer.Typer(
    cls=Lazy,
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"heed {version('heed')}\n")
        raise typer.Exit


@app.callback()
def root(
    shown: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """heed runs customer satisfaction across complex operations. Start with: heed up"""


def main(arguments: list[str] | None = None) -> Any:
    """Entry point. Exit 0 done, 1 refused with a reason, 2 usage."""
    # What the library of commands says itself ("Usage", "No such option") is looked up there too.
    gettext.bindtextdomain(DOMAIN, str(WORDS))
    gettext.textdomain(DOMAIN)
    return _in_language(typer.main.get_command(app))(
        args=arguments if arguments is not None else sys.argv[1:], prog_name="heed"
    )
