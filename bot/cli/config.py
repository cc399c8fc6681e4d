"""`config`: every setting, where it comes from, and what is wrong."""

from bot.cli import settings_docs
from bot.cli.call import CANNOT_START, GOOD, Call
from bot.cli.preflight import provider_mistakes
from bot.cli.terminal import listed, say, warn


async def show(call: Call) -> int:
    """Print the settings and, on stderr, the mistakes among them."""
    if call.args.table or call.args.example:
        say((settings_docs.markdown() if call.args.table else settings_docs.example()).rstrip())
        return GOOD
    say(settings_docs.effective(call.given))
    mistakes = [*call.given.problems, *await provider_mistakes(call.settings)]
    if mistakes:
        warn(listed(mistakes))
    return CANNOT_START if mistakes else GOOD
