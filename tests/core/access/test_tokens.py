"""API tokens: a digest in the store, no more rights than their maker has today."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from heed.core.access.actions.roles import deactivate, take_role
from heed.core.access.actions.tokens import make_token, revoke_token, token_scope
from heed.core.access.models import ApiToken
from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import Forbidden, Invalid, NotFound
from heed.core.journal.models import JournalEntry
from tests.core.conftest import House


def _make(house: House, who: str = "north_admin", **more: Any) -> tuple[ApiToken, str]:
    return make_token(house.scope(who), **{"name": "nightly export", "scopes": ["see_figures", "use_api"], **more})


def test_a_token_acts_for_its_maker_within_its_scopes(house: House) -> None:
    _token, secret = _make(house)
    assert secret.startswith("heed_")
    found = token_scope(secret)
    assert found is not None
    person, scope = found
    assert person == house.north_admin
    assert scope.permissions == {"see_figures", "use_api"}
    assert scope.units == {"north", "north-phone"}
    assert not scope.holds_in("manage_people", "north")
    assert secret not in str(list(ApiToken.objects.values()) + list(JournalEntry.objects.values()))


def test_what_the_maker_loses_the_token_loses(house: House) -> None:
    _, secret = _make(house)
    take_role(COMMAND_LINE, house.north_admin.key, "north", "administrator")
    found = token_scope(secret)
    assert found is not None
    assert found[1].permissions == frozenset()


def test_a_token_makes_no_token_that_may_more(house: House) -> None:
    _, secret = _make(house)
    found = token_scope(secret)
    assert found is not None
    with pytest.raises(Forbidden) as refusal:
        make_token(found[1], name="wider", scopes=["manage_people"])
    assert refusal.value.code == "scope_above_yours"


@pytest.mark.parametrize("scopes", [[], ["fly"], ["see_figure"]])
def test_scopes_that_are_none(house: House, scopes: list[str]) -> None:
    with pytest.raises(Invalid):
        _make(house, scopes=scopes)


def test_a_name_and_an_end_to_come(house: House) -> None:
    with pytest.raises(Invalid):
        _make(house, name=" ")
    with pytest.raises(Invalid):
        _make(house, expires_at=timezone.now())


def test_an_agent_and_the_command_line_hold_no_token(house: House) -> None:
    with pytest.raises(Forbidden):
        _make(house, "agent", scopes=["see_figures"])
    with pytest.raises(Forbidden):
        make_token(COMMAND_LINE, name="x", scopes=["see_figures"])


def test_it_ends(house: House) -> None:
    _token, secret = _make(house, expires_at=timezone.now() + timedelta(days=1))
    assert token_scope(secret) is not None
    ApiToken.objects.update(expires_at=timezone.now())
    assert token_scope(secret) is None


def test_revoked_by_its_owner_alone(house: House) -> None:
    token, secret = _make(house)
    with pytest.raises(NotFound):
        revoke_token(house.scope("admin"), token.pk)
    assert token_scope(secret) is not None
    revoke_token(house.scope("north_admin"), token.pk)
    revoke_token(house.scope("north_admin"), token.pk)
    assert token_scope(secret) is None
    assert JournalEntry.objects.filter(name="api-token-revoked").count() == 1


def test_not_for_who_is_gone(house: House) -> None:
    _, secret = _make(house)
    deactivate(house.scope("admin"), house.north_admin.key)
    assert token_scope(secret) is None


@pytest.mark.parametrize("secret", ["", "heed_", "heed_nothing", "Bearer x", "heed_\x00"])
def test_no_token(house: House, secret: str) -> None:
    assert token_scope(secret) is None


def test_use_is_noted_once_a_minute(house: House) -> None:
    token, secret = _make(house)
    token_scope(secret)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    token_scope(secret)
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=1))
    token_scope(secret)
    token.refresh_from_db()
    assert token.last_used_at > first
