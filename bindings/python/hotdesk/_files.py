"""Files beside a list: opened without following a link, replaced whole or not at all.

No call here is of one system only.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


def open_beside(path: Path, flags: int) -> int:
    """Open a file, made with mode 600 where it is not there; raise `OSError`, or `ValueError` where it is a
    symbolic link.
    """
    # Zero where a system has no such flag; there the comparison below tells.
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    if path.is_symlink():
        raise ValueError(f"{path} is a symbolic link, which is not followed; remove it")
    file = os.open(path, flags | os.O_CREAT, 0o600)
    if not os.path.samestat(os.fstat(file), os.lstat(path)):
        os.close(file)
        raise ValueError(f"{path} is a symbolic link, which is not followed; remove it")
    return file


def lock(file: int) -> bool:
    """Lock an open file for this process; return whether that worked. It ends with the file."""
    # Here, for reading and writing messages needs nothing but this package.
    import portalocker

    try:
        portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
    except portalocker.AlreadyLocked:
        return False
    except portalocker.LockException as error:
        raise OSError(0, f"it cannot be locked: {error}") from None
    return True


def sync_folder(path: Path) -> None:
    """Have the names in a folder outlive a power cut, where the system can do that."""
    with suppress(OSError):  # Windows opens no folder, and some network drives sync none.
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def replacing(path: Path, encoding: str) -> Iterator[Callable[[str], object]]:
    """Give what writes text to a file that takes the place of `path` once it is whole.

    Raises `ValueError` that names the file; what was there before then still is.
    """
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        file = beside.open("x", encoding=encoding, errors="backslashreplace", newline="")
    except OSError as error:
        raise ValueError(f"cannot write {path}: {error.strerror}") from None
    try:
        with file:
            yield file.write
            _to_disk(file)
        _take_mode(path, beside)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ValueError(f"cannot write {path}: {error.strerror}") from None
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _to_disk(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _take_mode(path: Path, beside: Path) -> None:
    """Let the new file be open to whom the old one was, unless that is a link."""
    with suppress(OSError):
        if not path.is_symlink():
            beside.chmod(path.stat().st_mode & 0o777)
