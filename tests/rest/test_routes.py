"""The list of routes; every test in SimCord ends with a look that the bot used no other."""

import pytest

from tests.rest.errands import ERRANDS
from tests.rest.routes import LOGIN, ROUTES, SYNC, route_of, strays


def test_a_request_is_told_by_its_words() -> None:
    assert route_of("POST", "/webhooks/1/abc") == ("POST", "/webhooks/{application}/{token}")
    assert route_of("PATCH", "/channels/1/messages/2") in ROUTES
    assert route_of("GET", "/users/@me") in LOGIN


@pytest.mark.parametrize(
    "request_",
    [
        ("POST", "/users/@me/channels"),
        ("PUT", "/channels/1/messages/2/reactions/x/@me"),
        ("DELETE", "/webhooks/1/abc/messages/@original"),
        ("PUT", "/channels/1/messages/2"),
    ],
)
def test_what_is_not_on_the_list_is_a_stray(request_: tuple[str, str]) -> None:
    assert strays([request_, ("GET", "/users/@me")]) == [request_]


def test_each_route_but_those_of_the_start_has_an_errand() -> None:
    told = {errand.route for errand in ERRANDS}
    assert set(ROUTES) - told == {*LOGIN, SYNC[1]}
