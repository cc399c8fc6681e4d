"""`python -m bot.web.probe [/readyz]`: asks the running bot of these settings, for containers.

The exit code is 0 when it answers 200, or when WEB_PORT is 0 and there is nothing to ask.
"""

import http.client
import sys
from collections.abc import Sequence

from bot.settings import read_settings

PATH = "/healthz"
TIMEOUT_S = 4.0
# An address to listen on is not always one to connect to.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)


def main(argv: Sequence[str]) -> int:
    """Ask for one page and say what came."""
    settings = read_settings().settings
    if not settings.web_port:
        return _said(True, "WEB_PORT is 0: nothing to ask")
    host = EVERYWHERE.get(settings.web_host, settings.web_host)
    return _said(*ask(host, settings.web_port, argv[0] if argv else PATH))


def ask(host: str, port: int, path: str) -> tuple[bool, str]:
    """Whether the answer is 200, and what it says."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status == http.client.OK, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return False, f"no answer from {host} port {port}: {error}"
    finally:
        connection.close()


def _said(is_ok: bool, text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0 if is_ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
