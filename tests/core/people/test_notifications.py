"""Telling people: once, in their language, on the page and by mail as they chose."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone, translation

from heed.core.journal.queries import entries_before
from heed.core.people.actions import mail_unread, mark_all_read, mark_read, notify
from heed.core.people.models import Notification, Person
from heed.core.people.queries import notifications, sentence, unread_count
from heed.core.people.rules import NOTICES, notice, told
from tests.core.conftest import House

SENTENCE = "Case %(number)s is yours: %(title)s."


@pytest.fixture(autouse=True)
def kind() -> Any:
    notice("test-assigned", SENTENCE)
    yield
    NOTICES.pop("test-assigned", None)


def tell(*people: Person, once: str = "case:1:assigned", **more: Any) -> int:
    given = {"params": {"number": 7, "title": "No heat"}, "href": "/cases/c_1/", "subject": ("case", "c_1"), **more}
    with transaction.atomic():
        return notify([person.key for person in people], kind="test-assigned", once_key=once, **given)


def test_somebody_is_told_once(house: House) -> None:
    assert tell(house.agent, house.admin) == 2
    assert tell(house.agent, house.admin, house.north_admin) == 1
    assert unread_count(house.agent.key) == 1
    row = notifications(house.agent.key)[0]
    assert sentence(row.kind, row.params) == "Case 7 is yours: No heat."


def test_the_journal_says_who_was_told_without_the_words(house: House) -> None:
    tell(house.agent)
    entry = entries_before(None, 1)[0]
    assert (entry.name, entry.subject_kind, entry.subject_id) == ("people-notified", "case", "c_1")
    assert entry.payload == {"people": [house.agent.key], "kind": "test-assigned"}


def test_what_is_rolled_back_was_not_told(house: House) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        notify([house.agent.key], kind="test-assigned", params={}, href="/cases/", once_key="x")
        raise RuntimeError
    assert unread_count(house.agent.key) == 0


def test_who_is_gone_or_wants_none_is_passed_over(house: House) -> None:
    Person.objects.filter(pk=house.agent.pk).update(is_active=False)
    Person.objects.filter(pk=house.admin.pk).update(notified_by="none")
    assert tell(house.agent, house.admin) == 0


def test_a_kind_nobody_registered_and_an_address_elsewhere_are_faults(house: House) -> None:
    with pytest.raises(LookupError):
        notify([house.agent.key], kind="unknown", params={}, href="/", once_key="x")
    with pytest.raises(ValueError):
        tell(house.agent, href="//elsewhere.example/")


def test_one_reads_ones_own_only(house: House) -> None:
    tell(house.agent)
    number = notifications(house.agent.key)[0].pk
    assert mark_read(house.admin.key, number) is None
    assert unread_count(house.agent.key) == 1
    assert mark_read(house.agent.key, number) is not None
    assert unread_count(house.agent.key) == 0


def test_all_read_leaves_what_came_after_the_page_was_shown(house: House) -> None:
    tell(house.agent)
    shown = notifications(house.agent.key)[0].pk
    tell(house.agent, once="case:2:assigned")
    assert mark_all_read(house.agent.key, up_to=shown) == 1
    assert unread_count(house.agent.key) == 1


def test_a_sentence_of_an_older_heed_stays_readable() -> None:
    assert told(SENTENCE, {"number": 7}) == "Case 7 is yours: …."
    assert sentence("gone-since", {}) == "gone-since"


LATER = timedelta(minutes=2, seconds=1)


def test_what_stays_unread_is_mailed_once(house: House) -> None:
    tell(house.agent)
    assert mail_unread(timezone.now()) == 0
    assert mail_unread(timezone.now() + LATER) == 1
    assert mail_unread(timezone.now() + LATER) == 0
    assert mail_unread(timezone.now() + timedelta(days=1)) == 0
    letter = mail.outbox[0]
    assert letter.to == [house.agent.email]
    assert letter.subject == "Case 7 is yours: No heat."
    assert f"/notifications/{Notification.objects.get().pk}/" in letter.body
    assert "/profile/" in letter.body


def test_several_are_one_mail_and_none_is_sent_for_what_was_read(house: House) -> None:
    for number in range(3):
        tell(house.agent, once=f"case:{number}")
    tell(house.admin)
    mark_all_read(house.admin.key)
    assert mail_unread(timezone.now() + LATER) == 1
    assert mail.outbox[0].subject == "3 things are new for you"
    assert mail.outbox[0].body.count("Case 7 is yours") == 3


def test_who_wants_the_page_only_gets_no_mail_also_when_chosen_later(house: House) -> None:
    tell(house.agent)
    Person.objects.filter(pk=house.agent.pk).update(notified_by="page")
    assert mail_unread(timezone.now() + LATER) == 0
    assert not Notification.objects.exclude(mail_next_at=None).exists()
    assert tell(house.agent, once="other") == 1
    assert not Notification.objects.exclude(mail_next_at=None).exists()


def test_a_mail_is_in_the_readers_language_with_their_words(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def german(text: str) -> str:
        asked.append(translation.get_language() or "")
        return "Fall %(number)s gehört Ihnen: %(title)s." if text == SENTENCE else text

    monkeypatch.setattr("heed.core.people.queries.gettext", german)
    Person.objects.filter(pk=house.agent.pk).update(language="de")
    tell(house.agent)
    mail_unread(timezone.now() + LATER)
    assert asked == ["de"]
    assert mail.outbox[0].subject == "Fall 7 gehört Ihnen: No heat."


def test_a_mail_that_is_not_accepted_is_tried_again_and_given_up(house: House, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    tell(house.agent)
    moment = timezone.now() + LATER
    for _ in range(8):
        assert mail_unread(moment) == 0
        moment += timedelta(minutes=11)
    row = Notification.objects.get()
    assert (row.mail_attempts, row.mail_next_at, row.mailed_at) == (5, None, None)


def test_a_subject_is_one_line(house: House) -> None:
    tell(house.agent, params={"number": 1, "title": "no\nheat\r\nBcc: x@y.example"})
    assert mail_unread(timezone.now() + LATER) == 1
    assert mail.outbox[0].subject == "Case 1 is yours: no heat Bcc: x@y.example."
