"""The alert of a TLS handshake that fails: asyncio closes without it, as no other service does.

Must never decide whether a handshake fails.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

accepted: ContextVar[socket.socket] = ContextVar("accepted")
"""The connection whose handshake begins: where its alert goes."""


class _Handshake(ssl.SSLObject):
    outgoing: ssl.MemoryBIO

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError:
            # A client that has left needs none.
            with suppress(OSError):
                accepted.get().send(self.outgoing.read())
            raise


class AlertingContext(ssl.SSLContext):
    """A context whose handshakes, where they fail, tell so by an alert to what is `accepted`."""

    sslobject_class = _Handshake

    def wrap_bio(
        self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *how: Any, **more: Any
    ) -> ssl.SSLObject:
        """Returns the TLS over two buffers, as the class above does."""
        made: Any = super().wrap_bio(incoming, outgoing, *how, **more)
        made.outgoing = outgoing
        handshake: ssl.SSLObject = made
        return handshake
