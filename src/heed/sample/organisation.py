"""The organisation of the sample in the database: units, people and definitions, made once and taken away whole."""

from django.db import transaction
from django.db.models import ProtectedError

from heed.core.access.actions.roles import give_role
from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import Refused, phrase
from heed.core.people.actions import add_unit, ensure_root_unit
from heed.core.people.queries import Person, Unit, unit_nodes
from heed.sample.definitions import NAME, ensure_definitions, retire_definitions
from heed.sample.names import DEPARTMENTS, REGIONS, SOURCE, TEAMS
from heed.sample.world import World

DEPARTMENT_NAMES = {"service": "Customer service", "billing": "Billing", "technical": "Technical support"}
OFFICE = (("manager", "manager", "Renate Holm"), ("analyst", "analyst", "Milan Petrov"))
SUPERVISORS = (
    "Karin Blum",
    "Tomas Reiter",
    "Aylin Demir",
    "Georg Stein",
    "Lena Vogel",
    "Piotr Zielinski",
    "Sofia Marin",
    "Jan Hofer",
    "Elke Sturm",
    "Nadim Haddad",
    "Britta Kern",
    "Oskar Lind",
)


@transaction.atomic
def make_organisation(world: World) -> dict[str, int]:
    """Make what is missing of it. Returns how many units and people were made."""
    root = ensure_root_unit(NAME, actor=COMMAND_LINE.person).key
    units = _make_units(root)
    people = _make_people(world, root)
    ensure_definitions()
    return {"units": units, "people": people}


def _make_units(root: str) -> int:
    rows = [(region, region.capitalize(), "region", root) for region in REGIONS]
    rows += [(department, DEPARTMENT_NAMES[department], "department", root) for department in DEPARTMENTS]
    rows += [(team, _team_name(team), "team", team.split("-")[1]) for team in TEAMS]
    known, mine = unit_nodes(), _mine()
    taken = sorted({row[0] for row in rows} & (set(known) - mine))
    if taken:
        raise Refused(
            phrase("There is a unit {taken} already, and the sample has one of that name.", taken=taken[0]),
            code="unit_taken",
            hint="Load the sample operation into a data folder of its own: HEED_HOME=… heed sample-operation load",
        )
    made = [row for row in rows if row[0] not in known]
    for key, name, kind, parent in made:
        add_unit(COMMAND_LINE, name=name, kind=kind, parent=parent, key=key, source=SOURCE)
    return len(made)


def _team_name(team: str) -> str:
    region, department = team.split("-")
    return f"{DEPARTMENT_NAMES[department]} {region.capitalize()}"


def _mine() -> set[str]:
    return set(Unit.objects.filter(source=SOURCE).values_list("key", flat=True))


def _make_people(world: World, root: str) -> int:
    """Nobody of them can sign in: they have names and roles, and no address."""
    agents = zip(world.agents.keys(), world.agents.names(world.seed), world.agents.team, strict=True)
    rows = [(key, name, TEAMS[int(team)], "agent") for key, name, team in agents]
    rows += [(f"{SOURCE}-s{place:02d}", name, TEAMS[place], "supervisor") for place, name in enumerate(SUPERVISORS)]
    rows += [(f"{SOURCE}-{key}", name, root, role) for key, role, name in OFFICE]
    known = set(Person.objects.filter(key__startswith=f"{SOURCE}-").values_list("key", flat=True))
    new = [row for row in rows if row[0] not in known]
    people = [Person(key=key, name=name, email=None) for key, name, _, _ in new]
    for person in people:
        person.set_unusable_password()
    Person.objects.bulk_create(people)
    for key, _, unit, role in new:
        give_role(COMMAND_LINE, key, unit, role)
    return len(new)


@transaction.atomic
def take_away_organisation() -> dict[str, int]:
    """Take away the units and people of the sample; what others hung on them is refused, and then nothing is taken."""
    people = Person.objects.filter(key__startswith=f"{SOURCE}-")
    counted = {"units": Unit.objects.filter(source=SOURCE).count(), "people": people.count()}
    people.delete()
    try:
        for kind in ("team", "department", "region"):
            Unit.objects.filter(source=SOURCE, kind=kind).delete()
        _take_away_root()
    except ProtectedError as error:
        held = sorted({str(item) for item in error.protected_objects})
        raise Refused(
            phrase("Something else hangs on the sample's units: {held}.", held=held[0]),
            code="units_in_use",
            hint="Move it, or take that role away, then remove the sample again.",
        ) from None
    retire_definitions()
    return counted


def _take_away_root() -> None:
    """The organisation itself, when the sample made it and nobody uses it."""
    root = Unit.objects.filter(parent=None, kind="organisation", name=NAME).first()
    if root is not None and not root.children.exists() and not root.memberships.exists():
        root.delete()
