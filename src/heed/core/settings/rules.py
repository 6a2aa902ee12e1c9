"""heed's settings: read from the environment, typed, and checked at start. Knows no Django."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from heed.core.errors.rules import Invalid, phrase

# Lies beside the facts of the home and lists the other roots, so that one the setting forgets is missed.
ROOTS_LIST = ".roots.json"
Network = IPv4Network | IPv6Network
MAILBOX_HINT = "Use imaps://user:password@host/INBOX; signs such as @ in the name or password are written as %40."


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
    region_roots: str = _setting(
        "HEED_REGION_ROOTS",
        "",
        "Where facts of a region lie, `emea=/srv/emea,amer=s3://bucket/amer`; empty = all in one place.",
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
    sms_url: str = _setting(
        "HEED_SMS_URL",
        "",
        "The carrier of text messages, `twilio://account:token@api.twilio.com?from=+4915112345678`; empty = none are sent.",
        secret=True,
    )
    dkim_selectors: str = _setting(
        "HEED_DKIM_SELECTORS", "", "Selectors under which the sending domain publishes its DKIM keys, with commas."
    )
    bounce_imap: str = _setting(
        "HEED_BOUNCE_IMAP",
        "",
        "The mailbox that gets what comes back of mails, `imaps://user:password@imap.example.org/INBOX`, with `?aside=folder`"
        " for reports that cannot be read; empty = heed fetches none.",
        secret=True,
    )
    outgoing_allow: str = _setting(
        "HEED_OUTGOING_ALLOW", "", "Private networks outgoing calls may reach, as CIDR with commas; empty = none."
    )
    tracker_tokens: str = _setting(
        "HEED_TRACKER_TOKENS",
        "",
        "Tokens of issue trackers by the name a connection gives, such as `ops=token,web=user:token`.",
        secret=True,
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
    def roots_of_regions(self) -> dict[str, str]:
        """Region → the place of its facts; empty where all lie in one."""
        parts = (part.partition("=") for part in self.region_roots.split(",") if part.strip())
        return {region.strip(): place.strip() for region, _, place in parts}

    @property
    def has_roots(self) -> bool:
        """Whether facts lie under several roots, or did when they were last written (`heed.facts.store.opening`)."""
        return bool(self.region_roots) or (
            "://" not in self.facts_location and (Path(self.facts_location) / ROOTS_LIST).is_file()
        )

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
    _check_stores(settings)
    if settings.engine != "duckdb" and not settings.engine.startswith(("spark://", "local[")):
        raise _wrong("HEED_ENGINE", settings.engine, "Use duckdb, spark://host:port or local[2].")
    if settings.secret_key and len(settings.secret_key) < 32:
        raise _wrong("HEED_SECRET_KEY", "too short", "Give at least 32 random characters, or leave it empty.")
    if settings.debug not in {"0", "1"}:
        raise _wrong("HEED_DEBUG", settings.debug, "Use 0 or 1.")
    if settings.mail_url and urlsplit(settings.mail_url).scheme not in {"smtp", "smtps"}:
        raise _wrong("HEED_MAIL_URL", urlsplit(settings.mail_url).scheme, "Use smtp://… or smtps://….")
    if settings.sms_url:
        _check_carrier(settings.sms_url)
    if settings.bounce_imap:
        _check_mailbox(settings.bounce_imap)
    _check_networks(settings)
    _check_roots(settings)
    _check_servers(settings)
    issuer = urlsplit(settings.oidc_url)
    if issuer.scheme != "https" and issuer.hostname not in {None, "localhost", "127.0.0.1", "::1"}:
        # What the provider says is believed because the line to it is.
        raise _wrong("HEED_OIDC_URL", settings.oidc_url, "Give an https:// address.")


def _check_stores(settings: Settings) -> None:
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


def _check_carrier(address: str) -> None:
    """The token in it is not said again."""
    parts, sender = urlsplit(address), dict(parse_qsl(urlsplit(address).query))
    has_sender = bool(sender.get("from") or sender.get("service"))
    if parts.scheme not in {"twilio", "twilio+http"} or not (parts.hostname and parts.username and parts.password):
        raise _wrong("HEED_SMS_URL", f"{parts.scheme}://…", "Use twilio://account:token@api.twilio.com?from=+49….")
    if not has_sender:
        raise _wrong("HEED_SMS_URL", "without a sender", "Add ?from=+49… or ?service=MG….")


def _check_mailbox(address: str) -> None:
    """The password in it is not said again."""
    try:
        parts = urlsplit(address)
        has_port = parts.port != 0
    except ValueError:
        raise _wrong("HEED_BOUNCE_IMAP", "no address of a mailbox", MAILBOX_HINT) from None
    if parts.scheme not in {"imap", "imaps"} or not (parts.hostname and parts.username and parts.password and has_port):
        raise _wrong("HEED_BOUNCE_IMAP", f"{parts.scheme}://…", MAILBOX_HINT)
    folders = [unquote(parts.path.strip("/")), *(value for _name, value in parse_qsl(parts.query))]
    if any(not folder.isascii() or not folder.isprintable() for folder in folders):
        raise _wrong("HEED_BOUNCE_IMAP", "a folder with other signs than ASCII", "Give folders in plain letters.")


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


def _check_roots(settings: Settings) -> None:
    """Each region once, each with a place of its own: no root lies in another, nor in the one of all other facts."""
    named: set[str] = set()
    for part in filter(None, (part.strip() for part in settings.region_roots.split(","))):
        region, _, place = (each.strip() for each in part.partition("="))
        if not region or not place or region in named:
            raise _wrong(
                "HEED_REGION_ROOTS", part, "Give each region once with its place: emea=/srv/emea,amer=/srv/amer."
            )
        named.add(region)
    places = {"HEED_FACTS_URL": settings.facts_location, **settings.roots_of_regions} if named else {}
    for name, place in places.items():
        for other, elsewhere in places.items():
            if name != other and _lies_in(elsewhere, place):
                said = f"{other}={elsewhere}"
                raise _wrong(
                    "HEED_REGION_ROOTS", said, f"It lies in the place of {name}: give each a folder of its own."
                )


def _lies_in(place: str, other: str) -> bool:
    """Whether a folder or address is another, or below it."""
    if ("://" in place) != ("://" in other):
        return False
    if "://" in place:
        return f"{place.rstrip('/')}/".startswith(f"{other.rstrip('/')}/")
    return Path(place).expanduser().resolve().is_relative_to(Path(other).expanduser().resolve())


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
