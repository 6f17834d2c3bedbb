"""Three colours for pytest: PASS and FAIL are the phone's, ERROR is the rig's.

pytest itself tells by when something went wrong: in a test it fails, in a fixture it is an error. A rig
may break in the middle of a test, and a phone may fail while a fixture waits for it to boot. These hooks
tell by what went wrong, in the terminal and in JUnit's XML. A conftest imports them by name; they must
not change whether a run as a whole has failed.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest
from _pytest.junitxml import xml_key

from .errors import NotShown, RigError

_VERDICT = "hotdesk_verdict"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,  # noqa: ARG001 - the hook's signature
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes on the report whose failure it was."""
    report = yield
    if report.failed and call.excinfo is not None:
        # A plain value on the report also travels from an xdist worker to the one that prints.
        if isinstance(call.excinfo.value, RigError):
            setattr(report, _VERDICT, "rig")
        elif isinstance(call.excinfo.value, NotShown):
            setattr(report, _VERDICT, "phone")
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Counts the rig's failures as errors and the phone's as failures, whenever they came."""
    verdict = getattr(report, _VERDICT, None)
    if verdict == "rig":
        return "error", "E", "ERROR"
    if verdict == "phone":
        return "failed", "F", "FAILED"
    return None


def tell_junit(config: pytest.Config) -> None:
    """For `pytest_configure`: JUnit's XML tells the rig's failures as errors, the phone's as failures."""
    config.pluginmanager.register(_JUnit(config))


class _JUnit:
    """Sets right what pytest has written of a report."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        yield
        wanted = {"rig": "error", "phone": "failure"}.get(getattr(report, _VERDICT, ""))
        xml = self._config.stash.get(xml_key, None)
        if wanted is None or xml is None:
            return
        for element in xml.node_reporter(report).nodes:
            if element.tag in ("error", "failure") and element.tag != wanted:
                xml.stats[element.tag] -= 1
                xml.stats[wanted] += 1
                element.tag = wanted
