"""Everything that would keep the bot from starting, found before anything is opened."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from bot.cli.offers import registered
from bot.cli.terminal import listed
from bot.db.folder import check_folder, locked
from bot.db.migrate import check_writable
from bot.errors import StartupError
from bot.settings import Given, Settings


async def check_start(given: Given, *, on_discord: bool = False) -> None:
    """Raise StartupError with one list of all mistakes."""
    settings = given.settings
    mistakes = [*given.problems, *await provider_mistakes(settings)]
    mistakes += await asyncio.to_thread(_data_mistakes, settings)
    if on_discord:
        mistakes += await asyncio.to_thread(_address_mistakes, settings)
        mistakes += await _token_mistakes(settings, ask=bool(mistakes))
    if mistakes:
        raise StartupError(listed(mistakes))


async def provider_mistakes(settings: Settings) -> list[str]:
    """What is wrong with the names of providers in the settings."""
    if not settings.default_provider and not settings.credits_per_unit:
        return []
    async with registered(settings) as providers:
        off = {each.spec.slug: each.reason for each in providers.off}
        names = [*providers.on, *off]
    return [
        *_default_mistakes(settings.default_provider, names, off),
        *(
            f"CREDITS_PER_UNIT: {_unknown(name, names)}"
            for name in settings.credits_per_unit
            if name not in names
        ),
    ]


def _default_mistakes(chosen: str, names: Sequence[str], off: Mapping[str, str]) -> Sequence[str]:
    if chosen and chosen not in names:
        return [f"DEFAULT_PROVIDER: {_unknown(chosen, names)}"]
    return [f"DEFAULT_PROVIDER: {off[chosen]}"] if chosen in off else []


def _unknown(name: str, names: Sequence[str]) -> str:
    return f"there is no provider {name!r}. There is {', '.join(names)}."


def _data_mistakes(settings: Settings) -> Sequence[str]:
    folder = settings.data_dir
    return _mistake(lambda: check_folder(folder)) or [
        *_mistake(lambda: _take_turn(settings)),
        *_mistake(lambda: check_writable(settings.database_path)),
    ]


def _address_mistakes(settings: Settings) -> Sequence[str]:
    from bot.web.address import check_address

    host, port = settings.web_host, settings.web_port
    public = settings.public_host, settings.public_port
    mistakes = _mistake(lambda: check_address(host, port)) if port else []
    if not settings.public_url:
        return mistakes
    if port == settings.public_port:
        return [*mistakes, f"WEB_PORT and PUBLIC_PORT are both {port}; each needs its own."]
    return [*mistakes, *_mistake(lambda: check_address(*public, "PUBLIC"))]


def _take_turn(settings: Settings) -> None:
    with locked(settings.data_dir):
        pass


async def _token_mistakes(settings: Settings, *, ask: bool) -> Sequence[str]:
    """A token that looks right is tried anyway when starting: only a list needs to know before."""
    from bot.delivery.serve import check_token, try_token

    token = settings.discord_token.get_secret_value()
    if found := _mistake(lambda: check_token(token)):
        return found
    try:
        if ask:
            await try_token(token)
    except StartupError as error:
        return [error.sentence]
    return []


def _mistake(check: Callable[[], object]) -> list[str]:
    try:
        check()
    except StartupError as error:
        return [error.sentence]
    return []
