"""Reading layouts back: all their texts, custom_ids and pictures."""

from collections.abc import Iterator
from typing import Any

from discord import ui

from bot.delivery.client import DYNAMIC_ITEMS


def parts(layout: ui.LayoutView) -> list[dict[str, Any]]:
    return list(_walk(layout.to_components()))


def _walk(components: list[Any]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _walk(component.get("components", []))


def text(layout: ui.LayoutView) -> str:
    return "\n".join(part["content"] for part in parts(layout) if part["type"] == 10)


def buttons(layout: ui.LayoutView) -> list[str]:
    return [part["label"] for part in parts(layout) if part["type"] == 2]


def custom_ids(layout: ui.LayoutView) -> list[str]:
    return [part["custom_id"] for part in parts(layout) if "custom_id" in part]


def pictures(layout: ui.LayoutView) -> dict[str, str]:
    items = [item for part in parts(layout) if part["type"] == 12 for item in part["items"]]
    return {item["media"]["url"]: item["description"] for item in items}


def check_size(layout: ui.LayoutView) -> None:
    """Discord takes it."""
    assert layout.content_length() <= 4000
    assert len(parts(layout)) <= 40
    assert layout.timeout is None


def check_controls(layout: ui.LayoutView) -> None:
    """Everything that can be pressed works after a restart, and is one class's alone."""
    for control in (item for item in layout.walk_children() if item.is_dispatchable()):
        assert isinstance(control, ui.DynamicItem)
        custom_id = str(control.item.custom_id)  # pyright: ignore[reportAttributeAccessIssue]
        assert len(custom_id) <= 100
        fits = [
            kind
            for kind in DYNAMIC_ITEMS
            if kind.__discord_ui_compiled_template__.fullmatch(custom_id)
        ]
        assert fits == [type(control)]
