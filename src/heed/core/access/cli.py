"""`heed people list|invite|link`."""

from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import NotFound, phrase

app = typer.Typer(add_completion=False, rich_markup_mode=None, help="Who may sign in.", no_args_is_help=True)
Address = Annotated[str, typer.Argument(metavar="EMAIL", help="E-mail address.")]


@app.callback()
def people() -> None:
    """Who may sign in."""


@app.command("list", epilog="Example: heed people list --json")
@door
def list_people(
    inactive: Annotated[bool, typer.Option("--inactive", help="Those who can no longer sign in.")] = False,
    as_json: AsJson = False,
) -> None:
    """List people with their roles."""
    from heed.core.access.queries import people_for
    from heed.core.access.rules import COMMAND_LINE

    rows: list[dict[str, Any]] = [
        {
            "key": person.key,
            "name": person.name,
            "email": person.email,
            "active": person.is_active,
            "roles": [{"role": held.role, "unit": held.unit.key} for held in person.memberships.all()],
        }
        for person in people_for(COMMAND_LINE, inactive=inactive)
    ]
    if as_json:
        print_json({"people": rows})
        return
    shown = [[row["name"], row["email"], _roles(row["roles"]), row["key"]] for row in rows]
    print_table(["name", "e-mail", "roles", "key"], shown)


def _roles(held: list[dict[str, str]]) -> str:
    return ", ".join(f"{each['role']} in {each['unit']}" for each in held)


@app.command("invite", epilog="Example: heed people invite kim@example.org --role analyst --unit north")
@door
def invite(
    email: Address,
    role: Annotated[str, typer.Option(help="administrator, manager, analyst, supervisor, agent or auditor.")],
    unit: Annotated[str, typer.Option(help="Key of the unit; the role reaches all below it.")] = "organisation",
    name: Annotated[str, typer.Option(help="Name, to greet them by.")] = "",
    as_json: AsJson = False,
) -> None:
    """Invite somebody by mail; the link is printed too, once."""
    from heed.core.access.actions import invitations
    from heed.core.access.rules import COMMAND_LINE

    done = invitations.invite(COMMAND_LINE, email=email, role=role, unit=unit, name=name)
    if as_json:
        sent = {"state": done.delivery.state, "reason": done.delivery.reason}
        found = {"email": done.invitation.email, "role": role, "unit": unit, "expires_at": done.invitation.expires_at}
        print_json({"invitation": done.invitation.pk, **found, "link": done.link, "mail": sent})
        return
    reason = done.delivery.reason
    said = {"sent": phrase("The mail is on its way."), "kept": phrase("The mail was kept in {folder}.", folder=reason)}
    say(said.get(done.delivery.state) or phrase("The mail could not be sent: {reason}", reason=reason))
    say(phrase("The link works once, until {day}:", day=f"{done.invitation.expires_at:%Y-%m-%d}"))
    typer.echo(done.link)


@app.command("link", epilog="Example: heed people link kim@example.org --minutes 30")
@door
def link(
    email: Address,
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long the link works.")] = 15,
    as_json: AsJson = False,
) -> None:
    """Print a link that signs somebody in, once."""
    from heed.core.access.actions.links import make_sign_in_link
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.people.queries import person_by_address
    from heed.core.settings.rules import current

    person = person_by_address(email)
    if person is None:
        raise NotFound(
            phrase("Nobody signs in as {email}.", email=email),
            code="unknown_person",
            hint="heed people list shows who does.",
        )
    address = f"{current().public_url}{make_sign_in_link(COMMAND_LINE, person.key, minutes=minutes)}"
    if as_json:
        print_json({"person": person.key, "link": address, "minutes": minutes})
    else:
        typer.echo(address)
