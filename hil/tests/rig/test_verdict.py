"""Whose failure a failure is: told by what went wrong, not by when."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
from hotdesk_hil.rig.verdict import pytest_report_teststatus, pytest_runtest_makereport, tell_junit

def pytest_configure(config):
    tell_junit(config)
"""

TESTS = """
import pytest
from hotdesk_hil.rig.errors import BoardError, NotShown

@pytest.fixture
def broken_rig():
    raise BoardError("the board is gone")

@pytest.fixture
def silent_phone():
    raise NotShown("the idle screen", "(nothing)", 1)

def test_rig_in_fixture(broken_rig): pass
def test_rig_in_test(): raise BoardError("the board is gone")
def test_phone_in_fixture(silent_phone): pass
def test_phone_in_test(): raise NotShown("a title", "(nothing)", 1)
def test_assertion(): assert 1 == 2
def test_good(): pass
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_rig_gives_errors_and_phone_gives_failures(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-rfE", "--junitxml=junit.xml", *workers)
    result.assert_outcomes(passed=1, failed=3, errors=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    shown = result.stdout.str()
    for name in ("rig_in_fixture", "rig_in_test"):
        assert f"ERROR test_rig_gives_errors_and_phone_gives_failures.py::test_{name}" in shown
    suite = ElementTree.parse(pytester.path / "junit.xml").getroot().find("testsuite")
    assert (suite.get("failures"), suite.get("errors")) == ("3", "2")
    told = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert told == {
        "test_rig_in_fixture": ["error"],
        "test_rig_in_test": ["error"],
        "test_phone_in_fixture": ["failure"],
        "test_phone_in_test": ["failure"],
        "test_assertion": ["failure"],
        "test_good": [],
    }
