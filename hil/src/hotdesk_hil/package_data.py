"""What comes with the package: rig files, clusters, fonts, emulators and the phone's images.

In a checkout the folders are links to where each of these has its one source; building the package copies
what they lead to. Must not import the rig: the pytest plugin asks here what rigs there are.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
RIGS = FOLDER / "rigs"
CLUSTERS = FOLDER / "clusters"
FONTS = FOLDER / "fonts"
EMULATORS = FOLDER / "emulators"
IMAGES = FOLDER / "images"

# Written when the package is built; in a checkout git is asked.
REVISION = FOLDER / "revision.txt"
GIT_DEADLINE = 10.0


def find(path: str, beside: Path) -> Path:
    """Returns the file of a relative path: in the folder `beside`, else the one that comes with the package.

    Where there is neither, the place is named where the first one is missing.
    """
    own, ours = beside / path, FOLDER / path
    if own.exists() or not (ours.exists() or beside.resolve() == RIGS.resolve()):
        return own
    return ours


def rig_names() -> list[str]:
    """Returns the names of the rigs that come with the package."""
    return sorted(path.stem for path in RIGS.glob("*.yaml"))


@cache
def revision() -> str:
    """Returns the git revision that the package is of; "unknown" where it was built outside a repository."""
    if REVISION.is_file():
        return REVISION.read_text(encoding="utf-8").strip()
    return git_revision(FOLDER) or "unknown"


def git_revision(folder: Path) -> str | None:
    """Returns the revision of the checkout a folder is in, `-dirty` behind it; None where there is none."""
    git = shutil.which("git")
    if git is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours
            [git, "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            capture_output=True,
            text=True,
            timeout=GIT_DEADLINE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
