"""Pages of people: who sees whom, forms that say what is wrong where, and links shown once."""

import re

import pytest
from django.core import mail
from django.test import Client, override_settings

from heed.core.access.models import ApiToken, Invitation, Membership
from heed.core.access.queries import scope_of
from heed.core.people.models import Person
from tests.core.conftest import PASSWORD, House

PAGES = (
    "/people/",
    "/people/invite/",
    "/people/units/",
    "/people/units/new/",
    "/settings/organisation/",
    "/settings/mail/",
)


def _text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", [*PAGES, "/profile/", "/profile/tokens/", "/journal/"])
def test_a_page_without_a_person_leads_to_sign_in(db: None, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"/account/login/?next={address}"


@pytest.mark.parametrize("address", PAGES)
def test_an_administrator_sees_every_page_and_an_agent_none(house: House, address: str) -> None:
    assert house.client("admin").get(address).status_code == 200
    assert house.client("agent").get(address).status_code == 403


def test_settings_of_the_whole_are_not_a_regions(house: House) -> None:
    for address in ("/settings/organisation/", "/settings/mail/", "/journal/"):
        assert house.client("north_admin").get(address).status_code == 403
        assert house.client("north_admin").post(address).status_code in (403, 405)


def test_people_are_listed_with_roles_and_units_with_counts(house: House) -> None:
    page = house.client("admin").get("/people/")
    text = _text(page)
    for words in ("Sam Admin", "Sam North_Admin", "Sam Agent", "Administrator", "North Phone"):
        assert words in text
    assert [(key, count) for key, _name, _depth, count in page.context["tree"]] == [
        ("organisation", 3),
        ("north", 2),
        ("north-phone", 1),
        ("south", 0),
        ("south-phone", 0),
    ]


def test_a_region_is_listed_its_own_people_and_units(house: House) -> None:
    text = _text(house.client("north_admin").get("/people/"))
    assert "Sam Agent" in text
    assert "Sam Admin<" not in text
    assert "South" not in text
    assert house.client("north_admin").get(f"/people/{house.admin.key}/").status_code == 404


def test_found_by_unit_and_by_name(house: House) -> None:
    client = house.client("admin")
    assert [person.name for person, _ in client.get("/people/?unit=north-phone").context["people"]] == ["Sam Agent"]
    assert [person.name for person, _ in client.get("/people/?q=north_").context["people"]] == ["Sam North_Admin"]
    assert "Nobody by that name" in _text(client.get("/people/?q=zzz"))
    assert client.get("/people/?unit=nowhere&page=x&q=%00").status_code == 200
    assert "Nobody has left" in _text(client.get("/people/?state=inactive"))


def test_invited_and_in_by_the_pages_alone(house: House) -> None:
    done = house.client("admin").post(
        "/people/invite/", {"email": "kim@harbour.example", "role": "supervisor", "unit": "north-phone"}
    )
    assert "The mail server took the mail" in _text(done)
    link = re.search(r"https?://[^/]+(/invitation/[^<\s]+)", _text(done))
    assert link is not None
    assert link.group(1) in mail.outbox[0].body
    assert "no-store" in done["Cache-Control"]
    visitor = Client()
    assert "supervisor" in _text(visitor.get(link.group(1))).lower()
    wrong = visitor.post(link.group(1), {"name": "Kim", "password": "short"})
    assert wrong.status_code == 422
    assert "password" in wrong.context["form"].errors
    assert visitor.post(link.group(1), {"name": "Kim", "password": PASSWORD}).status_code == 302
    kim = Person.objects.get(email="kim@harbour.example")
    assert visitor.session["_auth_user_id"] == str(kim.pk)
    assert visitor.get(link.group(1)).status_code == 404


def test_what_is_wrong_with_an_invitation_stands_at_its_field(house: House) -> None:
    client = house.client("north_admin")
    for given, field in (
        ({"email": "no", "role": "agent", "unit": "north"}, "email"),
        ({"email": "agent@harbour.example", "role": "agent", "unit": "north"}, "email"),
        ({"email": "a@harbour.example", "role": "agent", "unit": "south"}, "unit"),
        ({"email": "a@harbour.example", "role": "king", "unit": "north"}, "role"),
    ):
        answer = client.post("/people/invite/", given)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert 'aria-invalid="true"' in _text(answer)
    assert not Invitation.objects.exists()


def test_invitations_wait_are_sent_again_and_taken_back(house: House) -> None:
    client = house.client("admin")
    client.post("/people/invite/", {"email": "kim@harbour.example", "role": "agent", "unit": "north"})
    number = Invitation.objects.get().pk
    assert "kim@harbour.example" in _text(client.get("/people/"))
    assert client.get(f"/people/invitations/{number}/again/").status_code == 405
    assert "is invited" in _text(client.post(f"/people/invitations/{number}/again/"))
    assert client.post(f"/people/invitations/{number}/withdraw/").status_code == 302
    assert client.post(f"/people/invitations/{number}/withdraw/").status_code == 409
    assert client.post("/people/invitations/99/withdraw/").status_code == 404


def test_roles_on_a_persons_page(house: House) -> None:
    client, address = house.client("admin"), f"/people/{house.agent.key}/"
    assert client.post(f"{address}roles/give/", {"role": "analyst", "unit": "south"}).status_code == 302
    assert scope_of(house.agent).holds_in("import", "south")
    assert "Analyst" in _text(client.get(address))
    assert client.post(f"{address}roles/take/", {"role": "analyst", "unit": "south"}).status_code == 302
    assert not Membership.objects.filter(person=house.agent, role="analyst").exists()
    assert client.post(f"{address}roles/take/", {"role": "analyst"}).status_code == 404
    wrong = client.post(f"{address}roles/give/", {"role": "analyst", "unit": "moon"})
    assert wrong.status_code == 422
    assert "unit" in wrong.context["form"].errors


def test_the_last_administrator_is_told_so(house: House) -> None:
    client, address = house.client("admin"), f"/people/{house.admin.key}/"
    answer = client.post(f"{address}roles/take/", {"role": "administrator", "unit": "organisation"})
    assert answer.status_code == 409
    assert "This is the last administrator" in _text(answer)
    assert client.post(f"{address}deactivate/").status_code == 409


def test_access_ends_at_once_and_comes_back(house: House) -> None:
    agent, admin = house.client("agent"), house.client("admin")
    assert agent.get("/profile/").status_code == 200
    assert admin.post(f"/people/{house.agent.key}/deactivate/").status_code == 302
    assert agent.get("/profile/").status_code == 302
    assert "no longer active" in _text(admin.get(f"/people/{house.agent.key}/"))
    assert admin.post(f"/people/{house.agent.key}/reactivate/").status_code == 302
    house.agent.refresh_from_db()
    assert house.agent.is_active


def test_a_sign_in_link_to_pass_on_is_shown_once(house: House) -> None:
    client, address = house.client("admin"), f"/people/{house.agent.key}/"
    shown = _text(client.post(f"{address}link/"))
    link = re.search(r"https?://[^/]+(/sign-in/[^<\s]+)", shown)
    assert link is not None
    assert "/sign-in/" not in _text(client.get(address))
    visitor = Client()
    assert "Sign in as Sam Agent" in _text(visitor.get(link.group(1)))
    assert visitor.post(link.group(1)).status_code == 302


def test_a_profile_is_changed_and_shown_in_that_language(house: House) -> None:
    client = house.client("agent")
    given = {"name": "Sam A. Agent", "language": "de", "time_zone": "Asia/Tokyo", "notified_by": "page"}
    assert client.post("/profile/", given).status_code == 302
    assert '<html lang="de"' in _text(client.get("/profile/"))
    wrong = client.post("/profile/", {"name": "", "language": "tlh", "time_zone": "Mars/Base", "notified_by": "pigeon"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"name", "language", "time_zone", "notified_by"}


def test_the_way_to_the_settings_is_shown_to_who_may_change_them(house: House) -> None:
    for who, is_shown in (("admin", True), ("north_admin", False), ("agent", False)):
        assert ('<h2 id="organisation">' in _text(house.client(who).get("/profile/"))) is is_shown


def test_a_token_is_shown_once(house: House) -> None:
    client = house.client("admin")
    made = client.post("/profile/tokens/", {"name": "export", "scopes": ["see_figures"], "days": "30"})
    secret = made.context["secret"]
    assert secret in _text(made)
    assert "no-store" in made["Cache-Control"]
    assert secret not in _text(client.get("/profile/tokens/"))
    wrong = client.post("/profile/tokens/", {"name": "", "scopes": ["rule"], "days": "5"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"name", "scopes", "days"}
    number = ApiToken.objects.get().pk
    assert client.post(f"/profile/tokens/{number}/revoke/").status_code == 302
    assert client.post("/profile/tokens/99/revoke/").status_code == 404
    assert house.client("agent").get("/profile/tokens/").status_code == 403


def test_the_organisation_is_changed_from_now_on(house: House) -> None:
    client = house.client("admin")
    given = {"name": "Harbour & Sons", "time_zone": "Europe/Paris", "currency": "CHF", "languages": "fr"}
    assert client.post("/settings/organisation/", given).status_code == 302
    assert client.post("/settings/organisation/", {**given, "currency": "EUR"}).status_code == 302
    assert "Harbour &amp; Sons" in _text(client.get("/settings/organisation/"))
    wrong = client.post("/settings/organisation/", {**given, "languages": "klingon", "currency": "fr"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"languages", "currency"}


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1)
def test_mail_that_does_not_work_says_why(house: House) -> None:
    client = house.client("admin")
    assert "Nothing answers at 127.0.0.1:1" in _text(client.post("/settings/mail/", {"email": "a@b.example"}))
    assert client.post("/settings/mail/", {"email": "a"}).status_code == 422
