"""Errors of labgrid's drivers, and of what they run, as errors of the rig."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import CalledProcessError

from labgrid.driver.exception import ExecutionError
from labgrid.exceptions import NoSupplierFoundError

from .errors import BoardError, RigError


def rig_error(error: Exception) -> RigError | None:
    """Returns the rig's error for one of labgrid, of a tool that it runs, or of a port; else None."""
    if isinstance(error, NoSupplierFoundError):
        return BoardError(f"{error.msg}: is it plugged in and switched on, and is the serial number right?")
    if isinstance(error, CalledProcessError):
        said = (error.output or b"").decode(errors="replace").strip() or f"exit code {error.returncode}"
        return BoardError(f"{error.cmd[0]} failed: {said}")
    if isinstance(error, ExecutionError):
        return BoardError(error.msg)
    if isinstance(error, FileNotFoundError) and error.filename:
        return BoardError(f"{error.filename} is not there, or not installed")
    return BoardError(str(error)) if isinstance(error, OSError) else None


@contextmanager
def blamed_on_the_rig() -> Iterator[None]:
    """What fails of labgrid's drivers is the rig's."""
    try:
        yield
    except Exception as error:
        if (ours := rig_error(error)) is None:
            raise
        raise ours from error
