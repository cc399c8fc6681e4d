"""Whether the web server can have its address, and the sentence when it cannot."""

import errno
import os
import socket

from bot.errors import BadSettings, PortTaken, StartupError


def check_address(host: str, port: int) -> None:
    """Take the address for a moment. Raises PortTaken, or BadSettings when it is not ours."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, place in places:
            with socket.socket(family, kind, protocol) as tried:
                # As the server does: what an ended connection left behind is in nobody's way.
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                tried.bind(place)
    except OSError as error:
        raise refusal(error, host, port) from error


def refusal(error: OSError, host: str, port: int) -> StartupError:
    """What an attempt to listen there came to, for the operator."""
    if error.errno == errno.EADDRINUSE:
        return PortTaken(
            f"Port {port} on {host} is in use by another program. Set WEB_PORT to another port, "
            "or to 0 to serve no health and metrics.",
            log=str(error),
        )
    # asyncio's own text repeats the address; a host that nobody knows has a negative number.
    number = error.errno or 0
    why = os.strerror(number) if number in errno.errorcode else error.strerror
    return BadSettings(f"Cannot serve on WEB_HOST {host}, WEB_PORT {port}: {why}.", log=str(error))
