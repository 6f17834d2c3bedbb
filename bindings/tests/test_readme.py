"""The examples of README.md, run as they stand there."""

import re
import shlex
from pathlib import Path

import pytest
from conftest import Run

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "bindings" / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the one fenced block of a language."""
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return text


def test_the_other_examples_run() -> None:
    exec(block("py"), {})


def test_the_command_prints_what_the_readme_shows(hotdesk: Run) -> None:
    name, *arguments = shlex.split(block("sh"))
    assert name == "hotdesk"
    assert hotdesk(*arguments, cwd=ROOT).stdout.decode() == block("json")


def test_the_python_example_prints_what_its_comments_say(capsys: pytest.CaptureFixture[str]) -> None:
    exec(block("python"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.*\)  # (.*)", block("python"))
