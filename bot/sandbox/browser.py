"""Opens the person's browser if there is one; never fails."""

import asyncio
import logging
import webbrowser

log = logging.getLogger(__name__)


async def show(url: str) -> None:
    """Show `url` in a browser that has a window of its own."""
    try:
        browser = webbrowser.get()
        # A text browser would take this very terminal and has no scripts.
        if type(browser) is not webbrowser.GenericBrowser:
            await asyncio.to_thread(browser.open, url)
    except (webbrowser.Error, OSError) as error:
        log.debug("no browser opened: %s", error)
