"""Where the bot serves: health and metrics for the operator, and a public address for others."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

URL_CHARS_MAX = 200


def _public_url(value: object) -> object:
    """An address without a slash at its end, that others may be sent to."""
    text = str(value or "").strip().rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is not an address such as https://edit.example.org") from None
    odd = not host or "@" in parts.netloc or parts.query or parts.fragment or "\\" in text
    if odd or not text.isascii() or not text.isprintable() or len(text.split()) > 1:
        raise ValueError("is not an address such as https://edit.example.org")
    if len(text) > URL_CHARS_MAX:
        raise ValueError(f"is longer than {URL_CHARS_MAX} characters")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host)):
        raise ValueError("does not begin with https:// (http is for this machine alone)")
    return text


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


PublicUrl = Annotated[str, BeforeValidator(_public_url)]


class WebSettings(BaseSettings):
    """Two servers, so that nothing of the operator's can be reached through the public one."""

    web_host: str = Field(
        "127.0.0.1",
        description="Address that health and metrics are served on; 0.0.0.0 is every address.",
    )
    web_port: int = Field(
        8643, ge=0, le=65535, description="Port of health and metrics; 0 serves none."
    )
    public_url: PublicUrl = Field(
        "",
        description=(
            "Public address of this bot, such as https://edit.example.org; your reverse proxy "
            "passes it on to PUBLIC_PORT. Empty: nothing is served to others."
        ),
    )
    public_host: str = Field(
        "127.0.0.1",
        description="Address that listens for PUBLIC_URL; 0.0.0.0 is every address.",
    )
    public_port: int = Field(
        8644, ge=1, le=65535, description="Port that listens for PUBLIC_URL, when that is set."
    )
