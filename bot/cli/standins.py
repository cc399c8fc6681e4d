"""`standins`: servers of our own in place of the providers, for trying the command line."""

import asyncio
import signal

from bot.cli.call import GOOD, Call
from bot.cli.terminal import on_signal, say, warn


async def serve(call: Call) -> int:
    """Print the settings that lead to them, and serve until told to stop."""
    from bot.sandbox.standins.together import all_serving

    stop = asyncio.Event()
    on_signal(stop.set, signal.SIGTERM, signal.SIGINT)
    async with all_serving(call.args.port, call.args.pace) as told:
        # The settings alone, so that they can go into a file.
        say("\n".join(f"export {name.upper()}={value}" for name, value in told.items()))
        warn(
            "The stand-ins are up. Paste these lines into another terminal; there, try\n"
            "  inpaint-bot providers check\n"
            '  inpaint-bot edit --demo --out demo.png --provider modelslab --prompt "a red vase"\n'
            "Nothing leaves this machine and nothing is paid. Ctrl-C stops them."
        )
        await stop.wait()
    return GOOD
