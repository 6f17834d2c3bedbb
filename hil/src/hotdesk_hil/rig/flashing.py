"""What flashes a board on a bench: a program on the machine of a resource of labgrid's, which may be another.

A file that is copied there is removed after it was written: the configuration holds a certificate. This
module must not know a program.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labgrid.protocol import PowerProtocol
from labgrid.resource.common import NetworkResource, Resource
from labgrid.util.managedfile import ManagedFile

from .blame import blamed_on_the_rig
from .errors import BoardError

# A megabyte by a slow probe takes less.
DEADLINE = 120.0


def run(resource: Resource, command: list[str], installed_by: str) -> None:
    """Runs a program on the machine of this resource. Raises BoardError in its words where it fails."""
    words = " ".join(command[:2])
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours
            resource.wrap_command(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DEADLINE,
            check=False,
        )
    except FileNotFoundError as error:
        raise BoardError(
            f"{command[0]} is not installed: {installed_by}, or name it under tools in the rig file"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise BoardError(f"{words} did not end within {DEADLINE:g} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise BoardError(f"{words} failed: {said or f'exit code {done.returncode}'}")


@contextmanager
def on_its_machine(file: Path, resource: Resource) -> Iterator[str]:
    """Has a file on the machine of this resource for a while, and gives its path there."""
    there = ManagedFile(str(file), resource)
    there.sync_to_resource()
    try:
        yield there.get_remote_path()
    finally:
        if isinstance(resource, NetworkResource):
            run(resource, ["rm", "-f", there.get_remote_path()], "it comes with every system")


@contextmanager
def powered(power: PowerProtocol) -> Iterator[None]:
    """Power for a board that is off."""
    with blamed_on_the_rig():
        power.on()
        try:
            yield
        finally:
            power.off()


@contextmanager
def file_of(data: bytes) -> Iterator[Path]:
    """Has these bytes in a file for a while."""
    with tempfile.TemporaryDirectory(prefix="hotdesk-flash-") as folder:
        file = Path(folder) / "flash.bin"
        file.write_bytes(data)
        yield file
