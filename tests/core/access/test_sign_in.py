"""Signing in: by password, with a second factor, within limits, and nobody by themselves."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client, override_settings

from heed.core.access.actions.links import make_sign_in_link
from heed.core.access.actions.roles import deactivate
from heed.core.access.rules import COMMAND_LINE
from heed.core.journal.models import JournalEntry
from heed.core.people.models import Person
from heed.site.jobs import forget_ended_sessions
from tests.core.conftest import PASSWORD, House

LOGIN = "/account/login/"


def _sign_in(client: Client, email: str = "agent@harbour.example", password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": email, "password": password}, **more)


def _is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def _code(secret: str, steps: int = 0) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter + steps))


def _asked_again(client: Client) -> str:
    """The secret for an authenticator app, shown after the password was asked for once more."""
    address = client.get("/account/2fa/totp/activate/")["Location"]
    page = client.post(address, {"password": PASSWORD}, follow=True)
    return str(page.context["form"].secret)


def test_with_address_and_password_however_it_is_typed(house: House) -> None:
    client = Client()
    assert b"People come in by invitation" in client.get(LOGIN).content
    assert _sign_in(client, "  Agent@Harbour.EXAMPLE ").status_code == 302
    assert _is_in(client)
    entry = JournalEntry.objects.order_by("-id").first()
    assert (entry.name, entry.actor) == ("signed-in", house.agent.key)


@pytest.mark.parametrize(
    ("email", "password"),
    [("agent@harbour.example", "wrong"), ("nobody@harbour.example", PASSWORD), ("", ""), ("agent\x00", "x")],
)
def test_refused_without_saying_which_was_wrong(house: House, email: str, password: str) -> None:
    client = Client()
    answer = _sign_in(client, email, password)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not _is_in(client)


def test_who_has_left_stays_out(house: House) -> None:
    deactivate(COMMAND_LINE, house.agent.key)
    client = Client()
    _sign_in(client)
    assert not _is_in(client)


def test_guessing_is_slowed_down(house: House) -> None:
    client = Client()
    for _ in range(5):
        _sign_in(client, password="wrong")
    blocked = _sign_in(client)
    assert not _is_in(client)
    assert b"Too many" in blocked.content
    assert _sign_in(Client(), "admin@harbour.example").status_code == 302


def test_nobody_signs_up_and_nobody_changes_an_address_alone(house: House) -> None:
    client = Client()
    given = {"email": "eve@harbour.example", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/account/signup/", given)
    assert not Person.objects.filter(email="eve@harbour.example").exists()
    client = house.client("agent")
    client.post("/account/email/", {"action_add": "", "email": "admin2@harbour.example"})
    house.agent.refresh_from_db()
    assert house.agent.email == "agent@harbour.example"
    assert not mail.outbox


def test_a_second_factor_is_set_and_then_asked_for(house: House) -> None:
    client = Client()
    _sign_in(client)
    secret = _asked_again(client)
    assert client.post("/account/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert client.post("/account/2fa/totp/activate/", {"code": _code(secret)}).status_code == 302
    codes = client.get("/account/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10

    other = Client()
    assert _sign_in(other)["Location"] == "/account/2fa/authenticate/"
    assert not _is_in(other)
    assert b"code" in other.get("/account/2fa/authenticate/").content
    assert other.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert not _is_in(other)
    with override_settings(MFA_TOTP_TOLERANCE=1):  # this half minute's code was used above, so the next one's
        assert other.post("/account/2fa/authenticate/", {"code": _code(secret, 1)}).status_code == 302
    assert _is_in(other)

    third = Client()
    _sign_in(third)
    assert third.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    assert _is_in(third)
    again = Client()
    _sign_in(again)
    again.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert not _is_in(again)


def test_a_sign_in_link_does_not_go_round_the_second_factor(house: House) -> None:
    client = Client()
    _sign_in(client)
    secret = _asked_again(client)
    client.post("/account/2fa/totp/activate/", {"code": _code(secret)})
    visitor = Client()
    answer = visitor.get(make_sign_in_link(COMMAND_LINE, house.agent.key))
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert not _is_in(visitor)


def test_a_forgotten_password_is_reset_by_mail(house: House) -> None:
    client = Client()
    client.post("/account/password/reset/", {"email": "nobody@harbour.example"})
    assert not mail.outbox
    client.post("/account/password/reset/", {"email": "agent@harbour.example"})
    link = next(line for line in mail.outbox[0].body.split() if "/account/password/reset/key/" in line)
    page = client.get("/" + link.split("/", 3)[3], follow=True)
    address = page.redirect_chain[-1][0]
    client.post(address, {"password1": "another-harbour-77", "password2": "another-harbour-77"})
    assert _sign_in(Client(), password="another-harbour-77").status_code == 302
    assert not _is_in_with(PASSWORD)


def _is_in_with(password: str) -> bool:
    client = Client()
    _sign_in(client, password=password)
    return _is_in(client)


def test_other_sessions_are_listed_and_ended(house: House) -> None:
    here, there = Client(), Client(headers={"User-Agent": "Lynx"})
    _sign_in(here)
    _sign_in(there)
    page = here.get("/account/sessions/")
    assert b"Lynx" in page.content
    assert here.post("/account/sessions/").status_code == 302
    assert here.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 302


def test_where_somebody_was_is_forgotten_with_the_session(house: House) -> None:
    here, there = Client(), Client()
    _sign_in(here)
    _sign_in(there)
    there.session.flush()
    forget_ended_sessions()
    assert UserSession.objects.count() == 1
    assert here.get("/profile/").status_code == 200


def test_who_came_by_a_link_sets_a_password(house: House) -> None:
    house.agent.set_unusable_password()
    house.agent.save()
    client = Client()
    client.get(make_sign_in_link(COMMAND_LINE, house.agent.key))
    assert b"Set a password" in client.get("/profile/").content
    given = {"password1": "another-harbour-77", "password2": "another-harbour-77"}
    assert client.post("/account/password/set/", given).status_code == 302
    assert _is_in_with("another-harbour-77")


@pytest.mark.parametrize(
    "address",
    [
        "/account/login/",
        "/account/logout/",
        "/account/password/reset/",
        "/account/password/reset/done/",
        "/account/password/reset/key/x-y/",
        "/account/password/change/",
        "/account/2fa/",
        "/account/2fa/recovery-codes/generate/",
        "/account/sessions/",
        "/account/3rdparty/",
        "/account/signup/",
        "/account/inactive/",
    ],
)
def test_every_page_of_the_library_wears_our_clothes(house: House, address: str) -> None:
    for client in (Client(), house.client("agent")):
        answer = client.get(address, follow=True)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "heed/heed.css" in text
        assert "<style" not in text
        assert "style=" not in text
        assert "<script>" not in text
