"""Sign-in links: for one person, once, for a while; and no preview uses one up."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from heed.core.access.actions.links import make_sign_in_link, use_sign_in_link
from heed.core.access.actions.roles import deactivate, give_role
from heed.core.access.models import SignInLink
from heed.core.access.rules import COMMAND_LINE, digest_of
from heed.core.errors.rules import Forbidden, NotFound, Refused
from heed.core.journal.models import JournalEntry
from tests.core.conftest import House


def _secret(path: str) -> str:
    return path.split("/")[2]


def test_a_link_signs_one_person_in_once(house: House) -> None:
    secret = _secret(make_sign_in_link(house.scope("admin"), house.agent.key))
    assert SignInLink.objects.get().digest == digest_of(secret)
    assert use_sign_in_link(secret) == house.agent
    with pytest.raises(NotFound) as refusal:
        use_sign_in_link(secret)
    assert refusal.value.code == "link_spent"
    names = list(JournalEntry.objects.order_by("-id").values_list("name", flat=True)[:2])
    assert names == ["sign-in-link-used", "sign-in-link-made"]
    assert secret not in str(list(JournalEntry.objects.values()))


def test_it_ends_after_fifteen_minutes_or_as_told(house: House) -> None:
    secret = _secret(make_sign_in_link(house.scope("admin"), house.agent.key))
    left = SignInLink.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    SignInLink.objects.update(expires_at=timezone.now())
    with pytest.raises(NotFound):
        use_sign_in_link(secret)


def test_a_newer_link_ends_the_older(house: House) -> None:
    older = _secret(make_sign_in_link(house.scope("admin"), house.agent.key))
    newer = _secret(make_sign_in_link(house.scope("admin"), house.agent.key))
    with pytest.raises(NotFound):
        use_sign_in_link(older)
    assert use_sign_in_link(newer) == house.agent


def test_who_may_not_sign_in_gets_no_link_and_loses_the_one_they_had(house: House) -> None:
    secret = _secret(make_sign_in_link(house.scope("admin"), house.agent.key))
    deactivate(house.scope("admin"), house.agent.key)
    with pytest.raises(NotFound):
        use_sign_in_link(secret)
    with pytest.raises(Refused):
        make_sign_in_link(house.scope("admin"), house.agent.key)


def test_a_region_makes_no_link_for_the_organisations_administrator(house: House) -> None:
    with pytest.raises(Forbidden):
        make_sign_in_link(house.scope("north_admin"), house.admin.key)
    with pytest.raises(Forbidden):
        make_sign_in_link(house.scope("agent"), house.agent.key)


def test_a_link_may_not_climb(house: House) -> None:
    """Who manages a unit cannot become somebody there who may more than they do."""
    give_role(COMMAND_LINE, house.agent.key, "organisation", "auditor")
    with pytest.raises(Forbidden):
        make_sign_in_link(house.scope("north_admin"), house.agent.key)


def test_opened_from_the_terminal_one_is_in(house: House) -> None:
    path = make_sign_in_link(COMMAND_LINE, house.agent.key)
    client = Client()
    answer = client.get(path)
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(house.agent.pk)
    assert JournalEntry.objects.order_by("-id").first().name == "signed-in"
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}]
)
def test_a_preview_gets_a_button_and_uses_nothing_up(house: House, headers: dict[str, str]) -> None:
    path = make_sign_in_link(COMMAND_LINE, house.agent.key)
    client = Client()
    shown = client.get(path, headers=headers)
    assert shown.status_code == 200
    assert b"Sign in as Sam Agent" in shown.content
    assert client.head(path).status_code == 200
    assert SignInLink.objects.get().used_at is None
    assert client.post(path).status_code == 302
    assert "_auth_user_id" in client.session


def test_a_link_to_pass_on_always_asks(house: House) -> None:
    path = make_sign_in_link(COMMAND_LINE, house.agent.key) + "ask/"
    client = Client()
    assert b"This link works once" in client.get(path).content
    assert client.post(path).status_code == 302
    assert client.get(path).status_code == 404


def test_a_link_of_nobody(house: House) -> None:
    assert Client().get("/sign-in/nothing/").status_code == 404
    assert Client().post("/sign-in/nothing/").status_code == 404
