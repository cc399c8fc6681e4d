"""What `/providers` looks like: all of them in short, or one with everything; pure functions."""

from collections.abc import Sequence
from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.buttons import TaskButton, pager
from bot.delivery.selects import Option, one_of
from bot.delivery.status import AMBER, BLUE, GREY
from bot.domain import Op, SizeRule
from bot.providers.base import OpSpec, Param, PricedPer, PromptUse
from bot.services.pages import Page
from bot.services.pauses import Why
from bot.services.showcase import Shown
from bot.services.standing import ProviderStanding

PER_PAGE = 8
OPTIONS_SHOWN_MAX = 700
ABOUT_SHOWN_MAX = 300
WHY_SHOWN_MAX = 200
LIMITS_SHOWN_MAX = 600
ALL = "-"
NONE = "There is no provider here. Whoever runs this bot has to switch one on."
READS = {
    PromptUse.REQUIRED: "needs a prompt",
    PromptUse.OPTIONAL: "reads the prompt",
    PromptUse.UNUSED: "reads no prompt",
}


def render_providers(page: Page[Shown]) -> ui.LayoutView:
    """Draw all of them, a few lines each, with the way to each one's details."""
    parts: list[ui.Item[Any]] = [ui.TextDisplay("### Who can edit pictures here")]
    for each in page.items:
        parts += [ui.Separator(), ui.TextDisplay(_short(each))]
    if not page.items:
        parts.append(ui.TextDisplay(NONE))
    else:
        parts += [ui.Separator(), one_of("provider", _options(page.items), ALL)]
    buttons = pager("providers", page.number, page.pages, ("Back", "More"))
    if buttons.children:
        parts.append(buttons)
    box: ui.Container[Any] = ui.Container(*parts, accent_color=BLUE)
    return ui.LayoutView(timeout=None).add_item(box)


def render_provider(shown: Shown) -> ui.LayoutView:
    """Draw everything about one."""
    spec = shown.spec
    facts = [f"**{words.OPS[op][2]}** {_offer(shown, op)}" for op in spec.ops]
    parts: list[ui.Item[Any]] = [
        ui.TextDisplay(f"### {spec.title}\n{_state(shown)}"),
        ui.TextDisplay(words.shortened(spec.about, ABOUT_SHOWN_MAX) or f"{spec.title} edits."),
        ui.Separator(),
        ui.TextDisplay("\n".join(facts)),
    ]
    if options := _all_options(spec.ops.values()):
        parts.append(ui.TextDisplay(f"**Options** {options}"))
    if spec.known_limits:
        known = words.shortened(" ".join(spec.known_limits), LIMITS_SHOWN_MAX)
        parts.append(ui.TextDisplay(f"**Good to know** {known}"))
    buttons: ui.ActionRow[Any] = ui.ActionRow()
    buttons.add_item(TaskButton("providers", "1", "All providers"))
    buttons.add_item(ui.Button(label="Website", url=spec.site))
    parts.append(buttons)
    box: ui.Container[Any] = ui.Container(*parts, accent_color=_accent(shown))
    return ui.LayoutView(timeout=None).add_item(box)


def health(standing: ProviderStanding) -> str:
    """Say in a word or two how a provider does; nobody is asked for the sake of a page."""
    pause = standing.pause
    if pause is None:
        if standing.failed and not standing.done:
            return "failing"
        return "unsteady" if standing.failed > standing.done else "ready"
    if pause.why is Why.LIMIT:
        return f"used up for today, back {words.moment(pause.until)}"
    return f"paused, tried again {words.moment(pause.until)}"


def _short(shown: Shown) -> str:
    named = f"**{shown.spec.title}**" + (" · default" if shown.is_default else "")
    if not shown.is_here:
        return f"{named}\n-# Not here: {words.shortened(shown.why_not, WHY_SHOWN_MAX)}"
    does = ", ".join(words.DOES[op] for op in shown.spec.ops)
    return f"{named} · {_prices(shown)}\n{_state(shown)}\n-# {does}"


def _state(shown: Shown) -> str:
    """Say how it does, and how long one waits; or why it cannot be used."""
    if not shown.is_here:
        return f"Not here: {words.shortened(shown.why_not, WHY_SHOWN_MAX)}"
    standing = shown.standing
    if standing is None:
        return "Nothing is known of it right now."
    said = health(standing)
    facts = (
        said[0].upper() + said[1:],
        f"about {words.duration(standing.typical_s)}" if standing.typical_s else "",
        f"{standing.waiting} waiting" if standing.waiting else "",
        f"{standing.working} at work" if standing.working else "",
    )
    return " · ".join(fact for fact in facts if fact)


def _prices(shown: Shown) -> str:
    """Give the price of a picture, or the span of prices."""
    prices = sorted(set(shown.prices.values()))
    if not prices or prices == [0]:
        return words.price(0)
    ops = shown.spec.ops.values()
    per = "job" if all(op.price.per is PricedPer.JOB for op in ops) else "picture"
    low = "free" if prices[0] == 0 else f"{prices[0]:,}"
    span = words.price(prices[0]) if len(prices) == 1 else f"{low} to {words.price(prices[-1])}"
    return f"{span} a {per}"


def _offer(shown: Shown, op: Op) -> str:
    spec = shown.spec.ops[op]
    amount = shown.prices[op]
    per = "" if amount == 0 else f" a {spec.price.per}"
    facts = (
        f"{words.price(amount)}{per}",
        _count(spec),
        READS[spec.prompt],
        _size(spec.size) if spec.image else "",
    )
    return " · ".join(fact for fact in facts if fact)


def _count(spec: OpSpec) -> str:
    if spec.makes:
        return "1 picture" if spec.makes == 1 else f"always {spec.makes} pictures"
    return "1 picture" if spec.count_max == 1 else f"1 to {spec.count_max} pictures"


def _size(size: SizeRule) -> str:
    """Say what size is painted; a larger picture is fitted around the mask and put back."""
    if size.side_max_px:
        return f"paints up to {size.side_max_px} px a side"
    return f"paints up to {size.pixels_max / 1e6:.1f} megapixels" if size.pixels_max else ""


def _all_options(ops: Any) -> str:
    """Name every option once, as the first operation that has it takes it."""
    params: dict[str, Param] = {}
    for op in ops:
        params = {param.name: param for param in op.params} | params
    return words.shortened(", ".join(_option(each) for each in params.values()), OPTIONS_SHOWN_MAX)


def _option(param: Param) -> str:
    if param.minimum is None or param.maximum is None or param.kind not in {int, float}:
        return f"`{param.name}`"
    if abs(param.maximum) >= 1e6:
        return f"`{param.name}`"
    return f"`{param.name}` {param.minimum:g} to {param.maximum:g}"


def _options(shown: Sequence[Shown]) -> list[Option]:
    first = Option(ALL, "Pick one to see everything about it")
    return [first, *(Option(each.spec.slug, each.spec.title, _about(each)) for each in shown)]


def _about(shown: Shown) -> str:
    return "Not here" if not shown.is_here else _prices(shown)


def _accent(shown: Shown) -> int:
    if not shown.is_here:
        return GREY
    return AMBER if shown.standing and shown.standing.pause else BLUE
