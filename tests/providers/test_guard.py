"""The table of addresses, without a connection: which pass, and what they are taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadAnswer
from bot.providers.guard import allowed, is_public, joined, origin_of
from tests.figures import counted
from tests.providers.addresses import LISTED, PRIVATE, PUBLIC, REFUSED_URLS

PIECES = st.sampled_from(
    ["https://", "http://", "//", "/", "\\", "@", ":", "?", "#", "%", "[", "]", ".", "\u3002",
     "cdn.example", ".files.example", "127.0.0.1", "::1", ":443", "%2f", "\t", "\0", "\ud800",
     "\u202e", "é"]
)  # fmt: skip


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_an_address_off_the_list_is_refused(url: str) -> None:
    with pytest.raises(BadAnswer):
        allowed(LISTED, url)
    counted("hostile addresses", addresses_refused=1)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://cdn.example", "https://cdn.example/"),
        ("HTTPS://CDN.Example/a", "https://cdn.example/a"),
        ("https://cdn.example:443/a?b=c", "https://cdn.example/a?b=c"),
        ("https://cdn.example:/a", "https://cdn.example/a"),
        ("https://a.b.files.example/a", "https://a.b.files.example/a"),
        ("https://cdn.example/a#https://evil.example", "https://cdn.example/a"),
        (
            "https://cdn.example/a\r\nHost: evil.example",
            "https://cdn.example/aHost:%20evil.example",
        ),
        ("https://cdn.example/é", "https://cdn.example/%C3%A9"),
        ("https://cdn.example//evil.example/a", "https://cdn.example//evil.example/a"),
    ],
)
def test_what_passes_is_written_anew(url: str, place: str) -> None:
    assert allowed(LISTED, url).url == place


@given(st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join))
def test_whatever_passes_leads_to_a_listed_name(url: str) -> None:
    try:
        place = allowed(LISTED, url)
    except BadAnswer:
        return
    scheme, host, port = place.origin
    assert (scheme, port) == ("https", 443)
    assert host == "cdn.example" or host.endswith(".files.example")
    assert origin_of(place.url) == place.origin
    assert place.target.isascii()
    assert place.target.isprintable()


@given(st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join))
def test_a_redirect_is_read_or_refused(reference: str) -> None:
    try:
        assert joined("https://cdn.example/a.png", reference)
    except BadAnswer:
        return


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_leads_inside_is_not_public(address: str) -> None:
    assert not is_public(address)
    counted("hostile addresses", hosts_that_lead_inside_refused=1)


@pytest.mark.parametrize(
    "address",
    [PUBLIC, "172.32.0.1", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "2002:5db8:d822::1"],
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://[::1]:8080", "http://iopaint_1:8080"]
)
def test_an_operator_s_own_address_is_read(url: str) -> None:
    assert origin_of(url)[2] == 8080
