"""The stub says what the native module has, and pyright has nothing to say about it, about the package, and
about a program that uses it, in strict mode but for the package's own modules.
"""

import subprocess
import sys
from pathlib import Path

import hotdesk
import pytest


def test_the_stub_agrees_with_the_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "hotdesk._native"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout.decode()


PROGRAM = """# pyright: strict
import hotdesk
from hotdesk.client import Retry, Timeouts

app = hotdesk.AppInfo(id="emphone", certificate=hotdesk.Secret("secret"))
with hotdesk.Client("cucm.example", app, timeouts=Timeouts(read=1), retry=Retry(attempts=2)) as client:
    client.login("SEP003094C25B15", "john", duration="indefinite")
    for row in client.device_users("SEP003094C25B15"):
        print(row.name.upper(), row.status == "loggedIn", row.user)
    for user in client.device_profiles("john"):
        print([profile.name for profile in user.profiles], user.failure and user.failure.code)
match hotdesk.parse(b""):
    case hotdesk.Failure(code=code, name=name):
        print(code, name)
    case hotdesk.DeviceUserResults(devices=devices):
        print(devices[0].name, devices[1:])
    case _:
        pass
print(hotdesk.codes.em_service[26].remedy, hotdesk.explain("26")[0].code)
"""


def pyright(*arguments: object, cwd: Path) -> None:
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_pyright_accepts_stub_and_package(tmp_path: Path) -> None:
    package = Path(hotdesk.__file__).parent
    assert (package / "py.typed").exists()
    assert (package / "_native.pyi").read_text(encoding="utf-8").startswith("# pyright: strict\n")
    # Each by its name: a folder within an environment is left out silently.
    pyright(*package.glob("*.py*"), cwd=tmp_path)


def test_pyright_in_strict_mode_accepts_a_program_that_uses_the_package(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    pyright(program, cwd=tmp_path)


def test_pyright_refuses_a_program_that_uses_it_wrongly(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace('duration="indefinite"', 'duration="forever"'))
    with pytest.raises(AssertionError, match="forever"):
        pyright(program, cwd=tmp_path)
