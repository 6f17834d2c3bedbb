"""Whose failure a failure is: told by what went wrong, not by when."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest
from hotdesk_hil.rig.errors import BoardError, NotShown

@pytest.fixture
def broken_rig():
    raise BoardError("the board is gone")

@pytest.fixture
def silent_phone():
    raise NotShown("the idle screen", "(nothing)", 1)

@pytest.fixture
def silent_afterwards():
    yield
    raise NotShown("the idle screen", "(nothing)", 1)

def test_phone_in_teardown(silent_afterwards): pass
def test_rig_in_fixture(broken_rig): pass
def test_rig_in_test(): raise BoardError("the board is gone")
def test_error_of_labgrid():
    from labgrid.exceptions import NoDriverFoundError
    raise NoDriverFoundError("no driver")

def test_anything_out_of_the_rigs_code():
    from hotdesk_hil.rig.picture import Picture
    Picture.from_ppm(None, 1, 1)

def test_port_that_is_taken(em_service):
    import socket
    em_service.stop()
    with socket.create_server(("127.0.0.1", em_service.port)):
        em_service.start()

def test_nothing_arrived(em_service):
    em_service.wait_for_request(timeout=0)

def test_phone_in_fixture(silent_phone): pass
def test_phone_in_test(): raise NotShown("a title", "(nothing)", 1)
def test_assertion(): assert 1 == 2
def test_good(): pass
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_rig_gives_errors_and_phone_gives_failures(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-rfE", "--junitxml=junit.xml", *workers)
    result.assert_outcomes(passed=2, failed=5, errors=5)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    shown = result.stdout.str()
    rigs = ["rig_in_fixture", "rig_in_test", "error_of_labgrid", "anything_out_of_the_rigs_code"]
    for name in [*rigs, "port_that_is_taken"]:
        assert f"ERROR test_rig_gives_errors_and_phone_gives_failures.py::test_{name}" in shown
    suite = ElementTree.parse(pytester.path / "junit.xml").getroot().find("testsuite")
    assert (suite.get("failures"), suite.get("errors")) == ("5", "5")
    told = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert told == {
        "test_rig_in_fixture": ["error"],
        "test_rig_in_test": ["error"],
        "test_error_of_labgrid": ["error"],
        "test_anything_out_of_the_rigs_code": ["error"],
        "test_port_that_is_taken": ["error"],
        "test_nothing_arrived": ["failure"],
        "test_phone_in_teardown": ["failure"],
        "test_phone_in_fixture": ["failure"],
        "test_phone_in_test": ["failure"],
        "test_assertion": ["failure"],
        "test_good": [],
    }
