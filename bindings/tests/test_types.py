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


VERDICTS = """# pyright: strict
from typing_extensions import assert_never
from hotdesk import azure_mfa, vip

def lets_in(verdict: vip.Verdict) -> bool:
    match verdict:
        case vip.Approved():
            return True
        case vip.Pending() | vip.Denied() | vip.Changed() | vip.Expired() | vip.NotFound():
            return False
        case vip.NotCompleted() | vip.RequirementsNotMet() | vip.UnknownVerdict() | vip.CallFailed():
            return False
        case _:
            assert_never(verdict)

result = azure_mfa.parse("SUCCESS_PHONE_APP_AUTHENTICATED")
print(result.row.meaning, lets_in(vip.read_poll(b"", transaction_id="77")))
"""
MISUSES = {
    "lets_in(result)": "reportArgumentType",
    "lets_in(azure_mfa.CallResult(21))": "reportArgumentType",
    "if result: print('in')": "reportGeneralTypeIssues",
    "print('in' if result else 'out')": "reportGeneralTypeIssues",
    "print(not result)": "reportGeneralTypeIssues",
    "vip.Approved(status=result)": "reportArgumentType",
    "verdict: vip.Verdict = result": "reportAssignmentType",
    "if vip.read_poll(b'', transaction_id='1'): print('in')": "reportGeneralTypeIssues",
    "lets_in(vip.read_push(b''))": "reportArgumentType",
    "lets_in(vip.read_voice(b''))": "reportArgumentType",
    "result.code = 1": "reportAttributeAccessIssue",
}


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


def test_pyright_refuses_each_use_of_an_azure_result_or_of_a_push_that_was_sent_as_a_verdict(
    tmp_path: Path,
) -> None:
    program = tmp_path / "program.py"
    program.write_text(VERDICTS)
    pyright(program, cwd=tmp_path)
    first = len(VERDICTS.splitlines()) + 1
    program.write_text(VERDICTS + "\n".join(MISUSES))
    with pytest.raises(AssertionError) as refused:
        pyright(program, cwd=tmp_path)
    for line, rule in enumerate(MISUSES.values(), first):
        (said,) = [text for text in str(refused.value).split("\\n") if f"program.py:{line}:" in text]
        assert rule in said or rule in str(refused.value).partition(said)[2].partition("program.py")[0], said
