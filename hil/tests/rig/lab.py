"""A lab on this machine: labgrid's coordinator and an exporter, started by the words of README.md."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
from labgrid.remote.generated import labgrid_coordinator_pb2 as messages
from labgrid.remote.generated.labgrid_coordinator_pb2_grpc import CoordinatorStub
from labgrid.resource.common import ResourceManager
from labgrid.resource.remote import RemotePlaceManager
from labgrid.util import labgrid_version

from hotdesk_hil.rig.remote import OWN_CONNECTION

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("### Boards on other machines\n")[2].partition("\n### ")[0]
EXPORTED = re.search(r"```yaml\n(.*?)```", SECTION, re.DOTALL)[1]
SERVERS, *STEPS = re.findall(r"```console\n(.*?)```", SECTION, re.DOTALL)
ADDRESS = "127.0.0.1:20408"
# Of a coordinator and an exporter that start on a busy machine.
DEADLINE = 60.0


def free_address() -> str:
    """A port of the loopback that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{found.getsockname()[1]}"


class Lab:
    """Coordinator and exporter. A context manager: leaving it ends both."""

    def __init__(self, folder: Path, exported: str) -> None:
        self.folder = folder
        self.coordinator = free_address()
        (folder / "lab.yaml").write_text(exported, encoding="utf-8")
        self._open = ExitStack()
        self._stubs: dict[str, tuple[CoordinatorStub, object]] = {}

    def __enter__(self) -> Lab:
        coordinator, exporter = [line.removeprefix("$ ") for line in SERVERS.splitlines()]
        with ExitStack() as failing:
            failing.push(self.__exit__)
            self._start(coordinator, "listening on")
            self._exporter = exporter
            self.exporter = self.start_exporter()
            failing.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        # labgrid keeps one connection a process, to the first coordinator.
        manager = ResourceManager.instances.pop(RemotePlaceManager, None)
        if manager is not None and manager.session is not None:
            manager.loop.run_until_complete(manager.session.stop())
            manager.loop.run_until_complete(manager.session.close())
        self._open.close()

    def start_exporter(self) -> subprocess.Popen[bytes]:
        """Starts the exporter."""
        return self._start(self._exporter, "creating poll task")  # all is exported

    def environment(self, user: str) -> dict[str, str]:
        """The environment of a user's commands."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("LG_", "PYTEST"))}
        kept["PATH"] = f"{Path(sys.executable).parent}:{kept['PATH']}"
        return kept | {"LG_COORDINATOR": self.coordinator, "LG_USERNAME": user, "LG_HOSTNAME": "here"}

    def program(self, name: str) -> str:
        """The path of a program of labgrid's."""
        return str(Path(sys.executable).parent / name)

    def place(self, name: str, match: str, user: str | None = None) -> str:
        """Makes a place, which `user` acquires."""
        self.do("anna", "AddPlace", name=name)
        self.do("anna", "AddPlaceMatch", placename=name, pattern=match)
        if user is not None:
            self.do(user, "AcquirePlace", placename=name)
        return name

    def release_all(self) -> None:
        """Releases every place, whoever has it."""
        for place in self.do("anna", "GetPlaces").places:
            if place.acquired:
                self.do("anna", "ReleasePlace", placename=place.name)

    def do(self, who: str, what: str, **arguments: object) -> Any:
        """Has the coordinator do something for a user, without the second that a process takes."""
        if who not in self._stubs:
            channel = grpc.insecure_channel(self.coordinator, options=OWN_CONNECTION)
            stub = CoordinatorStub(self._open.enter_context(channel))
            startup = messages.StartupDone(version=labgrid_version(), name=f"here/{who}")
            asking = [
                messages.ClientInMessage(startup=startup),
                messages.ClientInMessage(sync=messages.Sync(id=1)),
            ]
            self._stubs[who] = (stub, stub.ClientStream(iter(asking)))
            next(self._stubs[who][1])
        return getattr(self._stubs[who][0], what)(getattr(messages, f"{what}Request")(**arguments))

    def client(self, user: str, words: str) -> subprocess.CompletedProcess[str]:
        """Runs labgrid-client as this user."""
        return subprocess.run(
            [self.program("labgrid-client"), *shlex.split(words)],
            env=self.environment(user),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    def shell(self, user: str, lines: str) -> subprocess.CompletedProcess[str]:
        """Runs lines of README.md as this user, in one shell."""
        script = "\n".join(line.removeprefix("$ ") for line in lines.splitlines())
        return subprocess.run(
            ["/bin/bash", "-c", script.replace(ADDRESS, self.coordinator)],
            cwd=self.folder,
            env=self.environment(user),
            capture_output=True,
            text=True,
            timeout=10 * DEADLINE,
            check=False,
        )

    def _start(self, command: str, ready: str) -> subprocess.Popen[bytes]:
        words = shlex.split(command.replace(ADDRESS, self.coordinator))
        said = self.folder / f"{Path(words[-1]).stem}.log"
        with said.open("wb") as log:
            child = subprocess.Popen(
                words,
                cwd=self.folder,
                env=self.environment("root"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._open.callback(_end, child)
        deadline = time.monotonic() + DEADLINE
        while ready not in said.read_text(encoding="utf-8"):
            assert child.poll() is None, said.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, said.read_text(encoding="utf-8")
            time.sleep(0.02)
        return child


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(DEADLINE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
