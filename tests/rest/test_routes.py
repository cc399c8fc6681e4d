"""The list of routes; every test in SimCord ends with a look that the bot used no other."""

import pytest

from tests.rest.errands import ERRANDS
from tests.rest.faults import FAULTS
from tests.rest.routes import LOGIN, ROUTES, route_of, strays
from tests.rest.starting import BROKEN
from tests.rest.table import CASES, TIMES, covering


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


def test_each_route_is_broken_by_an_errand_or_by_a_start() -> None:
    assert {errand.route for errand in ERRANDS} | set(BROKEN) == set(ROUTES)


def test_the_part_that_is_always_tried_meets_all() -> None:
    few = covering()
    assert {case.errand.name for case in few} == {errand.name for errand in ERRANDS}
    assert {case.fault.name for case in few} == {fault.name for fault in FAULTS}
    assert {case.times for case in few} == set(TIMES)
    assert len({str(case) for case in CASES}) == len(CASES) == 1092
