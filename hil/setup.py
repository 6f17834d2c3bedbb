"""Notes in the package which git revision it is built from; pyproject.toml has everything else."""

import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithRevision(build_py):
    """Copies modules and data, and writes `revision.txt` beside them."""

    def run(self) -> None:
        """Builds."""
        super().run()
        if self.editable_mode:
            return  # a checkout: git is asked at run time
        file = Path(self.build_lib) / "hotdesk_hil" / "revision.txt"
        file.unlink(missing_ok=True)
        command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
        try:
            done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, check=True)  # noqa: S603
        except (OSError, subprocess.CalledProcessError):
            return  # no git, or no repository
        file.write_bytes(done.stdout)


setup(cmdclass={"build_py": BuildWithRevision})
