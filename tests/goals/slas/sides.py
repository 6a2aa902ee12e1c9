"""Two sides of a talk about a promise: the north keeps it, the south is promised."""

from heed.core.access.actions.roles import give_role
from heed.core.access.queries import scope_of
from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.people.actions import make_person
from tests.core.conftest import PASSWORD, House

SEATS = {
    "seller": ("north", "manager"),
    "buyer": ("south", "manager"),
    "buyers_chief": ("south", "manager"),
    "buyers_desk": ("south", "supervisor"),
    "auditor": ("organisation", "auditor"),
}


def seated(house: House) -> dict[str, Scope]:
    """People at the table, by seat; `both` reaches either unit."""
    found = {"both": house.scope("admin")}
    for seat, (unit, role) in SEATS.items():
        person = make_person(email=f"{seat}@harbour.example", name=f"Kim {seat.title()}", password=PASSWORD)
        give_role(COMMAND_LINE, person.key, unit, role)
        setattr(house, seat, person)
        found[seat] = scope_of(person)
    return found
