"""`python -m hotdesk_hil.rig.exporter`: labgrid's exporter, which knows emulated boards as well.

Options and file are those of `labgrid-exporter`. In the file an emulated board is

    desk-1:
      EmulatedBoard:
        rig: lm3s6965evb

As with a serial line, what serves it runs while its place is acquired, and listens at the address that
`--hostname` names. Whoever acquires the place finds a board that nobody has used.
"""

from __future__ import annotations

import socket
import subprocess
import sys

import attr
from labgrid.remote import exporter
from labgrid.remote.exporter import ResourceExport
from labgrid.resource.common import Resource
from labgrid.util import get_free_port

from .errors import RigError
from .rig import rig_file

# The coordinator waits ten seconds.
STOP_DEADLINE = 8.0


@attr.s(eq=False)
class EmulatedBoard(Resource):
    """A board that this machine can emulate.

    Args:
        rig (str): the name of its rig file, or the path
    """

    rig = attr.ib(validator=attr.validators.instance_of(str))


@attr.s(eq=False)
class EmulatedBoardExport(ResourceExport):
    """Serves a board while it is acquired."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.local = EmulatedBoard(target=None, name=None, **self.local_params)
        rig_file(self.local.rig)
        self.data["cls"] = "NetworkEmulatedBoard"
        self._server: subprocess.Popen[bytes] | None = None
        self._port: int | None = None

    def _get_params(self) -> dict[str, object]:
        return {"host": self.host, "port": self._port, "rig": self.local.rig}

    def _start(self, _start_params: dict[str, object]) -> None:
        self._port = get_free_port()
        address = socket.gethostbyname(self.host)
        served = ["--rig", self.local.rig, "--host", address, "--port", str(self._port)]
        # The coordinator does not wait for long: whoever connects waits until it listens.
        self._server = subprocess.Popen(  # noqa: S603 - the command is ours
            [sys.executable, "-m", "hotdesk_hil.rig.board_server", *served],
            # This ends with this process, however that ends, and the server with it.
            stdin=subprocess.PIPE,
        )
        self.logger.info("serving %s at %s:%d", self.local.rig, address, self._port)

    def _stop(self, _start_params: dict[str, object]) -> None:
        server, self._server, self._port = self._server, None, None
        if server is None:
            return
        server.stdin.close()
        try:
            server.wait(STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


exporter.exports["EmulatedBoard"] = EmulatedBoardExport

if __name__ == "__main__":
    try:
        exporter.main()
    except RigError as error:
        sys.exit(f"{error}")
