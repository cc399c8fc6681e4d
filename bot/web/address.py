"""Whether the web server can have its address, and the sentence when it cannot."""

import errno
import os
import socket

from bot.errors import BadSettings, PortTaken, StartupError

# What ends when nobody listens there.
WITHOUT = {
    "WEB": "or to 0 to serve no health and metrics",
    "PUBLIC": "and have your reverse proxy ask there, or leave PUBLIC_URL empty",
}


def check_address(host: str, port: int, setting: str = "WEB") -> None:
    """Take the address for a moment. Raises PortTaken, or BadSettings when it is not ours."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, place in places:
            with socket.socket(family, kind, protocol) as tried:
                # As the server does: what an ended connection left behind is in nobody's way.
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                tried.bind(place)
    except OSError as error:
        raise refusal(error, host, port, setting) from error


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on now; for an address that has to be known before."""
    with socket.create_server((host, 0)) as listener:
        return int(listener.getsockname()[1])


def refusal(error: OSError, host: str, port: int, setting: str = "WEB") -> StartupError:
    """What an attempt to listen there came to, for the operator."""
    if error.errno == errno.EADDRINUSE:
        return PortTaken(
            f"Port {port} on {host} is in use by another program. Set {setting}_PORT to another "
            f"port, {WITHOUT[setting]}.",
            log=str(error),
        )
    # asyncio's own text repeats the address; a host that nobody knows has a negative number.
    number = error.errno or 0
    why = os.strerror(number) if number in errno.errorcode else error.strerror
    return BadSettings(
        f"Cannot serve on {setting}_HOST {host}, {setting}_PORT {port}: {why}.", log=str(error)
    )
