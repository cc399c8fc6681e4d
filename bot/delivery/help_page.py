"""What `/help` looks like: short, by what one wants to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from discord import MediaGalleryItem, ui

from bot.delivery.selects import Option, one_of
from bot.delivery.status import BLUE

FIRST = "change"


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that somebody wants to do; `picture` is drawn by `imaging/howto.py`."""

    label: str
    text: str
    picture: str = ""
    alt: str = ""


_MASK_ALT = (
    "Three pictures side by side: a balloon over hills; a black mask that is white where the "
    "balloon is; the hills with the balloon gone"
)
_HOLE_ALT = (
    "Two pictures side by side: hills with a hole erased where the balloon was; the hills with "
    "the hole filled"
)

TOPICS: Mapping[str, Topic] = {
    "change": Topic(
        "Change a part of a picture",
        "1. Type `/inpaint` and give your picture as **image**.\n"
        "2. Say where: write it as **where**, such as `center 40%`; or paint over that part of a "
        "copy and give it as **mask**; or give a mask in black and white. **Say where** in this "
        "list tells more.\n"
        "3. Say what should be there in **prompt**, and send it.\n\n"
        "I show you the marked part, and a card in the channel shows the result. Outside the mask "
        "not a pixel changes.",
        "mask",
        _MASK_ALT,
    ),
    "mask": Topic(
        "Say where",
        "Any one of these will do:\n"
        "- **where**: `top left`, `bottom third`, `center 40%`, a box as `10% 20% 50% 60%` (left, "
        "top, width, height), cells of a grid as `B2, C2-D3` (A to E across, 1 to 5 down). "
        "`left 25%, up 10%` adds room at those sides and fills it.\n"
        "- A **painted copy**: paint over the part or draw around it, in a bright color and any "
        "app, the phone's own editor too; give that copy as **mask**.\n"
        "- A **mask** of the same shape: white is to change, black stays.\n"
        "- **Erase** the part until it is transparent, save it as PNG or WebP and give it as "
        "**image**, with no mask.\n"
        "- An earlier edit as **parent**, with `same` or `inverse` as **where**.\n\n"
        "A little too large is better than too small. If I doubt the mask, I ask before anything "
        "is charged; **Invert** turns it around, **Grow** and **Shrink** change its size, and "
        "**Cells** lets you pick the place from a grid.",
        "hole",
        _HOLE_ALT,
    ),
    "here": Topic(
        "Edit a picture that is in the channel",
        "Right-click the message, or hold it on a phone: **Apps**, then **Edit this picture** or "
        "**Erase from this picture**. A form asks what should be there and where; if there are "
        "several pictures, I ask which one.\n\n"
        "Or **reply** to one of my cards, with the ping on, and write what should be there; what "
        "was marked before is marked again, unless you attach a mask or a painted copy. I show "
        "what I understood and what it costs, and only your **Go** starts it. With several "
        "pictures, begin with a number: `2: a red boat`.",
    ),
    "remove": Topic(
        "Remove something",
        "Mark it in the **mask** with a little room around it, and leave **prompt** empty or say "
        "what is behind it: `grass`, `a plain wall`.\n"
        "A provider that does not read prompts fills the place from around it: good for things in "
        "front of sky, grass or walls.",
        "mask",
        _MASK_ALT,
    ),
    "imagine": Topic(
        "Make a picture from words",
        "Type `/imagine` and say in **prompt** what it should show. It needs no image, and a "
        "provider here that makes pictures from words.\n"
        "**U1** to **U4** under the card, where there are any, enlarge one of them. To change a "
        "part of a picture, pick its card as **parent** of `/inpaint` and give a **mask**.",
    ),
    "goon": Topic(
        "Go on from a result",
        "Type `/inpaint` and pick the earlier edit as **parent** instead of an image; **result** "
        "says which of its pictures. Without a new mask its old one is used again.\n"
        "**Again** under a card does the same edit once more, with a new seed; **Edit again** does "
        "it with other words.\n\n"
        "The menu below has more: **Same place** changes that part of the result once more, "
        "**Paint** another part of it, **Expand** adds room at the sides, **Compare** shows "
        "before, mask and after, **Original** gives you the exact file, **Info** tells everything.",
    ),
    "find": Topic(
        "Find an edit, or get its pictures back",
        "- `/task list` shows your edits, and everyone's where you can see the channel.\n"
        "- `/task show` tells everything about one. If its card is gone, it is posted anew.\n"
        "- `/task tree` lists what an edit came from and all that came of it. To undo, pick the "
        "earlier one there and go on from that.\n"
        "- `/task cancel`, or **Cancel** under the card, takes one back while that can be done.",
    ),
    "cost": Topic(
        "See what it costs",
        "The answer to `/inpaint` and the card both say the cost. Credits are set aside when an "
        "edit begins and spent only for pictures that came: a failure costs nothing.\n"
        "`/settings` has **Always ask me first**: then you see mask and cost before anything "
        "goes.\n"
        "`/credits balance` shows what you have and who pays here, `/credits history` where it "
        "went; `/credits give` and `/credits sponsor` help others.",
    ),
    "wrong": Topic(
        "Say that a picture is not all right",
        "Press **Report** under the card. The pictures are hidden at once, and this server's "
        "moderators decide.\n"
        "Your own card goes with **Delete**.",
    ),
    "settings": Topic(
        "Choose how the bot treats you",
        "- `/settings`: whether I ping you, whether I always ask first, and your favorite "
        "provider.\n"
        "- `/providers`: what each can do here, what it costs, and how it does.\n"
        "- `/about`: how the bot is doing, and what it keeps of you.\n"
        "- `/privacy export` gives you all that I keep of you, `/privacy delete` deletes it.",
    ),
}


def render_help(topic: str, picture_name: str | None = None) -> ui.LayoutView:
    """Draw the page of a topic; `picture_name` is an attachment of the same message."""
    chosen = TOPICS[topic]
    parts: list[ui.Item[Any]] = [
        ui.TextDisplay("### What do you want to do?"),
        one_of("topic", [Option(name, each.label) for name, each in TOPICS.items()], topic),
        # One text for each paragraph: some clients take a line below a list for a part of it.
        *(ui.TextDisplay(paragraph) for paragraph in chosen.text.split("\n\n")),
    ]
    if picture_name:
        item = MediaGalleryItem(f"attachment://{picture_name}", description=chosen.alt)
        parts.append(ui.MediaGallery(item))
    box: ui.Container[Any] = ui.Container(*parts, accent_color=BLUE)
    return ui.LayoutView(timeout=None).add_item(box)
