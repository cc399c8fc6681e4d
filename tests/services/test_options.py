from dataclasses import replace

import pytest

from bot.domain import EditRequest, Op, Options, Origin
from bot.errors import BadOption
from bot.providers.base import Param
from bot.services.options import check, parse_extra, typed
from bot.services.routing import Routing
from tests.services.scripted import SPEC, Scripted

WHOLE = Param("guidance", int, 5, 1, 5)
SAFETY = Param("safety_checker", bool, True, is_safety=True)
OP = replace(SPEC.ops[Op.INPAINT], params=(WHOLE, SAFETY))


def safety(value: str) -> Options:
    return Options(extra={"safety_checker": value})


@pytest.mark.parametrize("value", [3, 3.0])
def test_a_whole_number_may_come_as_discord_sends_it(value: float) -> None:
    options = Options(guidance=value)
    check(options, SPEC, OP)
    assert typed(options, OP)["guidance"] == 3
    assert isinstance(typed(options, OP)["guidance"], int)


def test_a_part_of_a_number_is_refused_where_only_whole_ones_fit() -> None:
    with pytest.raises(BadOption, match="is a whole number, and"):
        check(Options(guidance=3.5), SPEC, OP)


def test_a_large_seed_keeps_every_digit() -> None:
    op = replace(OP, params=(Param("seed", int, None, 0, 2**53),))
    assert typed(Options(seed=2**53 - 1), op) == {"seed": 2**53 - 1}


def test_a_safety_check_stays_on_but_where_it_may_be_off() -> None:
    check(safety("yes"), SPEC, OP)
    with pytest.raises(BadOption, match="age-restricted"):
        check(safety("no"), SPEC, OP)
    check(safety("no"), SPEC, OP, age_restricted=True)
    assert typed(safety("off"), OP)["safety_checker"] is False


def test_the_channel_decides_what_routing_lets_pass() -> None:
    provider = Scripted(replace(SPEC, ops={Op.INPAINT: OP}))
    request = EditRequest("k", Origin.SLASH, 1, 2, 3, prompt="a vase", options=safety("no"))
    routing = Routing({"scripted": provider})
    with pytest.raises(BadOption, match="age-restricted"):
        routing.choose(request)
    assert routing.choose(replace(request, age_restricted=True)) is provider.spec


@pytest.mark.parametrize("name", ["numSamples", "samples", "batch"])
def test_a_count_under_a_service_s_own_name_is_refused_with_the_bot_s(name: str) -> None:
    with pytest.raises(BadOption, match=f"`{name}` is the option `count` here, from 1 to 8"):
        parse_extra(f"{name}=128")
