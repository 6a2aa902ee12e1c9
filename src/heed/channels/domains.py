"""What DNS says of a domain that sends mail: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489), MX. Nothing is believed that
was not answered: a name that did not answer is `unknown`, not missing.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal

from heed.core.errors.rules import Invalid, phrase

SECONDS = 4.0
# RFC 7208, 4.6.4: mechanisms and modifiers that look something up, altogether.
MOST_LOOKUPS = 10
LEAST_KEY_BITS = 1024
GOOD_KEY_BITS = 2048
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?")
State = Literal["good", "weak", "wrong", "missing", "unknown"]


class NoAnswer(Exception):
    """DNS did not answer, so nothing is known."""


# The records of a name and type as texts; empty where there is none. Raises NoAnswer.
Lookup = Callable[[str, str], Sequence[str]]
Check = tuple[str, Callable[[], tuple[State, str, str]]]


@dataclass(frozen=True)
class Finding:
    """One check: how it stands, the record as it was found, and what follows, for whoever runs the domain."""

    name: str
    state: State
    said: str
    record: str = ""


def checked_domain(text: str) -> str:
    """A domain in its plain form. Raises Invalid."""
    try:
        domain = text.strip().rstrip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    if not _DOMAIN.fullmatch(domain):
        raise Invalid(
            phrase("{domain} is no domain.", domain=text[:100]), code="invalid_domain", hint="Such as example.org."
        )
    return domain


def checked_selectors(text: str) -> tuple[str, ...]:
    """Selectors with commas. Raises Invalid naming the one that is none."""
    found = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))[:10]
    for each in found:
        if not _SELECTOR.fullmatch(each):
            raise Invalid(
                phrase("{selector} is no selector.", selector=each[:60]), code="invalid_selector", hint="Such as s1."
            )
    return found


def resolver(servers: Sequence[str] = (), port: int = 53, seconds: float = SECONDS) -> Lookup:
    """Look names up by the system's resolver, or by the servers given. No answer within the time is no answer."""
    # Loaded where a name is looked up.
    import dns.exception
    import dns.resolver

    asks = dns.resolver.Resolver(configure=not servers)
    if servers:
        asks.nameservers, asks.port = list(servers), port
    asks.lifetime = asks.timeout = seconds

    def look_up(name: str, sort: str) -> Sequence[str]:
        try:
            found = asks.resolve(name, sort, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(name) from error
        if sort == "TXT":
            return [b"".join(row.strings).decode("utf-8", "replace") for row in found]
        return [row.to_text() for row in found]

    return look_up


def findings(domain: str, selectors: Iterable[str], look_up: Lookup) -> list[Finding]:
    """All checks of a domain, in the order in which they matter. Raises Invalid for what is no domain."""
    name = checked_domain(domain)
    keys: list[Check] = [(f"DKIM {each}", partial(dkim, name, each, look_up)) for each in selectors]
    checks: list[Check] = [("SPF", partial(spf, name, look_up)), *(keys or [("DKIM", _no_selector)])]
    checks += [("DMARC", partial(dmarc, name, look_up)), ("MX", partial(mx, name, look_up))]
    # All at once, so that a DNS that does not answer is waited for once.
    with ThreadPoolExecutor(len(checks)) as pool:
        return list(pool.map(lambda check: _checked(*check), checks))


def _no_selector() -> tuple[State, str, str]:
    hint = phrase("Name the selectors in HEED_DKIM_SELECTORS; DNS does not tell which there are.")
    return "unknown", hint, ""


def _checked(name: str, check: Callable[[], tuple[State, str, str]]) -> Finding:
    try:
        return Finding(name, *check())
    except NoAnswer:
        return Finding(name, "unknown", phrase("DNS did not answer. Look again later."))


def spf(domain: str, look_up: Lookup) -> tuple[State, str, str]:
    """Who may send for the domain."""
    records = [
        each for each in look_up(domain, "TXT") if each.lower() == "v=spf1" or each.lower().startswith("v=spf1 ")
    ]
    if not records:
        return "missing", phrase("No server is named that may send; add a TXT record that begins with v=spf1."), ""
    if len(records) > 1:
        return "wrong", phrase("There are two SPF records, which counts as none; join them."), " | ".join(records)
    record = records[0]
    terms = record.lower().split()[1:]
    lookups = _lookups(domain, record, look_up, set())
    if lookups > MOST_LOOKUPS:
        said = phrase("It takes {n} look-ups and may take 10; receivers give up. Name fewer.", n=lookups)
        return "wrong", said, record
    if "+all" in terms or "all" in terms:
        return "wrong", phrase("It allows everybody to send (+all); end it with -all or ~all."), record
    if "-all" not in terms and "~all" not in terms and not any(term.startswith("redirect=") for term in terms):
        return "weak", phrase("It forbids nobody; end it with -all or ~all."), record
    return "good", phrase("Servers that may send are named, and others are not."), record


def _lookups(domain: str, record: str, look_up: Lookup, seen: set[str]) -> int:
    """Look-ups that a receiver takes for the record, with those of what it includes; no more than it takes to be too many."""
    many = 0
    for term in record.lower().split()[1:]:
        bare = term.lstrip("+-~?")
        sort, _, rest = bare.partition("=" if bare.startswith("redirect=") else ":")
        if sort in ("include", "redirect", "exists") or re.fullmatch(r"(a|mx|ptr)([:/].*)?", bare):
            many += 1
        if sort in ("include", "redirect") and rest and "%" not in rest and rest not in seen and many <= MOST_LOOKUPS:
            seen.add(rest)
            inner = next((each for each in look_up(rest, "TXT") if each.lower().startswith("v=spf1")), "")
            many += _lookups(rest, inner, look_up, seen) if inner and len(seen) <= MOST_LOOKUPS else 0
    return many


def dkim(domain: str, selector: str, look_up: Lookup) -> tuple[State, str, str]:
    """The key that mails of the domain are signed with."""
    records = look_up(f"{selector}._domainkey.{domain}", "TXT")
    record = next((each for each in records if "p=" in each.replace(" ", "")), "")
    if not record:
        return "missing", phrase("There is no key under this selector."), ""
    tags = _tags(record)
    shown = record if len(record) <= 120 else f"{record[:117]}…"
    if tags.get("v", "DKIM1") != "DKIM1":
        return "wrong", phrase("It is no DKIM record."), shown
    if not tags.get("p"):
        return "wrong", phrase("The key was withdrawn (p= is empty)."), shown
    if tags.get("k", "rsa") == "ed25519":
        return "good", phrase("A key is published."), shown
    bits = _rsa_bits(tags["p"])
    if bits is None:
        return "wrong", phrase("The key cannot be read."), shown
    if bits < LEAST_KEY_BITS:
        return "wrong", phrase("The key has {bits} bits; receivers ignore less than 1024.", bits=bits), shown
    if "y" in tags.get("t", "").split(":"):
        return "weak", phrase("It says that signing is only tried out (t=y)."), shown
    if bits < GOOD_KEY_BITS:
        return "weak", phrase("The key has {bits} bits; 2048 are usual today.", bits=bits), shown
    return "good", phrase("A key of {bits} bits is published.", bits=bits), shown


def dmarc(domain: str, look_up: Lookup) -> tuple[State, str, str]:
    """What receivers do with mails that fail, looked for at the domain and at those above it."""
    labels = domain.split(".")
    for place in range(len(labels) - 1):
        name = ".".join(labels[place:])
        records = [
            each for each in look_up(f"_dmarc.{name}", "TXT") if each.replace(" ", "").lower().startswith("v=dmarc1")
        ]
        if len(records) > 1:
            return "wrong", phrase("There are two DMARC records, which counts as none."), " | ".join(records)
        if records:
            return _policy(_tags(records[0]), records[0], is_own=place == 0)
    return "missing", phrase("Nothing says what to do with forged mails; add a TXT record at _dmarc."), ""


def _policy(tags: Mapping[str, str], record: str, *, is_own: bool) -> tuple[State, str, str]:
    policy = (tags.get("p", "") if is_own else tags.get("sp", tags.get("p", ""))).lower()
    if policy not in ("none", "quarantine", "reject"):
        return "wrong", phrase("It names no policy (p=none, quarantine or reject)."), record
    if policy == "none":
        return "weak", phrase("Forged mails are only reported (p=none)."), record
    share = tags.get("pct", "100")
    if share.isdigit() and int(share) < 100:
        return "weak", phrase("It holds for {share} % of mails.", share=share), record
    return "good", phrase("Forged mails are kept away ({policy}).", policy=policy), record


def mx(domain: str, look_up: Lookup) -> tuple[State, str, str]:
    """Where answers and reports come back to."""
    records = [each for each in look_up(domain, "MX") if not each.endswith(" .")]
    if not records:
        return "weak", phrase("The domain takes no mail, so nothing that comes back arrives."), ""
    return "good", phrase("Mail that comes back has a place."), ", ".join(sorted(records))[:200]


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, found, value in pairs if found}


def _rsa_bits(written: str) -> int | None:
    """Bits of an RSA key as it is published (RFC 6376, 3.6.1); None where it cannot be read."""
    # Loaded where a key is read.
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(base64.b64decode("".join(written.split()), validate=True))
    except (binascii.Error, ValueError, TypeError):
        return None
    return int(getattr(key, "key_size", 0)) or None
