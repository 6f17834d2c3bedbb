"""Files over HTTP, as phones ask for them at port 6970: GET of a path with nothing but the file's name.

Must never answer with anything but a file or an error.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from http import HTTPStatus

from aiohttp import web

from hotdesk_hil.provisioning.files import BLOCK, PhoneFiles

HTTP_PORT = 6970
"""The port at which phones ask."""
SHUTDOWN_SECONDS = 0.5

# A name or an address, with a port or without.
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
# As call managers send it.
_HEADERS = {"Content-Type": "*/*", "Cache-Control": "no-store"}

http_log = logging.getLogger("hotdesk_hil.emservice.http")


class HttpFiles:
    """The files at one listening socket; `host` is what a phone that names no host has asked."""

    def __init__(self, files: PhoneFiles, listener: socket.socket, host: str) -> None:
        self._files = files
        self._listener = listener
        self._host = host
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Answers from now on."""
        application = web.Application()
        application.router.add_route("*", "/{name:.*}", self._answer)
        self._runner = web.AppRunner(
            application,
            access_log=None,
            logger=http_log,
            handler_cancellation=True,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener).start()

    async def stop(self) -> None:
        """Ends what is being sent, answers no more, and closes the port."""
        self._stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()
        self._listener.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.rel_url.raw_path.removeprefix("/")
        asked = f"{request.method} /{name}"
        if request.method not in ("GET", "HEAD"):
            self._files.refuse(asked, HTTPStatus.METHOD_NOT_ALLOWED, "a file is read with GET")
            return web.Response(status=405, headers={"Allow": "GET, HEAD"})
        served = self._files.serve(name, self._named(request), asked)
        if served is None:
            return web.Response(status=404, text="404: no such file\n")
        answer = web.StreamResponse(headers={**_HEADERS, "Content-Length": str(len(served.content))})
        await answer.prepare(request)
        if request.method == "GET":
            size = BLOCK if served.pause else max(1, len(served.content))
            for start in range(0, len(served.content), size):
                if served.pause and await self._stops_within(served.pause):
                    break
                await answer.write(served.content[start : start + size])
        return answer

    def _named(self, request: web.Request) -> str:
        """Returns the host that the phone asked; without one, or with one that is none, the address here."""
        found = _HOST.fullmatch(request.headers.get("Host", ""))
        return self._host if found is None else found[1]

    async def _stops_within(self, seconds: float) -> bool:
        """Waits, and tells whether the service stops meanwhile."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True
