"""A sending domain as DNS tells of it: a real server on the loopback that answers, says there is nothing, or says nothing."""

import base64
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from heed.channels.domains import NoAnswer, checked_domain, checked_selectors, findings, resolver
from heed.core.errors.rules import Invalid

Zone = Mapping[tuple[str, str], Sequence[str]]


def key(bits: int) -> str:
    """A public key with a modulus of so many bits, as it is published."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    made = RSAPublicNumbers(65537, (1 << bits) - 1).public_key()
    return base64.b64encode(made.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def txt(text: str) -> str:
    return " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))


@contextmanager
def serving(zone: Zone, silent: Sequence[str] = ()) -> Iterator[int]:
    """A DNS server of one zone; names in `silent` get no answer."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))

    def run() -> None:
        with suppress(OSError):
            while True:
                asked, sender = line.recvfrom(4096)
                if not asked:
                    return
                question = dns.message.from_wire(asked)
                (wanted,) = question.question
                name, sort = wanted.name.to_text().rstrip("."), dns.rdatatype.to_text(wanted.rdtype)
                if name in silent:
                    continue
                reply = dns.message.make_response(question)
                rows = zone.get((name, sort))
                if rows:
                    reply.answer.append(dns.rrset.from_text(wanted.name, 60, "IN", sort, *rows))
                elif not any(known == name for known, _ in zone):
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                line.sendto(reply.to_wire(), sender)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield line.getsockname()[1]
    finally:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", line.getsockname())
        thread.join(5)
        line.close()


def stands(zone: Zone, selectors: Sequence[str] = (), silent: Sequence[str] = ()) -> dict[str, str]:
    with serving(zone, silent) as port:
        look_up = resolver(["127.0.0.1"], port, seconds=0.5 if silent else 5)
        return {each.name: each.state for each in findings("shop.example", selectors, look_up)}


GOOD: Zone = {
    ("shop.example", "TXT"): [txt("v=spf1 ip4:192.0.2.1 -all"), txt("site=1")],
    ("shop.example", "MX"): ["10 mail.shop.example."],
    ("_dmarc.shop.example", "TXT"): [txt("v=DMARC1; p=reject; rua=mailto:d@shop.example")],
    ("s1._domainkey.shop.example", "TXT"): [txt(f"v=DKIM1; k=rsa; p={key(2048)}")],
}


def test_a_domain_that_has_all_is_good() -> None:
    assert stands(GOOD, ["s1"]) == {"SPF": "good", "DKIM s1": "good", "DMARC": "good", "MX": "good"}


def test_a_domain_that_has_nothing_says_what_is_missing_and_what_nobody_can_know() -> None:
    assert stands({}) == {"SPF": "missing", "DKIM": "unknown", "DMARC": "missing", "MX": "weak"}


def test_what_does_not_answer_is_unknown_and_not_missing() -> None:
    found = stands(GOOD, ["s1"], silent=["shop.example"])
    assert found == {"SPF": "unknown", "DKIM s1": "good", "DMARC": "good", "MX": "unknown"}
    with serving({}, ["gone.example"]) as port, pytest.raises(NoAnswer):
        resolver(["127.0.0.1"], port, seconds=0.3)("gone.example", "TXT")


@pytest.mark.parametrize(
    ("record", "state"),
    [
        ("v=spf1 ip4:192.0.2.1 ~all", "good"),
        ("v=spf1 redirect=_spf.example", "good"),
        ("v=spf1 ip4:192.0.2.1", "weak"),
        ("v=spf1 +all", "wrong"),
        ("v=spf1 all", "wrong"),
        ("v=spf1 " + " ".join(f"a:h{n}.example" for n in range(11)) + " -all", "wrong"),
        ("v=spf1 include:loop.example -all", "good"),
        ("v=spf10 -all", "missing"),
    ],
)
def test_spf(record: str, state: str) -> None:
    zone = {("shop.example", "TXT"): [txt(record)], ("loop.example", "TXT"): [txt("v=spf1 include:loop.example ?all")]}
    assert stands(zone)["SPF"] == state


def test_two_records_of_spf_count_as_none_and_look_ups_inside_others_count() -> None:
    two = {("shop.example", "TXT"): [txt("v=spf1 -all"), txt("v=spf1 ~all")]}
    assert stands(two)["SPF"] == "wrong"
    deep: dict[tuple[str, str], Sequence[str]] = {("shop.example", "TXT"): [txt("v=spf1 include:a.example mx -all")]}
    deep["a.example", "TXT"] = [txt("v=spf1 " + " ".join(f"exists:h{n}.example" for n in range(9)) + " -all")]
    assert stands(deep)["SPF"] == "wrong"


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (f"v=DKIM1; p={key(1024)}", "weak"),
        (f"p={key(4096)}", "good"),
        (f"v=DKIM1; t=y; p={key(2048)}", "weak"),
        (f"v=DKIM1; p={key(1023)}", "wrong"),
        (f"v=DKIM1; k=ed25519; p={base64.b64encode(b'x' * 32).decode()}", "good"),
        ("v=DKIM1; p=", "wrong"),
        ("v=DKIM1; p=!!", "wrong"),
        (f"v=DKIM2; p={key(2048)}", "wrong"),
        ("something else", "missing"),
    ],
)
def test_dkim(record: str, state: str) -> None:
    assert stands({("s1._domainkey.shop.example", "TXT"): [txt(record)]}, ["s1"])["DKIM s1"] == state


@pytest.mark.parametrize(
    ("place", "record", "state"),
    [
        ("_dmarc.shop.example", "v=DMARC1; p=quarantine", "good"),
        ("_dmarc.shop.example", "v=DMARC1; p=none", "weak"),
        ("_dmarc.shop.example", "v=DMARC1; p=reject; pct=20", "weak"),
        ("_dmarc.shop.example", "v=DMARC1; rua=mailto:x@y.example", "wrong"),
        ("_dmarc.shop.example", "nothing", "missing"),
    ],
)
def test_dmarc(place: str, record: str, state: str) -> None:
    assert stands({(place, "TXT"): [txt(record)]})["DMARC"] == state


def test_the_policy_of_the_domain_above_holds_for_those_below() -> None:
    zone = {("_dmarc.shop.example", "TXT"): [txt("v=DMARC1; p=reject; sp=none")]}
    with serving(zone) as port:
        look_up = resolver(["127.0.0.1"], port)
        found = {each.name: each.state for each in findings("mail.shop.example", (), look_up)}
    assert found["DMARC"] == "weak"


@pytest.mark.parametrize(
    "text", ["", "localhost", "a b.example", "x" * 260 + ".example", "-a.example", "127.0.0.1", "a\0.example"]
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        checked_domain(text)
    assert checked_domain("Bücher.Example.") == "xn--bcher-kva.example"


def test_selectors_are_read_with_commas() -> None:
    assert checked_selectors(" S1, s2,,s1 ") == ("s1", "s2")
    with pytest.raises(Invalid):
        checked_selectors("s1, b@d")
