"""Three colours for pytest: PASS and FAIL are the phone's, ERROR is the rig's.

pytest itself tells by when something went wrong: in a test it fails, in a fixture it is an error. A rig
may break in the middle of a test, and a phone may fail while a fixture waits for it to boot. These hooks
tell by what went wrong, in the terminal and in JUnit's XML; `report` does in HTML. They must not change
whether a run as a whole has failed, nor import the rig.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from types import TracebackType

import pytest
from _pytest.junitxml import xml_key

RIG, PHONE = "rig", "phone"

# What goes wrong in code of these is no word of the phone's.
_RIGS_OWN = (str(Path(__file__).parent / "rig") + "/", "/labgrid/")

_VERDICT = "hotdesk_verdict"


def verdict(report: pytest.TestReport) -> str | None:
    """Whose failure a report tells: RIG, PHONE, or None where pytest's own rule holds."""
    return getattr(report, _VERDICT, None)


# Next to pytest's own: whoever else looks at the report finds the verdict on it.
@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes on the report whose failure it was, and leaves the rig's own frames out of what it quotes."""
    whose = None if call.excinfo is None else _whose(call.excinfo.value)
    if whose is not None and not item.config.getoption("fulltrace"):
        call.excinfo = _without_the_rig(call.excinfo)
    report = yield
    if report.failed:
        # A plain value on the report also travels from an xdist worker to the one that prints.
        setattr(report, _VERDICT, whose)
    return report


def _whose(error: BaseException) -> str | None:
    """Whose failure an exception is: it says so itself, or comes out of the rig's own code."""
    told = getattr(error, "verdict", None)
    if told is not None or not isinstance(error, Exception) or isinstance(error, AssertionError):
        return told
    if type(error).__module__.startswith("labgrid."):
        return RIG
    return RIG if any(part in _innermost(error.__traceback__) for part in _RIGS_OWN) else None


def _without_the_rig(error: pytest.ExceptionInfo[BaseException]) -> pytest.ExceptionInfo[BaseException]:
    """Ends the traceback with the line that asked the rig, where there is one."""
    asking: list[TracebackType] = []
    trace = error.tb
    while trace is not None:
        if not any(part in trace.tb_frame.f_code.co_filename for part in _RIGS_OWN):
            asking.append(trace)
        trace = trace.tb_next
    shown: TracebackType | None = None
    for each in reversed(asking):
        shown = TracebackType(shown, each.tb_frame, each.tb_lasti, each.tb_lineno)
    if shown is None:
        return error
    return pytest.ExceptionInfo.from_exc_info((error.type, error.value, shown))


def _innermost(trace: TracebackType | None) -> str:
    """Returns the file in which an exception was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else trace.tb_frame.f_code.co_filename


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Counts the rig's failures as errors and the phone's as failures, whenever they came."""
    whose = verdict(report)
    if whose == RIG:
        return "error", "E", "ERROR"
    if whose == PHONE:
        return "failed", "F", "FAILED"
    return None


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """JUnit's XML, where it is written, tells the rig's failures as errors, the phone's as failures."""
    config.pluginmanager.register(_JUnit(config))


class _JUnit:
    """Sets right what pytest has written of a report."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        wanted = {RIG: "error", PHONE: "failure"}.get(verdict(report) or "")
        xml = self._config.stash.get(xml_key, None)
        if wanted is None or xml is None:
            return (yield)
        # What is written of a test is closed with its end: hold on to it.
        elements = xml.node_reporter(report).nodes
        yield
        for element in elements:
            if element.tag in ("error", "failure") and element.tag != wanted:
                xml.stats[element.tag] -= 1
                xml.stats[wanted] += 1
                element.tag = wanted
