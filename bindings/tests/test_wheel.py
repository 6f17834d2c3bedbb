"""The wheel in a clean environment: it has what it needs, and the messages need nothing else."""

import subprocess
import sys
import venv
from pathlib import Path

from conftest import VECTORS

BINDINGS = Path(__file__).resolve().parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_works_where_nothing_else_is_installed(tmp_path: Path) -> None:
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", tmp_path, BINDINGS, cwd=tmp_path)
    (wheel,) = tmp_path.glob("hotdesk-*.whl")
    assert "-cp310-abi3-" in wheel.name
    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean" / "bin" / "python"
    run(python, "-m", "pip", "install", "--no-deps", wheel, cwd=tmp_path)
    sample = VECTORS / "samples" / "success.xml"
    command = tmp_path / "clean" / "bin" / "hotdesk"
    assert run(command, "decode", sample, cwd=tmp_path) == '{"kind":"response","result":"success"}\n'
    constraints = BINDINGS / "constraints.txt"
    run(python, "-m", "pip", "install", "-c", constraints, wheel, cwd=tmp_path)
    assert "take-over" in run(command, "completion", "bash", cwd=tmp_path)
    run(python, "-c", "import hotdesk; hotdesk.Client", cwd=tmp_path)
