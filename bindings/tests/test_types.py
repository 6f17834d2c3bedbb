"""The stub says what the native module has, and pyright in strict mode has nothing to say about the
package.
"""

import subprocess
import sys
from pathlib import Path

import hotdesk


def test_the_stub_agrees_with_the_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "hotdesk._native"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_pyright_in_strict_mode_accepts_the_stub() -> None:
    stub = Path(hotdesk.__file__).with_name("_native.pyi")
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, str(stub)]
    settings = stub.parent / "py.typed"
    assert settings.exists()
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout.decode()
