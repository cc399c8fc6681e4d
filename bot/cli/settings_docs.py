"""The settings as people read them: effective values, the table of the docs, `.env.example`.

`python -m bot.cli.settings_docs` writes the last two into the project they are run in.
"""

from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap
from typing import cast

from pydantic import SecretStr

from bot.cli.terminal import table
from bot.settings import Given, Settings

DOCS, EXAMPLE = Path("docs/operating.md"), Path(".env.example")
BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"
EMPTY = "(empty)"
REQUIRED = frozenset({"discord_token"})
WIDTH = 100
HEAD = (
    "Copy to .env and fill in. Only the token is required; what is commented out shows its "
    "default. `inpaint-bot config` prints what counts in the end, and where it comes from."
)


def names() -> list[str]:
    """All settings, what every operator sets before what belongs to one provider."""
    own = [name for name in Settings.model_fields if name in Settings.__annotations__]
    return [*own, *(name for name in Settings.model_fields if name not in own)]


def effective(given: Given) -> str:
    """Each setting with the value that counts, secrets masked, and where it comes from."""
    rows = [
        (
            name.upper(),
            written(getattr(given.settings, name)) or EMPTY,
            given.sources.get(name, "default"),
        )
        for name in names()
    ]
    return table(("setting", "value", "from"), rows)


def markdown() -> str:
    """One row for each setting."""
    rows = [
        f"| `{name.upper()}` | {_default(name)} | {Settings.model_fields[name].description} |"
        for name in names()
    ]
    return "\n".join(["| setting | default | what it does |", "| --- | --- | --- |", *rows])


def example() -> str:
    """A file that says everything and sets nothing."""
    blocks = [_comment(HEAD)]
    for name in names():
        field = Settings.model_fields[name]
        sets = "" if name in REQUIRED else "# "
        line = f"{sets}{name.upper()}={written(field.default)}"
        blocks.append(f"{_comment(field.description or '')}\n{line}")
    return "\n\n".join(blocks) + "\n"


def placed(page: str) -> str:
    """A page of the docs with the table of today between its marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"there is no {BEGIN} with its {END}")
    return f"{before}{BEGIN}\n{markdown()}\n{END}{after}"


def written(value: object) -> str:
    """A value as it would stand in `.env`; a secret never shows."""
    match value:
        case SecretStr():
            return "********" if value.get_secret_value() else ""
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case tuple():
            return ",".join(str(each) for each in cast("tuple[object, ...]", value))
        case Mapping():
            pairs = cast("Mapping[object, object]", value).items()
            return ",".join(f"{name}={each}" for name, each in pairs)
        case None:
            return ""
        case _:
            return str(value)


def _default(name: str) -> str:
    text = written(Settings.model_fields[name].default)
    return f"`{text}`" if text else "empty"


def _comment(text: str) -> str:
    return "\n".join(f"# {line}" for line in wrap(text, WIDTH - 2, break_on_hyphens=False))


def write() -> None:
    """Bring both files up to date."""
    DOCS.write_text(placed(DOCS.read_text("utf-8")), "utf-8")
    EXAMPLE.write_text(example(), "utf-8")


if __name__ == "__main__":
    write()
