"""The surveys that follow a contact or a closed case: whom heed asks, who answers, and what."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from heed.sample.answers import Question, answered, csat, ease, helped_question, rows, styled
from heed.sample.cases import Cases, case_mood, known_case
from heed.sample.clock import DAY_US, SECOND_US, Flags, Floats, Ints
from heed.sample.columns import attributes, finish, keys, named, times
from heed.sample.contact import Contacts
from heed.sample.interactions import interaction_keys, pilot_attributes
from heed.sample.names import CHANNELS, POST_CONTACT, SOURCE
from heed.sample.places import case_keys, place_columns
from heed.sample.verbatims import Said, tone
from heed.sample.world import World

PROBABILITY = (0.36, 0.32, 0.40, 0.34, 0.08, 0.16)
OFFER = 0.35
REASONS = ("sampled", "not_sampled", "opted_out", "contact_policy", "offered_by_agent", "not_offered", "abandoned")
SAMPLED, NOT_SAMPLED, OPTED_OUT, POLICY, OFFERED, NOT_OFFERED, GONE = range(len(REASONS))
ANSWER_LOGIT = -0.75
CHANNEL_LOGIT = np.array([0.0, 0.2, 0.35, -0.2, 0.1, -0.3])
SEGMENT_LOGIT = np.array([0.0, 0.1, -0.35])
POST_CASE = "post_case"


@dataclass
class Asked:
    """The contacts in the order of the slice: whether asked, why, and with what recorded probability."""

    asked: Flags
    reason: Ints
    probability: Floats


def asking(world: World, number: int, contacts: Contacts) -> Asked:
    """The decision for each contact. In two teams the agents offer the survey themselves, and one of them looks at the customer first."""
    rng, plan = world.rng("asking", number), world.plan
    probability = np.array(PROBABILITY)[contacts.channel]
    offering = contacts.answered & np.isin(contacts.team, plan.offered_teams)
    probability = np.where(offering, OFFER, probability)
    drawn = rng.random(len(contacts)) < probability
    picks = offering & (contacts.agent == world.agents.number(plan.picker)) & (contacts.turn == 0)
    shown = contacts.mood[picks] + rng.normal(0.0, 0.25, int(picks.sum()))
    if len(shown):
        drawn[picks] = shown > np.quantile(shown, 1.0 - OFFER)
    reason = np.where(offering, np.where(drawn, OFFERED, NOT_OFFERED), np.where(drawn, SAMPLED, NOT_SAMPLED))
    reason = np.where(world.customers.opted_out[contacts.customer], OPTED_OUT, reason)
    reason = np.where(contacts.answered | contacts.contained, reason, GONE)
    first = np.isin(reason, (SAMPLED, OFFERED)) & (contacts.turn == 0)
    lately = (contacts.turn > 0) & first[contacts.chain] & np.isin(reason, (SAMPLED, NOT_SAMPLED, OFFERED, NOT_OFFERED))
    reason = np.where(lately, POLICY, reason)
    asked = np.isin(reason, (SAMPLED, OFFERED))
    open_to_chance = np.isin(reason, (SAMPLED, NOT_SAMPLED, OFFERED, NOT_OFFERED))
    return Asked(asked, reason, np.where(open_to_chance, probability, 0.0))


def ended_at(contacts: Contacts) -> Ints:
    return contacts.at + ((contacts.wait + contacts.handle + contacts.reply) * SECOND_US).astype(np.int64)


def invitation_columns(world: World, number: int, contacts: Contacts, asked: Asked) -> tuple[dict[str, Any], int]:
    """One row per contact that ended before the last day did, asked or not."""
    decided = ended_at(contacts)
    row = np.flatnonzero(decided < world.clock.end)
    sent = decided[row] + 600 * SECOND_US
    columns = {
        "invitation_id": keys(f"{SOURCE}-n{number:03d}-", row),
        "decided_at": times(decided[row]),
        "sent_at": times(sent, asked.asked[row] & (sent < world.clock.end)),
        "asked": asked.asked[row],
        "reason": named(asked.reason[row], REASONS),
        "survey_key": POST_CONTACT,
        "trigger_key": "after_contact",
        "stratum": named(contacts.channel[row], CHANNELS),
        "probability": asked.probability[row],
        "interaction_id": interaction_keys(number, row),
        "agent_key": named(np.where(contacts.answered[row], contacts.agent[row], -1), world.agents.keys()),
        **place_columns(world, contacts, row),
    }
    return columns, len(row)


def post_contact(
    world: World, number: int, contacts: Contacts, cases: Cases, asked: Asked, theme: Ints
) -> tuple[pa.Table, Said]:
    """The answers after a contact, and the words that come with some of them. Who answers does not depend on the mood."""
    rng, people = world.rng("post-contact", number), world.customers
    logit = ANSWER_LOGIT + CHANNEL_LOGIT[contacts.channel] + SEGMENT_LOGIT[people.segment[contacts.customer]]
    replies = asked.asked & (rng.random(len(contacts)) < 1 / (1 + np.exp(-logit)))
    sent = ended_at(contacts) + 600 * SECOND_US
    answered_at = sent + (rng.exponential(0.35, len(contacts)) * DAY_US).astype(np.int64)
    row = np.flatnonzero(replies & (answered_at < world.clock.end))
    customer, many = contacts.customer[row], len(row)
    mood = styled(contacts.mood[row], people.style[customer], people.language[customer]) + rng.normal(0.0, 0.35, many)
    response_id = keys(f"{SOURCE}-q{number:03d}-", row)
    shared = {
        "answered_at": times(answered_at[row]),
        "invited_at": times(sent[row]),
        "survey_key": POST_CONTACT,
        "interaction_id": interaction_keys(number, row),
        "case_id": known_case(contacts, cases, number).take(pa.array(row)),
        "agent_key": named(np.where(contacts.answered[row], contacts.agent[row], -1), world.agents.keys()),
        "duration_seconds": pa.array(np.round(np.exp(rng.normal(4.1, 0.5, many)) + 12, 1)),
        "attributes": attributes(pilot_attributes(contacts.take(row)), many),
        **place_columns(world, contacts, row),
    }
    ces_known = answered(rng, many)
    questions = [
        Question("satisfaction", "csat", 1.0, 5.0, csat(mood), answered(rng, many)),
        Question(
            "ease", "ces", 1.0, 7.0, ease(mood + rng.normal(0.0, 0.4, many) - 0.15 * contacts.transfers[row]), ces_known
        ),
        helped_question(rng, contacts.helped[row]),
    ]
    columns, rows_made = rows(questions, shared, response_id)
    table = finish("responses", columns, rows_made, batch=world.batch, recorded_at=world.clock.end)
    says = np.flatnonzero(rng.random(many) < np.clip(0.30 + 0.12 * np.abs(mood - 0.5), 0.0, 0.8))
    said = said_in(shared, response_id, says, POST_CONTACT)
    return table, Said(said, theme[row][says], tone(rng, mood[says]), people.language[customer[says]])


def said_in(shared: dict[str, Any], response_id: pa.Array, says: Ints, survey: str) -> dict[str, Any]:
    """The columns of comments in questionnaires: those of the questionnaire, for the ones who wrote."""
    place = pa.array(says)
    left_out = ("answered_at", "invited_at", "survey_key", "duration_seconds")
    columns = {
        name: value.take(place)
        for name, value in shared.items()
        if isinstance(value, pa.Array) and name not in left_out
    }
    return {
        **columns,
        "said_at": shared["answered_at"].take(place),
        "response_id": response_id.take(place),
        "survey_key": survey,
        "question_key": "comment",
    }


def post_case(world: World, number: int, contacts: Contacts, cases: Cases, theme: Ints) -> tuple[pa.Table, Said]:
    """The answers after a case is closed."""
    rng, people = world.rng("post-case", number), world.customers
    mood = case_mood(rng, contacts, cases)
    asked = ~people.opted_out[contacts.customer[cases.row]] & (rng.random(len(cases)) < 0.5)
    answered_at = cases.closed_at + (rng.exponential(1.2, len(cases)) * DAY_US).astype(np.int64)
    mine = np.flatnonzero(asked & (rng.random(len(cases)) < 0.33) & (answered_at < world.clock.end))
    row, many = cases.row[mine], len(mine)
    customer = contacts.customer[row]
    felt = styled(mood[mine], people.style[customer], people.language[customer])
    response_id = keys(f"{SOURCE}-p{number:03d}-", mine)
    shared = {
        "answered_at": times(answered_at[mine]),
        "invited_at": times(cases.closed_at[mine] + 900 * SECOND_US),
        "survey_key": POST_CASE,
        "case_id": case_keys(number, row),
        "agent_key": named(cases.owner[mine], world.agents.keys()),
        "duration_seconds": pa.array(np.round(np.exp(rng.normal(3.9, 0.5, many)) + 10, 1)),
        **place_columns(world, contacts, row),
    }
    columns, rows_made = rows(
        [Question("satisfaction", "csat", 1.0, 5.0, csat(felt), answered(rng, many))], shared, response_id
    )
    table = finish("responses", columns, rows_made, batch=world.batch, recorded_at=world.clock.end)
    says = np.flatnonzero(rng.random(many) < 0.3)
    return table, Said(
        said_in(shared, response_id, says, POST_CASE),
        theme[row][says],
        tone(rng, felt[says]),
        people.language[customer[says]],
    )
