"""How the suites are told which rigs to run on, and what a rig that cannot start comes to. Needs no phone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hotdesk_hil.rig import repository

SUITE = "hil/suites/test_words.py"
BOTH = {"lm3s6965evb", "w5500-evb-pico"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a suite with these arguments of pytest's."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SUITE, *arguments],
        cwd=repository(),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def rigs(listed: str) -> set[str]:
    """The rigs in the names of the tests that were collected."""
    return {line.partition("[")[2].rstrip("]") for line in listed.splitlines() if "::" in line}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rig", "lm3s6965evb,w5500-evb-pico"],
        ["--rig", "lm3s6965evb", "--rig", "hil/rigs/w5500-evb-pico.yaml"],
    ],
    ids=["commas", "again"],
)
def test_each_test_runs_on_each_rig_and_says_on_which(arguments: list[str]) -> None:
    done = run("--collect-only", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert rigs(done.stdout) == BOTH


def test_one_rig_is_the_default() -> None:
    assert rigs(run("--collect-only").stdout) == {"lm3s6965evb"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rig", "pico"], "--rig: no rig is named 'pico': name a file, or one of bench-stm32f746g-disco"),
        (["--rig", "lm3s6965evb,w5500-evb-pico", "--image", "x"], "--image: an image is for one board"),
        (["--rig", "lm3s6965evb,w5500-evb-pico", "--image", "pico=x"], "--image: an image is for one board"),
        (["--rig", "lm3s6965evb", "--image", "x", "--image", "y"], "--image: an image is for one board"),
    ],
    ids=["unknown-rig", "image-for-two", "image-for-unknown-rig", "two-images-for-one"],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert words in done.stderr


def test_each_rig_takes_its_own_image(tmp_path: Path) -> None:
    images = {rig: tmp_path / f"{rig}.elf" for rig in sorted(BOTH)}
    given = [argument for rig, image in images.items() for argument in ("--image", f"{rig}={image}")]
    done = run("--rig", ",".join(images), *given)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    for image in images.values():
        assert f"no phone image at {image}" in done.stdout


@pytest.mark.parametrize("rig", sorted(BOTH))
def test_image_that_is_missing_is_the_rigs_error_and_says_what_to_do(rig: str, tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    done = run("--rig", rig, "--image", str(tmp_path / "phone.elf"), f"--junitxml={junit}")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "no phone image at" in done.stdout
    assert "build it" in done.stdout
    suite = ElementTree.parse(junit).getroot().find("testsuite")
    counts = [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["2", "0", "1", "1"]
    assert all(case.get("name").endswith(f"[{rig}]") for case in suite.iter("testcase"))
    # It stays broken, and says so once, but for the summary at the end, which may be cut.
    assert done.stdout.partition("short test summary info")[0].count("build it") == 1
    assert "not run: 1 test" in done.stdout
