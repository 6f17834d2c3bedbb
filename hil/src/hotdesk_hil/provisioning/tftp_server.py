"""Files over TFTP, by the library tftp: RFC 1350, with `blksize`, `timeout` and `tsize` of RFC 2347 to 2349.

Must never take a file: what a phone writes is refused.
"""

from __future__ import annotations

import asyncio
import io
import logging
from http import HTTPStatus

from tftp import AsyncTFTPServer, TFTPError, TFTPErrorCode, TFTPServerOptions, TransferResult
from tftp.server import TFTPRequestContext

from hotdesk_hil.provisioning.files import BLOCK, PhoneFiles

TFTP_PORT = 69
"""The port at which phones ask."""
OPTIONS = ("blksize", "timeout", "tsize")
"""The options that are acknowledged."""

log = logging.getLogger("hotdesk_hil.emservice")


class TftpFiles:
    """The files at one UDP port, which is bound here. Raises `OSError` where it cannot be."""

    def __init__(self, files: PhoneFiles, host: str, port: int) -> None:
        self._host = host
        self._server = AsyncTFTPServer(
            _Handler(files, host),
            listen=host,
            port=port,
            options=TFTPServerOptions(allowed=OPTIONS),
            on_complete=_tell,
        )
        self._server.bind()

    @property
    def port(self) -> int:
        """The port."""
        address = self._server.server_address
        return 0 if address is None else int(address[1])

    async def start(self) -> None:
        """Answers from now on."""
        await self._server.start()

    async def stop(self) -> None:
        """Ends what is being sent, answers no more, and closes the port."""
        await self._server.aclose()


class _Handler:
    def __init__(self, files: PhoneFiles, host: str) -> None:
        self._files = files
        self._host = host

    async def open_read(self, context: TFTPRequestContext) -> _Content:
        name = context.filename.removeprefix("/")
        host = context.local_address or self._host
        asked = f"TFTP {name}"
        served = self._files.serve(name, f"[{host}]" if ":" in host else host, asked)
        if served is None:
            raise TFTPError(TFTPErrorCode.FILE_NOT_FOUND, "no such file")
        return _Content(served.content, served.pause)

    async def open_write(self, context: TFTPRequestContext, size: int | None) -> _Content:  # noqa: ARG002
        asked = f"TFTP {context.filename.removeprefix('/')}"
        self._files.refuse(asked, HTTPStatus.METHOD_NOT_ALLOWED, "files are read, not written")
        raise TFTPError(TFTPErrorCode.ACCESS_VIOLATION, "files are read only")


class _Content:
    """A file as the library reads it; `size` answers `tsize`."""

    def __init__(self, content: bytes, pause: float) -> None:
        self.size = len(content)
        self._content = io.BytesIO(content)
        self._pause = pause

    async def read(self, size: int) -> bytes:
        if self._pause:
            await asyncio.sleep(self._pause)
            size = min(size, BLOCK)
        return self._content.read(size)

    async def close(self) -> None:
        self._content.close()


def _tell(result: TransferResult) -> None:
    # What was refused has a record of its own.
    if result.error is not None and result.blocks:
        log.info("TFTP %s ended after %d bytes: %s", result.filename, result.bytes, result.error)
