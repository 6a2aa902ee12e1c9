"""What customers say: the theme and mood of each contact, and the texts in answers and in written contacts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from heed.sample.cases import Cases, known_case
from heed.sample.clock import Floats, Ints
from heed.sample.columns import finish, keys, named, times
from heed.sample.contact import Contacts
from heed.sample.interactions import interaction_keys
from heed.sample.names import CHAT, EMAIL, SOCIAL, SOURCE, TOPICS
from heed.sample.places import place_columns
from heed.sample.words import MOODS, compose, themes
from heed.sample.world import World

THEME_SHARE = 0.085
THEME_MOOD = -0.5
LABELLED = 0.12
WRITES = 0.5
THEME_TOPIC = {"login_loop": "app_login", "double_charge": "billing", "router_reboot": "router"}
TOPIC_FRACTION = {"login_loop": 0.125, "double_charge": 0.245, "router_reboot": 0.12}


@dataclass
class Said:
    """Verbatims before they have a text: theme, mood, who and where; `row` is the contact, or -1."""

    columns: dict[str, Any]
    theme: Ints
    mood: Ints
    language: Ints

    def __len__(self) -> int:
        return len(self.theme)


def theme_of(world: World, number: int, contacts: Contacts) -> Ints:
    """What each contact is about in the customer's own mind. The theme of the release begins on its day."""
    rng, plan, names = world.rng("themes", number), world.plan, themes()
    of_topic = np.array([names.index(topic) if topic in names else 0 for topic in TOPICS])
    complaint = contacts.topic == TOPICS.index("complaint")
    theme = np.where(complaint, rng.integers(0, 8, len(contacts)), of_topic[contacts.topic])
    served = contacts.answered & (rng.random(len(contacts)) < 0.12)
    theme = np.where(served, names.index("staff"), theme)
    waited = rng.random(len(contacts)) < np.clip(contacts.wait / 400.0, 0.0, 0.6)
    theme = np.where(waited, names.index("waiting_time"), theme)
    near = contacts.topic == TOPICS.index(THEME_TOPIC[plan.theme])
    chance = np.where(near, THEME_SHARE * 0.9 / TOPIC_FRACTION[plan.theme], THEME_SHARE * 0.1)
    struck = (contacts.day >= plan.theme_day) & (rng.random(len(contacts)) < chance)
    return np.where(struck, names.index(plan.theme), theme)


def tone(rng: np.random.Generator, mood: Floats) -> Ints:
    """The mood of a text: index in MOODS."""
    heard = mood + rng.normal(0.0, 0.3, len(mood))
    return np.where(heard < 0.25, 0, np.where(heard > 0.85, 2, 1))


def written_contacts(world: World, number: int, contacts: Contacts, cases: Cases, theme: Ints) -> Said:
    """What customers write when they come in by mail, chat or social media."""
    rng = world.rng("written", number)
    by_text = np.isin(contacts.channel, (EMAIL, CHAT, SOCIAL))
    row = np.flatnonzero(by_text & (rng.random(len(contacts)) < WRITES) & ~contacts.abandoned)
    asks = rng.random(len(row)) < 0.35
    unhappy = contacts.mood[row] + 0.3 * rng.normal(size=len(row)) < 0.9
    mood = np.where(asks, 1, np.where(unhappy, 0, 1))
    columns = {
        "said_at": times(contacts.at[row]),
        "interaction_id": interaction_keys(number, row),
        "case_id": known_case(contacts, cases, number).take(pa.array(row)),
        **place_columns(world, contacts, row),
        "agent_key": named(np.where(contacts.answered[row], contacts.agent[row], -1), world.agents.keys()),
    }
    return Said(columns, theme[row], mood, world.customers.language[contacts.customer[row]])


def verbatim_table(world: World, number: int, said: list[Said]) -> pa.Table:
    """One table out of several kinds of verbatims; some carry labels a person gave."""
    parts = [_with_text(world, f"texts-{place}", number, one) for place, one in enumerate(said) if len(one)]
    tables = []
    begun = 0
    for columns, many in parts:
        columns["verbatim_id"] = keys(f"{SOURCE}-v{number:03d}-", np.arange(begun, begun + many))
        begun += many
        tables.append(finish("verbatims", columns, many, batch=world.batch, recorded_at=world.clock.end))
    return (
        pa.concat_tables(tables)
        if tables
        else finish("verbatims", {}, 0, batch=world.batch, recorded_at=world.clock.end)
    )


def _with_text(world: World, stream: str, number: int, said: Said) -> tuple[dict[str, Any], int]:
    rng, many = world.rng(stream, number), len(said)
    text = compose(rng, said.theme, said.language, said.mood)
    labelled = rng.random(many) < LABELLED
    slips = rng.random(many) < 0.04
    theme = np.where(slips, rng.integers(0, 10, many), said.theme)
    columns = {
        **said.columns,
        "text": said.columns.get("text", text),
        "direction": "inbound",
        "label_theme": named(np.where(labelled, theme, -1), themes()),
        "label_sentiment": named(np.where(labelled, said.mood, -1), MOODS),
    }
    return columns, many
