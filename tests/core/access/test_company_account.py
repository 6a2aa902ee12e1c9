"""Signing in with a company account: a verified address opens the account of a person who is here, and nothing else."""

import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client, override_settings

from heed.core.access.actions.roles import deactivate
from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import Invalid
from heed.core.people.models import Person
from heed.core.settings.rules import load
from heed.site.middleware import policy
from tests.core.access.provider import CLIENT, SECRET, Provider, running
from tests.core.conftest import House


class Stay(urllib.request.HTTPRedirectHandler):
    """Does not follow."""

    def redirect_request(self, *arguments: Any) -> None:
        return None


@pytest.fixture(params=["RS256", "ES256"])
def provider(request: Any) -> Iterator[Provider]:
    with running(Provider(request.param)) as provider:
        app = {
            "provider_id": "company",
            "name": "company account",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": provider.address},
        }
        with override_settings(SOCIALACCOUNT_PROVIDERS={"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}):
            yield provider


def _through(client: Client) -> Any:
    """From our button to the provider and back."""
    assert b"Sign in with company account" in client.get("/account/login/").content
    sent = client.post("/account/oidc/company/login/?process=login")
    assert sent.status_code == 302
    asked = parse_qs(urlsplit(sent["Location"]).query)
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert asked["code_challenge_method"] == ["S256"]
    try:
        urllib.request.build_opener(Stay).open(sent["Location"])
    except urllib.error.HTTPError as answer:
        back = urlsplit(answer.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def _is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_verified_address_opens_the_persons_account(house: House, provider: Provider) -> None:
    client = Client()
    provider.said["email"] = "Agent@Harbour.example"
    assert _through(client).status_code == 302
    assert client.session["_auth_user_id"] == str(house.agent.pk)
    assert SocialAccount.objects.get().user == house.agent


def test_known_again_by_the_account_not_by_the_address(house: House, provider: Provider) -> None:
    _through(Client())
    provider.said["email"] = "married@harbour.example"
    client = Client()
    _through(client)
    assert client.session["_auth_user_id"] == str(house.agent.pk)
    house.agent.refresh_from_db()
    assert house.agent.email == "agent@harbour.example"


@pytest.mark.parametrize(
    "said",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email": "stranger@harbour.example"},
        {"email": None},
        {"email": ""},
    ],
)
def test_unverified_and_unknown_stay_out(house: House, provider: Provider, said: dict[str, Any]) -> None:
    provider.said.update(said)
    client = Client()
    answer = _through(client)
    assert answer.status_code == 403
    assert b"Not invited yet" in answer.content
    assert not _is_in(client)
    assert Person.objects.count() == 3
    assert not SocialAccount.objects.exists()


def test_who_has_left_stays_out(house: House, provider: Provider) -> None:
    _through(Client())
    deactivate(COMMAND_LINE, house.agent.key)
    client = Client()
    _through(client)
    assert not _is_in(client)


@pytest.mark.parametrize(
    "token", [{"aud": "somebody-else"}, {"iss": "https://evil.example"}, {"exp": int(time.time()) - 600}]
)
def test_a_token_meant_for_others_or_ended(house: House, provider: Provider, token: dict[str, Any]) -> None:
    provider.token.update(token)
    client = Client()
    assert _through(client).status_code in (200, 401, 403)
    assert not _is_in(client)


def test_an_answer_nobody_asked_for(house: House, provider: Provider) -> None:
    code = urlsplit(provider.authorize({"redirect_uri": "http://x/", "state": "s"})).query
    client = Client()
    assert client.get(f"/account/oidc/company/login/callback/?{code}").status_code in (200, 401, 403)
    assert not _is_in(client)


def test_the_provider_must_be_reached_safely() -> None:
    assert load({"HEED_OIDC_URL": "https://login.example/realm"}).oidc_url
    assert load({"HEED_OIDC_URL": "http://127.0.0.1:9000"}).oidc_url
    with pytest.raises(Invalid):
        load({"HEED_OIDC_URL": "http://login.example"})


def test_the_form_may_be_sent_on_to_the_provider_alone() -> None:
    assert "form-action 'self' https://login.example;" in policy("https://login.example/realm")
    assert "form-action 'self';" in policy("")
