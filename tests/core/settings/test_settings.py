"""Settings are read from the environment, typed and checked at start; what is wrong is named."""

import pytest

from heed.core.errors.rules import Invalid
from heed.core.settings.rules import load


def test_the_defaults_run_on_a_laptop() -> None:
    settings = load({})
    assert settings.engine == "duckdb"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.facts_location.endswith("/var/facts")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HEED_PORT", "eighty"),
        ("HEED_DATABASE_URL", "mysql://x"),
        ("HEED_QUEUE_URL", "kafka://x"),
        ("HEED_ENGINE", "polars"),
        ("HEED_SECRET_KEY", "short"),
        ("HEED_DEBUG", "yes"),
        ("HEED_MAIL_URL", "http://x"),
        ("HEED_WEB_WORKERS", "-1"),
        ("HEED_OUTGOING_ALLOW", "10.0.0.0/8, office"),
    ],
)
def test_what_is_wrong_is_named(variable: str, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        load({variable: value})
    assert variable in caught.value.message
    assert caught.value.hint


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(Invalid) as caught:
        load({"HEED_DATABASE_URL": "mysql://me:secret@host/db"})
    assert "secret" not in caught.value.message


def test_an_address_for_people_loses_its_slash() -> None:
    assert load({"HEED_BASE_URL": "https://heed.example.org/"}).public_url == "https://heed.example.org"


def test_trusted_proxies_are_networks() -> None:
    given = load({"HEED_TRUSTED_PROXIES": "127.0.0.1/32, 10.0.0.0/8,::1"})
    assert [str(network) for network in given.trusted_networks] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]
    assert load({}).trusted_networks == ()
    with pytest.raises(Invalid, match="HEED_TRUSTED_PROXIES"):
        load({"HEED_TRUSTED_PROXIES": "proxy.example"})
