"""The whole operation, slice of time by slice of time. A slice depends on the seed and its own number only."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from heed.facts.schema.tables import TABLES
from heed.sample import books, surveys, waves
from heed.sample.cases import case_tables, cases_of
from heed.sample.changelog import changes_table
from heed.sample.columns import finish
from heed.sample.contacts import contacts_of
from heed.sample.interactions import interaction_table
from heed.sample.verbatims import THEME_MOOD, Said, theme_of, verbatim_table, written_contacts
from heed.sample.words import themes
from heed.sample.world import World


@dataclass(frozen=True)
class Slice:
    """Rows of all tables whose stories begin in the local days [since, until); `number` counts from 1."""

    number: int
    since: int
    until: int
    tables: dict[str, pa.Table]


def slices(world: World) -> Iterator[Slice]:
    for place, (since, until) in enumerate(world.slice_days()):
        yield slice_of(world, place + 1, since, until)


def slice_of(world: World, number: int, since: int, until: int) -> Slice:
    contacts = contacts_of(world, number, since, until)
    theme = theme_of(world, number, contacts)
    contacts.mood += THEME_MOOD * (theme == themes().index(world.plan.theme))
    cases = cases_of(world, number, contacts)
    asked = surveys.asking(world, number, contacts)
    after_contact, comments = surveys.post_contact(world, number, contacts, cases, asked, theme)
    after_case, case_comments = surveys.post_case(world, number, contacts, cases, theme)
    written = written_contacts(world, number, contacts, cases, theme)
    responses, said = [after_contact, after_case], [comments, case_comments, written]
    columns, many = surveys.invitation_columns(world, number, contacts, asked)
    invitations = [finish("invitations", columns, many, batch=world.batch, recorded_at=world.clock.end)]
    _add_waves(world, since, until, invitations, responses, said)
    tables = {
        "changes": changes_table(world) if since == 0 else None,
        "invitations": pa.concat_tables(invitations),
        "responses": pa.concat_tables(responses),
        "verbatims": verbatim_table(world, number, said),
        **case_tables(world, number, contacts, cases),
        "workforce": books.workforce_table(world, number, since, until, contacts),
        "usage": books.usage_table(world, number, since, until),
        "finance": books.finance_table(world, number, since, until),
        "interactions": interaction_table(world, number, contacts, cases),
    }
    return Slice(
        number, since, until, {name: table for name, table in tables.items() if table is not None and table.num_rows}
    )


def _add_waves(
    world: World, since: int, until: int, invitations: list[pa.Table], responses: list[pa.Table], said: list[Said]
) -> None:
    for wave in waves.waves_of(world, since, until):
        columns, many = waves.invitation_columns(world, wave)
        invitations.append(finish("invitations", columns, many, batch=world.batch, recorded_at=world.clock.end))
        table, comments = waves.responses(world, wave)
        responses.append(table)
        said.append(comments)
    if since <= world.plan.bot_day < until:
        table, comments = waves.bots(world)
        responses.append(table)
        said.append(comments)


def whole(world: World) -> dict[str, pa.Table]:
    """All tables at once, for small scales; empty tables included."""
    parts: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
    for one in slices(world):
        for name, table in one.tables.items():
            parts[name].append(table)
    empty = {name: finish(name, {}, 0, batch=world.batch, recorded_at=world.clock.end) for name in TABLES}
    return {name: pa.concat_tables([empty[name], *tables]) for name, tables in parts.items()}
