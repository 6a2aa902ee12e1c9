"""Each contract of `.importlinter` is tried: faults planted in a small tree of the same plan must break it."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter import configuration
from importlinter.application import use_cases
from importlinter.application.user_options import UserOptions

from tests.house.plan import CORE, MODULES, ROOMS, ROOT

NAME = "planted_house"
# The packages that hold no capabilities, and a few of their files.
LONE: dict[str, tuple[str, ...]] = {
    "": ("cli", "flow"),
    "site": ("settings", "urls", "worker"),
    "desks": ("home",),
    "sample": ("history",),
    "collector": ("door", "rules"),
    "rehearsal": ("replay", "cli"),
    "metrics": ("measures", "readings"),
    "mining": ("variants",),
    "identity": ("linkage",),
    "facts": ("cli", "conditions", "projector", "schema.tables", "store.store", "engine.duckdb"),
    "channels": ("mail",),
    "documents": ("pdf",),
    "text": ("themes",),
    "stats": ("intervals", "cli"),
    "core": ("edge", "fields", "rows"),
}
HABITS = {
    "cli": "from heed.goals.kpis import cli",
    "flow": "from heed.service.cases import actions",
    "stats.cli": "from heed.core import edge",
    "facts.projector": "import django\nfrom heed.core.journal import queries",
    "facts.conditions": "import ibis\nfrom heed.core.conditions import rules",
    "metrics.readings": "import ibis\nfrom heed.facts.schema import tables\nfrom heed.stats import intervals",
    "site.urls": "from heed.goals import urls",
    "site.worker": "from heed.goals.kpis import jobs\nimport huey",
    "goals.models": "from heed.goals.kpis import models",
    "goals.urls": "from heed.goals.kpis import pages, api",
    "goals.kpis.pages": "import django\nfrom heed.core import edge\nfrom heed.goals.kpis import forms, queries",
    "goals.kpis.actions": "from heed.core.journal import actions\nfrom heed.goals.kpis import models, rules",
    "goals.kpis.models": "import django\nfrom heed.core import fields",
    "goals.kpis.rules": "from heed.goals.kpis import definition\nfrom heed.stats import intervals",
    "goals.slas.rules": "from heed.goals.kpis import rules",
    "goals.migrations.0001_initial": "import django\nfrom heed.core import fields\nfrom heed.goals.kpis import models",
    "service.cases.api": "import ninja",
    "rehearsal.cli": "import django",
    "core.journal.models": "import django",
    "core.access.queries": "from heed.core.people import queries",
    "metrics.measures": "from heed.metrics import readings",
}

# (contract that must break, module the fault is planted in, the fault)
FAULTS = [
    ("floors", "service.cases.actions", "from heed.goals.kpis import queries"),
    ("floors", "facts.store.store", "from heed.metrics import readings"),
    ("floors", "core.journal.actions", "from heed.facts.store import store"),
    ("floors", "feedback.triggers.rules", "def decide():\n    from heed.goals.slas import rules"),
    ("floors", "metrics.readings", "from heed.mining import variants"),
    ("floors", "improvement.pilots.queries", "from heed.frontline.training import queries"),
    ("floors", "mining.variants", "from heed.sample import history"),
    ("floors", "goals.kpis.pages", "from heed.desks import home"),
    ("floors", "text.themes", "from heed.documents import pdf"),
    ("floors", "assorted.things", "VALUE = 1"),
    ("floors-goals", "goals.kpis.queries", "from heed.goals.slas import queries"),
    ("floors-goals", "goals.prices.rules", "VALUE = 1"),
    ("floors-service", "service.formats.actions", "from heed.service.customers import actions"),
    ("floors-service", "service.cases.rules", "from heed.service.conversations import events"),
    ("floors-feedback", "feedback.surveys.actions", "from heed.feedback.triggers import actions"),
    ("floors-improvement", "improvement.root_causes.queries", "from heed.improvement.priorities import queries"),
    ("floors-frontline", "frontline.authority.rules", "from heed.frontline.safety_net import rules"),
    ("floors-measurement", "measurement.sampling.actions", "from heed.measurement.reviews import actions"),
    ("floors-governance", "governance.councils.actions", "from heed.governance.budgets import actions"),
    ("rooms", "goals.kpis.rules", "from heed.goals.kpis import queries"),
    ("rooms", "goals.kpis.queries", "from heed.goals.kpis import actions"),
    ("rooms", "goals.kpis.actions", "from heed.goals.kpis import forms"),
    ("rooms", "goals.kpis.cli", "from heed.goals.kpis import pages"),
    ("rooms", "goals.kpis.definition", "from heed.goals.kpis import events"),
    ("rooms", "core.journal.models", "from heed.core.journal import queries"),
    ("rooms", "goals.kpis.cupboard", "VALUE = 1"),
    ("doors", "goals.slas.queries", "from heed.goals.kpis import models"),
    ("doors", "goals.slas.actions", "from heed.service.cases.models import Case"),
    ("doors", "desks.home", "from heed.service.cases import pages"),
    ("doors", "flow", "from heed.service.cases import jobs"),
    ("doors", "goals.models", "from heed.service.cases import models"),
    ("doors", "goals.migrations.0001_initial", "from heed.service.cases import models"),
    ("doors", "site.urls", "from heed.goals.kpis import pages"),
    ("doors", "service.cases.models", "from heed.core.people.models import Person"),
    ("doors", "goals.slas.cli", "from heed.goals.kpis import cli"),
    ("doors", "goals.slas.rules", "from heed.goals import kpis"),
    ("gatherers", "goals.kpis.queries", "from heed.service import models"),
    ("gatherers", "desks.home", "from heed.goals import urls"),
    ("edge", "goals.kpis.actions", "from heed.core.edge import door"),
    ("fields", "goals.kpis.actions", "from heed.core import fields"),
    ("rows", "goals.kpis.queries", "from heed.core import rows"),
    ("pure", "goals.kpis.rules", "from django.utils import timezone"),
    ("pure", "goals.kpis.events", "from heed.core.journal import models"),
    ("pure", "goals.kpis.definition", "import huey"),
    ("pure", "stats.intervals", "import django"),
    ("pure", "facts.store.store", "from django.db import connection"),
    ("pure", "facts.engine.duckdb", "from heed.facts import projector"),
    ("pure", "rehearsal.replay", "import ninja"),
    ("pure", "collector.rules", "from django.http import HttpRequest"),
    ("pure", "core.settings.rules", "from allauth import account"),
    ("ibis", "service.cases.queries", "import ibis"),
    ("ibis", "goals.kpis.rules", "from ibis import _"),
    ("rings", "metrics.readings", "from heed.metrics import measures"),
    ("rings", "core.people.queries", "from heed.core.access import queries"),
]


def write(top: Path, module: str, text: str) -> Path:
    path = (top / NAME).joinpath(*module.split(".")).with_suffix(".py")
    for folder in (path.parent, *path.parent.parents):
        if folder == top:
            break
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    path.write_text(text.replace("heed", NAME) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def options() -> UserOptions:
    """The project's own contracts, on the planted tree."""
    configuration.configure()

    def renamed(value: object) -> object:
        if isinstance(value, list):
            return [renamed(item) for item in value]
        return value.replace("heed", NAME) if isinstance(value, str) else value

    options = use_cases.read_user_options(str(ROOT / ".importlinter"))
    session = {
        key: renamed(value) if key == "root_packages" else value for key, value in options.session_options.items()
    }
    contracts = [{key: renamed(value) for key, value in contract.items()} for contract in options.contracts_options]
    return UserOptions(session_options=session, contracts_options=contracts)


def broken(options: UserOptions) -> set[str]:
    """The ids of the contracts that the planted tree breaks."""
    importlib.invalidate_caches()
    use_cases._register_contract_types(options)
    report = use_cases.create_report(options, cache_dir=None)
    names = {contract["name"]: contract["id"] for contract in options.contracts_options}
    return {names[contract.name] for contract, check in report.get_contracts_and_checks() if not check.kept}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A tree with every package of the plan, each room in each capability, and the imports that are allowed."""
    top = tmp_path_factory.mktemp("house")
    for package, files in LONE.items():
        for file in files:
            write(top, f"{package}.{file}".removeprefix("."), "")
    for module, capabilities in {**MODULES, "service": (*MODULES["service"], "cases"), "core": CORE}.items():
        for room in ("apps", "models", "urls", "migrations.0001_initial"):
            write(top, f"{module}.{room}", "")
        for capability in capabilities:
            for room in ROOMS:
                write(top, f"{module}.{capability}.{room}", "")
    for module, text in HABITS.items():
        write(top, module, text)
    sys.path.insert(0, str(top))
    yield top
    sys.path.remove(str(top))


def test_the_plan_itself_is_kept(house: Path, options: UserOptions) -> None:
    assert broken(options) == set()


@pytest.mark.parametrize(("contract", "module", "fault"), FAULTS, ids=[f"{c}: {m}: {f}" for c, m, f in FAULTS])
def test_a_planted_fault_breaks_its_contract(
    house: Path, options: UserOptions, contract: str, module: str, fault: str
) -> None:
    path = (house / NAME).joinpath(*module.split(".")).with_suffix(".py")
    before = path.read_text(encoding="utf-8") if path.exists() else None
    made = [folder for folder in path.parents if not folder.exists()]
    write(house, module, (before or "").replace(NAME, "heed") + fault)
    try:
        assert contract in broken(options)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
        for folder in made:
            (folder / "__init__.py").unlink()
            folder.rmdir()


def test_every_contract_has_a_planted_fault(options: UserOptions) -> None:
    assert {contract["id"] for contract in options.contracts_options} == {contract for contract, _, _ in FAULTS}


def test_no_contract_makes_an_exception() -> None:
    text = (ROOT / ".importlinter").read_text(encoding="utf-8")
    assert "ignore_imports" not in text
    assert "exhaustive_ignores" not in text
