"""A provider on the other side of httpx that answers what it is told to."""

from typing import Any

import httpx

from bot.providers.api import ApiClient
from bot.providers.guard import FetchPolicy, origin_of

BASE = "http://127.0.0.1:9"
POLICY = FetchPolicy(hosts=("api.example",), base_url_origin=origin_of(BASE))
Step = httpx.Response | Exception


class Service:
    """A provider that answers what it is told to, in turn; the last answer stays."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []
        self.pauses_s: list[float] = []

    async def handle(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        return httpx.Response(step.status_code, headers=step.headers, content=step.content)

    async def sleep(self, seconds: float) -> None:
        self.pauses_s.append(seconds)

    def client(self) -> ApiClient:
        transport = httpx.MockTransport(self.handle)
        return ApiClient(httpx.AsyncClient(transport=transport), sleep=self.sleep)


def says(status: int, body: Any = None, **headers: str) -> httpx.Response:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body or {"detail": "because"}, headers=headers)


def garbage(status: int) -> httpx.Response:
    return httpx.Response(status, text="<html>gateway</html>")
