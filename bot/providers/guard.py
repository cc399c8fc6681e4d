"""Where a provider's traffic may go: its own origins only, never into a private network.

A name is resolved once, inside the connection pool, and what was checked is what is dialed, so a
second answer of the name server changes nothing. Only the origin of the configured base URL may be
private or plain http.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from bot.errors import BadAnswer

MIB = 1024 * 1024
PORTS = {"http": 80, "https": 443}
Origin = tuple[str, str, int]
Resolve = Callable[[str, int], Awaitable[list[str]]]

_URL_SAFE = "/%:@!$&'()*+,;=~?"
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
# Tunnels keep the inner address behind this mark; the bit beside it says "universal".
_ISATAP, _ISATAP_MASK = 0x00005EFE, 0xFDFFFFFF
# What Python takes for global: two clouds' own services, retired relays, documentation.
_CLOSED = tuple(
    map(ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "3fff::/20"))
)
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NAME_LENGTH_MAX = 253


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """Listed hosts over https, and the configured origin (scheme, host, port).

    A host `*.example.com` stands for every name below example.com. Bytes and seconds bound one
    download.
    """

    hosts: tuple[str, ...] = ()
    base_url_origin: Origin | None = None
    bytes_max: int = 50 * MIB
    total_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """A checked address, taken apart; only these parts are dialed."""

    origin: Origin
    target: str

    @property
    def authority(self) -> str:
        """The host as a Host header names it."""
        scheme, host, port = self.origin
        name = f"[{host}]" if ":" in host else host
        return name if port == PORTS[scheme] else f"{name}:{port}"

    @property
    def url(self) -> str:
        """The address put together again, so that no two readers of it can disagree."""
        return f"{self.origin[0]}://{self.authority}{self.target}"

    def to_core(self) -> httpcore.URL:
        """Return the address as a pool takes it."""
        scheme, host, port = self.origin
        return httpcore.URL(scheme=scheme, host=host, port=port, target=self.target)


def origin_of(url: str) -> Origin:
    """Return scheme, host and port of an address; raises BadAnswer where one is missing or odd."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        raise BadAnswer(log="an address that cannot be read") from None
    if scheme not in PORTS or not host or not host.isascii():
        raise BadAnswer(log=f"an address of scheme {scheme!r} and host {host!r}")
    if "@" in parts.netloc or "\\" in parts.netloc:
        raise BadAnswer(log=f"an address with user information for host {host!r}")
    if not _is_host(host, parts.netloc):
        raise BadAnswer(log=f"an address with the odd host {host[:_NAME_LENGTH_MAX]!r}")
    return scheme, host, PORTS[scheme] if port is None else port


def joined(url: str, reference: str) -> str:
    """Return where a redirect leads; raises BadAnswer where that cannot be read."""
    try:
        return urljoin(url, reference)
    except ValueError:
        raise BadAnswer(log="a redirect to an address that cannot be read") from None


def _is_host(host: str, netloc: str) -> bool:
    """A name of plain labels, or an address; only what stands in brackets is one with colons."""
    if not netloc.startswith("["):
        return len(host) <= _NAME_LENGTH_MAX and _NAME.fullmatch(host) is not None
    try:
        return isinstance(ip_address(host), IPv6Address)
    except ValueError:
        return False


def is_here(url: str) -> bool:
    """Whether an address leads to this very machine; raises BadAnswer."""
    host = origin_of(url)[1]
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def allowed(policy: FetchPolicy, url: str) -> Place:
    """Return the address when the policy lets it pass; raises BadAnswer else."""
    origin = scheme, host, port = origin_of(url)
    listed = scheme == "https" and port == PORTS[scheme] and _is_listed(host, policy.hosts)
    if origin != policy.base_url_origin and not listed:
        raise BadAnswer(log=f"{scheme}://{host}:{port} is not an origin of this provider")
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return Place(origin, quote(target, safe=_URL_SAFE, errors="replace"))


def _is_listed(host: str, hosts: Iterable[str]) -> bool:
    return any(
        host == each or (each.startswith("*.") and host.endswith(each[1:])) for each in hosts
    )


def is_public(text: str) -> bool:
    """Whether an address, and every address wrapped in it, belongs to the open internet."""
    address = ip_address(text.partition("%")[0])
    return all(_is_open(each) for each in _unwrapped(address))


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    # Python takes the old site-local addresses for global ones.
    is_local = isinstance(address, IPv6Address) and address.is_site_local
    is_closed = any(address in each for each in _CLOSED)
    is_odd = address.is_multicast or address.is_reserved or is_local or is_closed
    return address.is_global and not is_odd


def _unwrapped(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """Return the addresses that a packet to this one may end at."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    if address in _NAT64_LOCAL:
        return [IPv4Address(0)]
    inner = [address.sixtofour, *(address.teredo or ())]
    if int(address) >> 32 & _ISATAP_MASK == _ISATAP:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *(each for each in inner if each is not None)]


async def resolve_name(host: str, port: int) -> list[str]:
    """Ask the system once for all addresses of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Dials what it has resolved and checked itself; one private answer refuses them all."""

    def __init__(
        self, policy: FetchPolicy, resolve: Resolve, dial: httpcore.AsyncNetworkBackend
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._dial = dial

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Try the name's addresses in turn."""
        error: Exception = httpcore.ConnectError("the name has no address")
        for address in await self._addresses(host, port):
            try:
                return await self._dial.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
        raise error

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("the name cannot be resolved") from None
        origin = self._policy.base_url_origin
        is_configured = origin is not None and origin[1:] == (host, port)
        if not is_configured and not all(is_public(address) for address in addresses):
            raise BadAnswer(log=f"{host} leads into a private network")
        return addresses

    async def sleep(self, seconds: float) -> None:
        """Wait between the pool's own retries (it makes none)."""
        await asyncio.sleep(seconds)
