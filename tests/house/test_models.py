"""The database keeps to the floors, and every personal column is in the registry of the consent ledger."""

from configparser import ConfigParser
from functools import lru_cache

from django.apps import apps
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from heed.core.consent.rules import personal_columns
from heed.facts.schema.tables import TABLES
from tests.house.plan import ROOT

# Fields that can hold what a person wrote or is reached by, and do not: model.field, and why.
NOT_PERSONAL: dict[str, str] = {
    "feedback.AnswerFlag.signs": "which signs an answer shows, with numbers",
    "feedback.QualityAudit.checks": "names of checks, with figures and limits",
    "feedback.ProgrammeWave.reminder_days": "numbers of days",
    "feedback.Invitation.context": "where the customer was asked: names of units, channels, cases",
    "feedback.SurveyLink.name": "what an address on a wall or in a site is called",
    "feedback.SurveyLink.context": "names of units, channels and touchpoints",
    "feedback.SurveyLink.sites": "addresses of sites that may show a widget",
    "feedback.Response.context": "the same, as it was when the customer answered",
    "core.ApiToken.scopes": "names of permissions",
    "core.DefinitionVersion.body": "a definition speaks of rules, not of people",
    "core.FollowerPosition.name": "the name of a follower of the journal",
    "core.JournalEntry.name": "the name of an event",
    "core.JournalEntry.payload": "fields of events, which may hold nothing personal (test_events)",
    "core.PumpRun.name": "the name of what runs",
    "goals.FootprintDecision.figures": "figures of a comparison",
    "goals.Offer.score": "figures of a simulation",
    "core.Unit.name": "a unit is no person",
    "feedback.Connection.name": "what a line to another system is called",
    "feedback.Connection.events": "names of events",
    "feedback.Erasure.backups": "names of files and days",
    "feedback.Erasure.counts": "rows by store",
    "feedback.Erasure.left_in": "traces by store",
    "feedback.Erasure.policies": "keys and versions of policies",
    "feedback.PrivacyRequest.policies": "keys and versions of policies",
    "feedback.RetentionRun.days": "days by kind of data",
    "feedback.RetentionRun.policies": "keys and versions of policies",
    "feedback.RetentionRun.removed": "rows by kind of data",
    "feedback.Ask.context": "places of the operation and ids, as facts have them",
    "service.CustomerImport.columns": "names of a file's columns",
    "service.CustomerImport.fields": "which column became which field",
    "feedback.BakeOff.prices": "money for tokens",
    "feedback.BakeOff.sample": "counts by label, and a digest",
    "feedback.BakeOff.versions": "names of what took part",
    "feedback.BakeOff.report": "figures, and keys of verbatims that are looked up where they are read",
    "feedback.BakeOff.failure": "a code and heed's own words",
    "feedback.Signal.own_words": "words that stand in many verbatims",
    "feedback.LabelAnswer.themes": "keys of themes",
    "feedback.LabelItem.guess": "what a model read, by key",
    "feedback.LabelResolution.themes": "keys of themes",
    "feedback.LabelRound.name": "what a round of labelling is called",
    "feedback.TaxonomyDraft.base": "a definition speaks of rules, not of people",
    "feedback.TaxonomyDraft.body": "a definition speaks of rules, not of people",
    "feedback.TextModel.drift": "counts and shares",
    "feedback.TextModel.card": "counts and figures of a training",
    "feedback.TextModel.found": "themes by words that stand in many verbatims",
    "feedback.TextModel.readers": "names of what was learnt",
    "feedback.TextModel.trust": "shares by theme",
    "feedback.TextModel.name": "the name of a model",
    "service.Import.columns": "names of a file's columns",
    "service.Import.came": "names of columns",
    "service.Import.went": "names of columns",
    "service.Import.rules": "how often each rule was met, without values",
    "service.Import.notes": "what was noticed, by name and count",
    "service.Import.tables": "how many rows each table got",
}
TELLING_NAMES = {
    "name",
    "email",
    "phone",
    "address",
    "first_name",
    "last_name",
    "born_on",
    "ip",
    "text",
    "words",
    "note",
    "comment",
}
TELLING_KINDS = (models.EmailField, models.TextField, models.JSONField, models.FileField, models.GenericIPAddressField)


@lru_cache(maxsize=1)
def floors() -> dict[str, tuple[int, int]]:
    """How high each package and capability lies: (floor of the house, floor of its module); 0 is the lowest."""
    config = ConfigParser()
    config.read(ROOT / ".importlinter", encoding="utf-8")

    def layers(section: str) -> list[list[str]]:
        lines = config[f"importlinter:contract:{section}"]["layers"].strip().splitlines()
        return [[name.strip(" ()") for name in line.split("|")] for line in reversed(lines)]

    found: dict[str, tuple[int, int]] = {}
    for height, names in enumerate(layers("floors")):
        for name in names:
            found[f"heed.{name}"] = (height, 0)
            if config.has_section(f"importlinter:contract:floors-{name}"):
                for inner, capabilities in enumerate(layers(f"floors-{name}"), 1):
                    found |= {f"heed.{name}.{capability}": (height, inner) for capability in capabilities}
    return found


def floor_of(model: type[models.Model]) -> tuple[int, int]:
    parts = model.__module__.split(".")
    return floors().get(".".join(parts[:3])) or floors()[".".join(parts[:2])]


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("heed.")]


def test_no_key_points_up() -> None:
    up = []
    for model in ours():
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and not field.auto_created else None
            if isinstance(target, type) and target.__module__.startswith("heed."):
                here, there = floor_of(model), floor_of(target)
                lone = here[0] == there[0] and 0 in (here[1], there[1])
                if there > here and not lone:
                    up.append(f"{model.__name__}.{field.name} -> {target.__module__}.{target.__name__}")
    assert not up


def test_the_floors_are_read() -> None:
    assert floors()["heed.goals"] > floors()["heed.service"] > floors()["heed.core"]
    assert floors()["heed.service.cases"] > floors()["heed.service.customers"] > floors()["heed.service"]


def test_every_change_of_a_model_has_its_migration() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    assert not {app: made for app, made in found.items() if apps.get_app_config(app).name.startswith("heed.")}


def test_models_lie_in_the_app_of_their_module() -> None:
    strays = [model for model in ours() if model._meta.label_lower.split(".")[0] != model.__module__.split(".")[1]]
    assert not [f"{model.__module__}.{model.__name__}" for model in strays]


def test_personal_columns_of_the_database_are_registered() -> None:
    registered = {(column.store, column.column) for column in personal_columns()}
    missing = []
    for model in ours():
        for field in model._meta.concrete_fields:
            telling = isinstance(field, TELLING_KINDS) or field.name in TELLING_NAMES
            label = f"{model._meta.label}.{field.name}"
            if telling and (model._meta.label, field.name) not in registered and label not in NOT_PERSONAL:
                missing.append(label)
    assert not missing


def test_what_is_not_personal_exists_and_is_not_registered() -> None:
    fields = {f"{model._meta.label}.{field.name}" for model in ours() for field in model._meta.concrete_fields}
    registered = {f"{column.store}.{column.column}" for column in personal_columns()}
    assert set(NOT_PERSONAL) <= fields
    assert not set(NOT_PERSONAL) & registered


def test_personal_columns_of_the_facts_are_registered() -> None:
    personal = {
        (f"facts.{name}", column.name)
        for name, table in TABLES.items()
        for column in table.columns
        if column.personal != "no"
    }
    registered = {(column.store, column.column) for column in personal_columns() if column.store.startswith("facts.")}
    assert personal == registered


def test_registered_columns_exist() -> None:
    known = {(model._meta.label, field.name) for model in apps.get_models() for field in model._meta.concrete_fields}
    known |= {(f"facts.{name}", column) for name, table in TABLES.items() for column in table.names}
    assert {(column.store, column.column) for column in personal_columns()} <= known
