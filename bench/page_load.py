"""How soon the painting page is there: from a click on its link until one can paint."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page

from bench.figures import Aim, Figure, at_most

PART = "page"
# Far beyond every aim: what is not there by then never comes.
DEADLINE_S = 120.0
# Reads the moment of the frame that shows the picture with tools that work.
WATCH = """
window.ready = new Promise((told) => {
  new MutationObserver((_, observer) => {
    if (document.body?.dataset.state !== "painting") return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => told(performance.now())));
  }).observe(document, { subtree: true, attributeFilter: ["data-state"] });
});
"""
READ = """async (width) => {
  const ready_ms = await window.ready;
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  const picture = document.getElementById("picture");
  while (picture.naturalWidth < width) await new Promise(requestAnimationFrame);
  return { ready_ms, painted_ms: painted?.startTime ?? 0, whole_ms: performance.now() };
}"""


@dataclass(frozen=True, slots=True)
class Device:
    """What the page is opened on; a slow one has a slow line, too."""

    name: str
    ready_aim: Aim | None
    options: dict[str, Any]
    slowed: int = 1
    line_bits_s: float = 0.0
    latency_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link, how wide its picture is once all of it is there, and what tells its figures apart."""

    url: str
    width_px: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """One opening."""

    painted_ms: float
    ready_ms: float
    whole_ms: float
    requests: int
    sent_bytes: float


@dataclass
class Wire:
    """What one page asked for, and what came; blobs stay within the browser."""

    requests: set[str] = field(default_factory=set[str])
    sent_bytes: float = 0.0

    def listen(self, cdp: CDPSession) -> None:
        """Hear of every request."""
        cdp.on("Network.requestWillBeSent", self._asked)
        cdp.on("Network.loadingFinished", self._came)

    def _asked(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            self.requests.add(event["requestId"])

    def _came(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.requests:
            self.sent_bytes += event["encodedDataLength"]


PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DEVICES = (
    Device("desktop", at_most(1000, "ms"), {"viewport": {"width": 1280, "height": 900}}),
    Device("phone", None, PHONE),
    Device("phone, CPU / 4, 1.6 Mbit/s, 150 ms", at_most(4000, "ms"), PHONE, 4, 1.6e6, 150),
)


async def loads(
    browser: Browser, wanted: Wanted, devices: Sequence[Device], rounds: int
) -> list[Figure]:
    """Medians of some rounds for each device: with nothing kept, and once more after that."""
    figures: list[Figure] = []
    for device in devices:
        pairs = [await _pair(browser, wanted, device) for _ in range(rounds)]
        for cache, each in zip(("cold", "warm"), zip(*pairs, strict=True), strict=True):
            figures += told(f"{device.name}{wanted.note}, {cache}", each, device.ready_aim)
    return figures


async def _pair(browser: Browser, wanted: Wanted, device: Device) -> tuple[Load, Load]:
    """A browser that knows nothing, and the same one again in another tab."""
    context = await browser.new_context(**device.options)
    try:
        await context.add_init_script(WATCH)
        return await _load(context, wanted, device), await _load(context, wanted, device)
    finally:
        await context.close()


async def _load(context: BrowserContext, wanted: Wanted, device: Device) -> Load:
    page, wire = await context.new_page(), Wire()
    cdp = await context.new_cdp_session(page)
    wire.listen(cdp)
    await cdp.send("Network.enable")
    await _slow_down(cdp, device)
    await page.goto(wanted.url)
    times = await _times(page, wanted.width_px)
    await page.close()
    return Load(**times, requests=len(wire.requests), sent_bytes=wire.sent_bytes)


async def _times(page: Page, width_px: int) -> dict[str, float]:
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await page.evaluate(READ, width_px)
    except TimeoutError:
        state = await page.evaluate("document.body.dataset.state")
        raise SystemExit(
            f"The page did not show all {width_px} px of its picture within {DEADLINE_S:g} s; "
            f"its state is {state!r}."
        ) from None


async def _slow_down(cdp: CDPSession, device: Device) -> None:
    if device.slowed == 1:
        return
    bytes_s = device.line_bits_s / 8
    await cdp.send("Emulation.setCPUThrottlingRate", {"rate": device.slowed})
    line = {
        "latency": device.latency_ms,
        "downloadThroughput": bytes_s,
        "uploadThroughput": bytes_s,
    }
    await cdp.send("Network.emulateNetworkConditions", {"offline": False, **line})


def told(where: str, loads: Sequence[Load], ready_aim: Aim | None) -> list[Figure]:
    """The medians."""
    ready_ms = median(one.ready_ms for one in loads)
    whole_ms = median(one.whole_ms for one in loads)
    painted_ms = median(one.painted_ms for one in loads)
    return [
        Figure(PART, f"{where}: ready to paint", ready_ms, "ms", ready_aim),
        Figure(PART, "  first paint", painted_ms, "ms"),
        Figure(PART, "  every pixel of the picture", whole_ms, "ms"),
        Figure(PART, "  requests", median(one.requests for one in loads)),
        Figure(PART, "  over the wire", median(one.sent_bytes for one in loads) / 1000, "kB"),
    ]
