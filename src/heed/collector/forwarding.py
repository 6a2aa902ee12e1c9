"""Which headers cross the front, and who the client is. What a client says of itself is dropped, unless a trusted proxy says it.

A hop-by-hop header (RFC 9110, 7.6.1) belongs to one connection. A name with an underscore is dropped as well: in the
environment of a worker it would pass for the same name with a hyphen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

Header = tuple[bytes, bytes]
Network = IPv4Network | IPv6Network
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer trailers "
    b"transfer-encoding upgrade http2-settings".split()
)
SAID_BY_US = frozenset(b"forwarded x-real-ip x-client-ip true-client-ip host content-length expect".split())
FORWARDED = b"x-forwarded-"


@dataclass(frozen=True)
class Client:
    """Who asks: their address, and by which scheme and host they asked."""

    address: str
    scheme: str
    host: str


def first(headers: Iterable[Header], name: bytes) -> str:
    """The value of a header; of several of that name, all with commas between them (RFC 9110, 5.3)."""
    return ",".join(value.decode("latin-1").strip() for key, value in headers if key.lower() == name)


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Whether an address is one of the trusted proxies. What is no address is not."""
    if not trusted:
        return False
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return any((mapped or parsed) in network for network in trusted)


def client_of(headers: Sequence[Header], peer: str, scheme: str, trusted: Sequence[Network]) -> Client:
    """Who asks: the peer itself, or whom a trusted peer names.

    Of a chain of proxies the last address that is not one of ours is the client: what stands before it, anybody may have written.
    """
    host = first(headers, b"host")
    if not is_trusted(peer, trusted):
        return Client(peer, scheme, host)
    told = [part.strip() for part in first(headers, b"x-forwarded-for").split(",") if part.strip()]
    address = peer
    for each in reversed(told):
        bare = _without_port(each)
        if not _is_address(bare):
            break
        address = bare
        if not is_trusted(bare, trusted):
            break
    proto = first(headers, b"x-forwarded-proto").split(",")[-1].strip().lower()
    told_host = first(headers, b"x-forwarded-host").split(",")[-1].strip()
    return Client(address, proto if proto in ("http", "https") else scheme, told_host or host)


def _without_port(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _of_this_hop(headers: Iterable[Header]) -> frozenset[bytes]:
    named = first(headers, b"connection").lower().encode("latin-1").split(b",")
    return HOP_BY_HOP | frozenset(name.strip() for name in named)


def upstream(headers: Sequence[Header], client: Client) -> list[tuple[str, str]]:
    """The headers a worker gets: the client's own, and what the front says of the client."""
    stays = _of_this_hop(headers) | SAID_BY_US
    kept = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in headers
        if name.lower() not in stays and not name.lower().startswith(FORWARDED) and b"_" not in name
    ]
    said = [("X-Forwarded-For", client.address), ("X-Forwarded-Proto", client.scheme)]
    return [*kept, ("Host", client.host), *said]


def downstream(headers: Sequence[Header]) -> list[Header]:
    """The headers a client gets of a worker's answer. The front's server says date and name of itself."""
    stays = _of_this_hop(headers) | {b"date", b"server"}
    return [(name.lower(), value) for name, value in headers if name.lower() not in stays]
