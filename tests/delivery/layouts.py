"""Reading layouts back: all their texts, custom_ids and pictures."""

from collections.abc import Iterator
from typing import Any

from discord import ui


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
