"""README.md, "A phone under test": its examples run, in this environment and in one made by its own steps."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from hotdesk_hil.rig import repository

pytest_plugins = ["pytester"]

# Runs of a board each, of which several share the machine.
pytestmark = pytest.mark.timeout(600)

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## A phone under test\n")[2].partition("\n## ")[0]
SUITE, *EXAMPLES = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
STEPS, RUNS = re.findall(r"```console\n(.*?)```", SECTION, re.DOTALL)


def commands(console: str) -> list[list[str]]:
    """The commands of a console, with the repository where it is."""
    lines = [line.removeprefix("$ ") for line in console.splitlines()]
    return [shlex.split(line.replace("../hotdesk", str(repository()))) for line in lines]


@pytest.mark.parametrize("board", ["lm3s6965evb", "w5500-evb-pico"])
def test_each_fixture_has_an_example_that_runs(pytester: pytest.Pytester, board: str) -> None:
    fixtures = ["phone", "rig", "em_service", "network"]
    defined = [re.search(r"def test_\w+\((.*?)\)", example)[1].split(", ")[-1] for example in EXAMPLES]
    assert defined == fixtures
    pytester.makepyfile(**{f"test_{name}": text for name, text in zip(fixtures, EXAMPLES, strict=True)})
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:schemathesis", "--rig", board)
    done.assert_outcomes(passed=len(EXAMPLES))


@pytest.mark.timeout(900)
def test_a_folder_of_its_own_needs_the_steps_and_twelve_lines(tmp_path: Path) -> None:
    assert len(SUITE.splitlines()) <= 12

    def run(*command: str, red: bool = False) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False, env=environment
        )
        assert done.returncode == (1 if red else 0), done.stdout + done.stderr
        return done.stdout

    # Nothing of this environment but the tool for the log, which the steps take from elsewhere.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))
    }
    environment["PATH"] += f":{repository() / 'target/tools/bin'}"
    for _, *words in commands(STEPS)[:1]:
        run(sys.executable, *words)
    for command in commands(STEPS)[1:]:
        run(*command)
    (tmp_path / "test_phone.py").write_text(SUITE, encoding="utf-8")
    for command, passed in zip(commands(RUNS), (1, 2), strict=True):
        assert f"{passed} passed" in run(*command)
    report = tmp_path / "hotdesk-evidence" / "report.html"
    assert report.read_text(encoding="utf-8").count("INFO") > 10  # the log in words
    report.unlink()

    (tmp_path / "test_phone.py").write_text(SUITE.replace('"12345"', '"12346"'), encoding="utf-8")
    said = run(*commands(RUNS)[0], red=True)
    assert "the phone did not show 'Logged in'" in said
    assert "1 failed" in said
    assert "Login failed" in report.read_text(encoding="utf-8")
    assert (report.parent / "test_john_logs_in_and_out_lm3s6965evb" / "screen.png").is_file()
