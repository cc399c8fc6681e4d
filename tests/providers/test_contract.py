"""What holds for every provider; a new one joins with a line in cases.py."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.domain import Options
from bot.errors import AuthFailed
from bot.providers import PROVIDERS, Off, Parts, local
from bot.providers.api import ApiClient, open_client
from bot.providers.base import Idempotency, ProviderSpec
from bot.sandbox.standins.common import KEY, Desk, serving
from bot.services.breaker import ask
from bot.settings import Settings
from tests.providers.case import Case, told
from tests.providers.cases import CASES
from tests.providers.media import media_links
from tests.providers.remotes import bodies, job, prepared, reached
from tests.services.scripted import ThreadPictures

SPECS = {slug: case.spec for slug, case in CASES.items()} | {"local": local.SPEC}
EVERY_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
EVERY_SPEC = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
FILES = [(case, name) for case in CASES.values() for name in bodies(case.spec.slug)]
OPTIONS = {field.name for field in fields(Options)} - {"extra"}


def test_every_registered_provider_is_tested_here() -> None:
    assert set(PROVIDERS) == {local.provider, *(case.factory for case in CASES.values())}


@EVERY_SPEC
def test_a_spec_is_sane(spec: ProviderSpec) -> None:
    assert re.fullmatch(r"[a-z0-9]+", spec.slug)
    assert spec.ops
    assert spec.unit
    assert 0 < spec.submit_timeout_s <= spec.deadline_s
    assert spec.concurrency > 0
    assert spec.starts_per_minute > 0
    assert all(name.lower() in Settings.model_fields for name in spec.needs)
    assert all("/" not in host and host == host.lower() for host in spec.origins)
    assert len({each.name for each in spec.fixed}) == len(spec.fixed)


@EVERY_SPEC
def test_what_an_operation_takes_is_sane(spec: ProviderSpec) -> None:
    for op in spec.ops.values():
        names = [param.name for param in op.params]
        assert len(set(names)) == len(names)
        assert 1 <= op.count_max <= 8
        for param in op.params:
            assert param.name in OPTIONS or re.fullmatch(r"[a-z][a-z0-9_]*", param.name)
            assert param.description.endswith(".")
            assert param.default is None or isinstance(param.default, param.kind)
            assert not param.choices or param.default in {None, *param.choices}
            assert not param.is_safety or param.default is True


@EVERY_SPEC
def test_nothing_is_sent_again_that_may_cost_twice(spec: ProviderSpec) -> None:
    if any(op.price.units for op in spec.ops.values()):
        assert spec.idempotency is not Idempotency.REPEATABLE


@pytest.mark.parametrize(
    ("case", "name"), FILES, ids=[f"{case.spec.slug}-{name}" for case, name in FILES]
)
def test_every_answer_means_what_is_said_of_it(case: Case, name: str) -> None:
    assert told(case.parse, bodies(case.spec.slug)[name]) == case.means[name]


@EVERY_CASE
def test_nothing_is_said_of_answers_that_are_not_there(case: Case) -> None:
    assert set(case.means) == set(bodies(case.spec.slug))


@EVERY_CASE
async def test_without_its_settings_it_is_off_and_says_which(case: Case) -> None:
    async with open_client() as client:
        settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
        off = case.factory(Parts(settings, ApiClient(client), ThreadPictures()))
    assert isinstance(off, Off)
    assert off.spec.slug == case.spec.slug
    assert all(name in off.reason for name in case.spec.needs)


@EVERY_CASE
async def test_no_secret_stands_in_what_is_printed(case: Case) -> None:
    async with (
        media_links() as media,
        reached(case.standin, case.factory, case.settings, media=media) as (_, provider),
    ):
        for shown in (repr(provider), str(provider), repr(vars_of(provider))):
            assert KEY not in shown


@EVERY_CASE
async def test_a_stranger_is_turned_away(case: Case, tmp_path: Path) -> None:
    def stranger(desk: Desk) -> dict[str, str]:
        return {
            name: "another-key" if value == KEY else value
            for name, value in case.settings(desk).items()
        }

    if KEY not in case.settings(Desk(KEY, 0, 0)).values():
        pytest.skip("it needs no key")
    async with (
        media_links() as media,
        reached(case.standin, case.factory, stranger, media=media) as (_, provider),
    ):
        work = job(tmp_path, provider, next(iter(provider.spec.ops)), side_px=64)
        with pytest.raises(AuthFailed):
            await provider.submit(await prepared(provider, work))
        # So `providers check` finds it, too.
        with pytest.raises(AuthFailed):
            await ask(provider)


@EVERY_CASE
def test_results_by_address_have_their_hosts(case: Case) -> None:
    assert case.inline or case.spec.origins


@EVERY_CASE
async def test_the_standin_shows_and_clears_its_faults(case: Case) -> None:
    async with serving(case.standin) as desk, ClientSession() as session:
        url = f"{desk.origin}/_control"
        wanted = {"behavior": ["nsfw"], "faults": {"submit": {"kind": "status", "status": 503}}}
        async with session.post(url, json=wanted) as response:
            assert (await response.json())["faults"] == {"submit": "status"}
        assert desk.behaves("nsfw")
        async with session.delete(url) as response:
            assert (await response.json())["behavior"] == []
        assert not desk.faults


def vars_of(provider: object) -> object:
    names = getattr(provider, "__slots__", None) or vars(provider)
    return {name: getattr(provider, name) for name in names}
