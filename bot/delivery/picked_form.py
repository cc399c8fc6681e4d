"""The form and the picker of "Edit this picture" and "Erase from this picture"; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discord import RadioGroupOption, SelectOption, TextStyle, ui

from bot.delivery.selects import OPTION_CHARS_MAX, Option, picked_row
from bot.delivery.settings_page import about
from bot.delivery.words import shortened
from bot.domain import Op
from bot.errors import BadMask
from bot.providers.base import ProviderSpec

PROMPT_CHARS_MAX = 4000
OFFERED_MAX = 24
ANY = "-"
FILE, WHERE, CLEAR, SAME, INVERSE, PAINT = "file", "where", "clear", "same", "inverse", "paint"
TITLES = {True: "Erase from this picture", False: "Edit this picture"}
WHICH = "### Which picture?\nThere are {} on that message. Pick one; then I ask what to do with it."
NO_FILE = (
    "You said that a mask or a painted copy comes with it, and none came. Attach one, or say the "
    "place in words."
)
NO_PLACE = "You said that the place is written below, and nothing is: write `center 40%`, say."
_WAYS = {
    SAME: ("What was marked before", "The earlier edit's mask, once more"),
    INVERSE: ("All but what was marked before", "The earlier edit's mask, turned around"),
    FILE: ("A mask or a painted copy, attached below", "White changes; or paint over a copy"),
    WHERE: ("A place, written below", "Such as “top left” or “center 40%”"),
    CLEAR: ("The picture's transparent part", "Where it was erased before it was posted"),
    PAINT: ("I paint it in the browser after this", "I give you a link; nothing is charged yet"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form that was sent says; whoever `paints` is given a draft first."""

    prompt: str
    provider: str | None
    where: str
    paints: bool


def picked_form(
    op: Op,
    pick: str,
    offers: Sequence[ProviderSpec],
    *,
    from_card: bool,
    paints: bool,
    prompt: str = "",
) -> ui.Modal:
    """The form about a picked picture; `pick` says which, also after a restart."""
    erases = op is Op.ERASE
    form = ui.Modal(title=TITLES[erases], custom_id=f"form:pick:{pick}")
    form.add_item(_label("What should be there", _prompt(prompt), _prompt_hint(erases)))
    form.add_item(_label("Who does it", _providers(op, offers)))
    form.add_item(_label("Where", _ways(from_card, paints)))
    place: ui.TextInput[Any] = ui.TextInput(custom_id="where", required=False, max_length=200)
    form.add_item(_label("Place in words", place, "top left · center 40% · B2, C2-D3"))
    upload: ui.FileUpload[Any] = ui.FileUpload(custom_id="mask", required=False, max_values=1)
    return form.add_item(_label("Mask or painted copy", upload, "A picture of the same shape"))


def read_asked(values: Mapping[str, str], *, has_file: bool) -> Asked:
    """What was filled in; raises BadMask where what was chosen did not come.

    What was given counts; the choice only decides where it must.
    """
    way, place = values.get("way", ""), values.get("where", "").strip()
    nothing = not has_file and not place
    if nothing and way == FILE:
        raise BadMask(NO_FILE)
    if nothing and way == WHERE:
        raise BadMask(NO_PLACE)
    where = INVERSE if nothing and way == INVERSE else place
    provider = values.get("provider") or ANY
    return Asked(
        prompt=values.get("prompt", "").strip(),
        provider=None if provider == ANY else provider,
        where=where,
        paints=way == PAINT,
    )


def render_picker(pick: str, files: Sequence[Mapping[str, Any]]) -> ui.LayoutView:
    """Ask which of several pictures is meant."""
    options = [
        Option(f"{pick}-{n}", shortened(f"{n}. {_name(each)}", OPTION_CHARS_MAX), _size(each))
        for n, each in enumerate(files, 1)
    ]
    layout = ui.LayoutView(timeout=None).add_item(ui.TextDisplay(WHICH.format(len(files))))
    return layout.add_item(picked_row("picture", options, "Pick a picture"))


def _name(file: Mapping[str, Any]) -> str:
    return Path(str(file.get("filename", "picture"))).name


def _size(file: Mapping[str, Any]) -> str:
    width, height = file.get("width"), file.get("height")
    return f"{width} × {height}" if width and height else ""


def _label(text: str, component: ui.Item[Any], about: str = "") -> ui.Label[Any]:
    return ui.Label(text=text, component=component, description=about or None)


def _prompt_hint(erases: bool) -> str:
    return "May stay empty: it is filled from around it" if erases else "Empty fills it in"


def _prompt(prompt: str) -> ui.TextInput[Any]:
    return ui.TextInput(
        custom_id="prompt",
        style=TextStyle.long,
        required=False,
        default=prompt[:PROMPT_CHARS_MAX] or None,
        max_length=PROMPT_CHARS_MAX,
    )


def _providers(op: Op, offers: Sequence[ProviderSpec]) -> ui.Select[Any]:
    anyone = SelectOption(label="Let the bot pick", value=ANY, default=True)
    options = [
        SelectOption(label=each.title, value=each.slug, description=_about(op, each))
        for each in offers[:OFFERED_MAX]
    ]
    return ui.Select(custom_id="provider", options=[anyone, *options], required=False)


def _about(op: Op, spec: ProviderSpec) -> str | None:
    return (about(spec) if op is Op.INPAINT else "") or None


def _ways(from_card: bool, paints: bool) -> ui.RadioGroup[Any]:
    names = [*((SAME, INVERSE) if from_card else ()), FILE, WHERE]
    names += [] if from_card else [CLEAR]
    names += [PAINT] if paints else []
    options = [
        RadioGroupOption(
            label=_WAYS[name][0], value=name, description=_WAYS[name][1], default=n == 0
        )
        for n, name in enumerate(names)
    ]
    return ui.RadioGroup(custom_id="way", options=options)
