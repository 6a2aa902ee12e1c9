"""Several at once on one feedback item: one wins, the others are told; what is said is one piece, what is late is told once."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from heed.core.errors.rules import Refused
from heed.core.journal.rules import Entry
from heed.feedback.routing.actions.mailing import send_mails
from heed.feedback.routing.actions.routing import route_feedback
from heed.feedback.routing.actions.working import accept, chase_late, send_back
from heed.feedback.routing.models import RoutedItem, RoutedPiece, RoutedStep
from heed.feedback.verbatims.events import VerbatimRead
from tests.core.conftest import House, build
from tests.core.races import at_once, file_store
from tests.feedback.routing.operation import TOLD, carry_on, in_force, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[House]:
    with file_store(tmp_path / "heed.db"):
        yield build()


def read(verbatim: str) -> Entry:
    told = asdict(VerbatimRead(**{**TOLD, "verbatim_id": verbatim}))
    return Entry(1, timezone.now(), "verbatim-read", "system", "verbatim", verbatim, told)


def test_of_those_who_accept_and_send_back_at_once_one_does(shared: House) -> None:
    in_force()
    say("v-1")
    carry_on()
    key = RoutedItem.objects.get().key
    agent, admin = shared.scope("agent"), shared.scope("admin")
    results: list[Any] = at_once(partial(accept, agent, key), partial(accept, admin, key), partial(accept, agent, key))
    assert sum(isinstance(each, RoutedItem) for each in results) == 1, results
    assert sum(isinstance(each, Refused) for each in results) == 2, results
    assert RoutedStep.objects.filter(verb="accepted").count() == 1
    # Sending it back where it is already is refused to who comes second.
    back = [partial(send_back, admin, key, "not_ours", "No.", "south-phone") for _each in range(3)]
    assert sum(isinstance(each, RoutedItem) for each in at_once(*back)) == 1
    assert RoutedItem.objects.get().receiver == "south-phone"


def test_what_three_workers_are_told_at_once_is_one_item_with_every_piece_once(shared: House) -> None:
    in_force()
    told = [partial(route_feedback, read(f"v-{number % 4}")) for number in range(12)]
    results = at_once(*told)
    assert RoutedItem.objects.count() == 1, results
    for number in range(4):
        # Who lost a race is told again, as the flow does.
        route_feedback(read(f"v-{number}"))
    assert RoutedItem.objects.get().pieces == RoutedPiece.objects.count() == 4


def test_what_is_late_is_told_once_and_a_mail_is_written_once(shared: House) -> None:
    in_force(routes=[], catch_all={"to": {"mail": "desk@example.org"}})
    say("v-1")
    carry_on()
    RoutedItem.objects.update(acknowledge_due_at=timezone.now())
    at_once(chase_late, chase_late, chase_late)
    assert RoutedStep.objects.filter(verb="late").count() == 1
    assert sorted(each for each in at_once(send_mails, send_mails, send_mails) if isinstance(each, int)) == [0, 0, 1]
    assert len(mail.outbox) == 1
