"""What is kept of a test: facts about rig and image, and of a failed one files in a directory of its own.

The files are the log as it came and in words, the last picture with its text, and the configuration. No
secret may get into them: the configuration's are masked here, the phone keeps its own out of log and
screen.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from .. import package_data
from ..masking import MASK
from .configuration import SECRET
from .errors import RigError
from .rig import Rig


def facts(rig: Rig) -> dict[str, str]:
    """Returns what a person must know to run a test again: the rig, its board, the image, the revision."""
    found = {"rig": rig.name, "board": rig.board_name, "phone": rig.device_name}
    if rig.kernel.is_file():
        found["image"] = f"{rig.kernel.name}, SHA-256 {_sha256(rig.kernel, rig.kernel.stat().st_mtime_ns)}"
    else:
        found["image"] = f"{rig.kernel.name}, missing"
    return found | {"hotdesk-hil": package_data.revision()}


@lru_cache
def _sha256(image: Path, _changed: int) -> str:
    return hashlib.sha256(image.read_bytes()).hexdigest()


def keep(rig: Rig, directory: Path, log: str) -> None:
    """Keeps the log, the last picture with its text, and the configuration without secrets."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "console.txt").write_text(log, encoding="utf-8")
    (directory / "console.defmt").write_bytes(rig.log.data)
    if rig.screen.last is not None:
        rig.screen.last.picture.save_png(directory / "screen.png")
        (directory / "screen.txt").write_text(f"{rig.screen.last}\n", encoding="utf-8")
    try:
        text = (rig.strategy.configuration.config() or b"").decode("utf-8", errors="replace")
    except RigError as error:
        text = f"{error}\n"
    (directory / "HOTDESK.TXT").write_text(SECRET.sub(rf"\1{MASK}", text), encoding="utf-8")


def log_in_words(rig: Rig) -> str:
    """Returns the log in words, or why there is none."""
    try:
        return rig.log_text()
    except RigError as error:
        return f"{error}\n"


def directory_name(test: str) -> str:
    """Returns the name of a test's directory."""
    return re.sub(r"[^\w.=-]+", "_", test).strip("_")
