"""heed's settings: read from the environment, typed, and checked at start. Knows no Django."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from heed.core.errors.rules import Invalid, phrase

Network = IPv4Network | IPv6Network


def _setting(variable: str, default: str, meaning: str, *, secret: bool = False) -> str:
    return field(default=default, metadata={"variable": variable, "meaning": meaning, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """Each field is one environment variable; `meaning` is what docs/operations.md says of it."""

    home: str = _setting("HEED_HOME", "var", "The data folder: everything heed writes lies under it.")
    database_url: str = _setting(
        "HEED_DATABASE_URL",
        "",
        "`postgresql://user:password@host:5432/name`; empty = SQLite (`heed.db`) in the data folder.",
    )
    facts_url: str = _setting(
        "HEED_FACTS_URL",
        "",
        "Where the Delta tables lie: a folder, or object storage such as `s3://bucket/path`; empty = `facts` in the data folder.",
    )
    engine: str = _setting("HEED_ENGINE", "duckdb", "`duckdb`, or `spark://host:7077` (also `local[2]`) for Spark.")
    queue_url: str = _setting(
        "HEED_QUEUE_URL",
        "",
        "`redis://host:6379/0` or `postgresql://…`; empty = SQLite (`queue.db`) in the data folder.",
    )
    secret_key: str = _setting(
        "HEED_SECRET_KEY",
        "",
        "Signs sessions and links, at least 32 characters; empty = made once and kept in the data folder.",
        secret=True,
    )
    host: str = _setting("HEED_HOST", "127.0.0.1", "Address the web process listens on.")
    port: str = _setting("HEED_PORT", "8000", "Port the web process listens on.")
    base_url: str = _setting(
        "HEED_BASE_URL", "", "Address people reach heed at, used in mails; empty = `http://HEED_HOST:HEED_PORT`."
    )
    allowed_hosts: str = _setting(
        "HEED_ALLOWED_HOSTS", "", "Host names answered to, with commas; empty = those of the base URL and localhost."
    )
    web_workers: str = _setting("HEED_WEB_WORKERS", "2", "Web worker processes.")
    trusted_proxies: str = _setting(
        "HEED_TRUSTED_PROXIES",
        "",
        "Proxies in front whose forwarded headers say who the client is, as CIDR with commas; empty = none, and those headers are dropped.",
    )
    mail_url: str = _setting(
        "HEED_MAIL_URL",
        "",
        "`smtp://user:password@host:587?starttls=1` or `smtps://…`; empty = mails are kept as files in the data folder.",
        secret=True,
    )
    mail_from: str = _setting("HEED_MAIL_FROM", "heed@localhost", "Sender of heed's own mails.")
    outgoing_allow: str = _setting(
        "HEED_OUTGOING_ALLOW", "", "Private networks outgoing calls may reach, as CIDR with commas; empty = none."
    )
    embeddings: str = _setting(
        "HEED_EMBEDDINGS",
        "",
        "What makes vectors of texts: the folder of an encoder, or `https://host/v1#model`; empty = heed's own, made from your texts.",
    )
    embeddings_key: str = _setting("HEED_EMBEDDINGS_KEY", "", "Key to that server.", secret=True)
    analyzer: str = _setting(
        "HEED_ANALYZER",
        "",
        "The chat model that reads what customers wrote, masked: `https://host/v1#model`; empty = heed reads itself and nothing leaves.",
    )
    analyzer_key: str = _setting("HEED_ANALYZER_KEY", "", "Key to that server.", secret=True)
    oidc_url: str = _setting("HEED_OIDC_URL", "", "Issuer of an OpenID Connect provider for sign-in; empty = none.")
    oidc_client_id: str = _setting("HEED_OIDC_CLIENT_ID", "", "Client id at that provider.")
    oidc_client_secret: str = _setting("HEED_OIDC_CLIENT_SECRET", "", "Client secret at that provider.", secret=True)
    upload_bytes: str = _setting("HEED_UPLOAD_BYTES", "268435456", "Largest upload accepted, in bytes.")
    debug: str = _setting("HEED_DEBUG", "0", "`1` shows tracebacks in the browser; never in production.")
    log_level: str = _setting("HEED_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR.")

    @property
    def home_path(self) -> Path:
        return Path(self.home).expanduser().resolve()

    @property
    def facts_location(self) -> str:
        return self.facts_url or str(self.home_path / "facts")

    @property
    def public_url(self) -> str:
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        return tuple(ip_network(part.strip()) for part in self.trusted_proxies.split(",") if part.strip())

    @property
    def is_debug(self) -> bool:
        return self.debug == "1"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the settings. Raises Invalid naming the variable that is wrong."""
    values: dict[str, str] = {}
    for item in fields(Settings):
        given = environ.get(item.metadata["variable"], "").strip()
        values[item.name] = given or str(item.default)
    settings = Settings(**values)
    _check(settings)
    return settings


def _wrong(variable: str, value: str, hint: str) -> Invalid:
    return Invalid(
        phrase("{variable} is {value!r}.", variable=variable, value=value), code="invalid_setting", hint=hint
    )


def _check(settings: Settings) -> None:
    for variable, value in (
        ("HEED_PORT", settings.port),
        ("HEED_WEB_WORKERS", settings.web_workers),
        ("HEED_UPLOAD_BYTES", settings.upload_bytes),
    ):
        if not value.isdigit():
            raise _wrong(variable, value, "Give a whole number.")
    if settings.database_url and urlsplit(settings.database_url).scheme not in {"postgresql", "postgres", "sqlite"}:
        raise _wrong(
            "HEED_DATABASE_URL",
            settings.database_url.split(":", 1)[0],
            "Use postgresql://… or leave it empty for SQLite.",
        )
    if settings.queue_url and urlsplit(settings.queue_url).scheme not in {
        "redis",
        "rediss",
        "postgresql",
        "postgres",
        "sqlite",
    }:
        raise _wrong(
            "HEED_QUEUE_URL", settings.queue_url.split(":", 1)[0], "Use redis://…, postgresql://… or leave it empty."
        )
    if settings.engine != "duckdb" and not settings.engine.startswith(("spark://", "local[")):
        raise _wrong("HEED_ENGINE", settings.engine, "Use duckdb, spark://host:port or local[2].")
    if settings.secret_key and len(settings.secret_key) < 32:
        raise _wrong("HEED_SECRET_KEY", "too short", "Give at least 32 random characters, or leave it empty.")
    if settings.debug not in {"0", "1"}:
        raise _wrong("HEED_DEBUG", settings.debug, "Use 0 or 1.")
    if settings.mail_url and urlsplit(settings.mail_url).scheme not in {"smtp", "smtps"}:
        raise _wrong("HEED_MAIL_URL", urlsplit(settings.mail_url).scheme, "Use smtp://… or smtps://….")
    _check_networks(settings)
    _check_servers(settings)
    issuer = urlsplit(settings.oidc_url)
    if issuer.scheme != "https" and issuer.hostname not in {None, "localhost", "127.0.0.1", "::1"}:
        # What the provider says is believed because the line to it is.
        raise _wrong("HEED_OIDC_URL", settings.oidc_url, "Give an https:// address.")


def _check_networks(settings: Settings) -> None:
    try:
        _ = settings.trusted_networks
    except ValueError:
        hint = "Give networks such as 127.0.0.1/32,10.0.0.0/8."
        raise _wrong("HEED_TRUSTED_PROXIES", settings.trusted_proxies, hint) from None
    for network in filter(None, (part.strip() for part in settings.outgoing_allow.split(","))):
        try:
            ip_network(network, strict=False)
        except ValueError:
            raise _wrong("HEED_OUTGOING_ALLOW", network, "Give networks such as 10.1.0.0/16, with commas.") from None


def _check_servers(settings: Settings) -> None:
    """A key may have been written into the address of a server: it is not said again."""
    if "://" in settings.embeddings and not _is_endpoint(settings.embeddings):
        hint = "Give https://host/v1#model, and the key as HEED_EMBEDDINGS_KEY; or a folder."
        raise _wrong("HEED_EMBEDDINGS", settings.embeddings.split("://", 1)[0] + "://…", hint)
    if settings.analyzer and not _is_endpoint(settings.analyzer):
        hint = "Give https://host/v1#model, and the key as HEED_ANALYZER_KEY."
        raise _wrong("HEED_ANALYZER", "no server's address with a model", hint)


def _is_endpoint(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme in {"https", "http"} and parts.hostname and parts.fragment and not parts.username)


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process, read once."""
    return load()
