"""`inpaint-bot sandbox`: the bot in a browser page that stands in for Discord."""

import logging

from bot.settings import Settings

PORT = 8642


async def run_sandbox(
    settings: Settings, *, port: int = PORT, open_browser: bool = True, pace_s: float = 0.0
) -> None:
    """Serve the page until Ctrl-C, SIGTERM or "End preview session"; port 0 takes any free one.

    The providers' stand-ins take `pace_s` for a job.
    """
    # Before its import: SimCord tries out a client of its own then, whose warnings mislead here.
    logging.getLogger("discord").setLevel(logging.ERROR)
    from bot.sandbox.session import serve

    await serve(settings, port=port, open_browser=open_browser, pace_s=pace_s)
