"""One HTML file that tells a person what happened: pytest-html's, with what the rig saw of each test.

Each test has its screens as pictures with the keys between them, the requests and answers, the log, and
on which rig and with which image it ran. Of a failed test the whole strip is shown. Must not import the
rig, and must not show a secret: what it is given is masked, and it masks once more.
"""

from __future__ import annotations

import base64
import importlib.util
from collections.abc import Mapping, MutableMapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .verdict import PHONE, RIG, verdict

if TYPE_CHECKING:
    from .emservice import Exchange
    from .rig.history import History, Step
    from .rig.picture import Picture

TITLE = "Phones under test"
# Screens that the strip of a passed test shows, the newest; a failed one shows MOST.
LAST, MOST = 6, 60
# A picture is shown at least so wide, in whole squares a pixel.
WIDTH = 256

# What failed, in the words of the exception, and in which colour.
_SENTENCES = pytest.StashKey[list[str]]()
_WANTED = pytest.StashKey[bool]()
# Whether the folder of a report that nobody asked for was made for it.
_OURS = pytest.StashKey[bool]()
_NOTED = pytest.StashKey[str]()
_DATA = pytest.StashKey[Any]()
_FACTS = pytest.StashKey[dict[str, set[str]]]()


def ask_for(config: pytest.Config, file: Path) -> None:
    """Has pytest-html write its report to this file, unless the command line names another.

    For `pytest_configure`, before pytest-html's own.
    """
    if importlib.util.find_spec("pytest_html") is None or not hasattr(config.option, "htmlpath"):
        return
    config.stash[_WANTED] = True
    if hasattr(config, "workerinput"):
        return  # who started this worker writes
    if not config.option.htmlpath:
        config.stash[_OURS] = not file.parent.exists()
        config.option.htmlpath = str(file)
        config.option.self_contained_html = True
    config.option.css = [*config.option.css, str(Path(__file__).with_name("report.css"))]
    config.stash[_FACTS] = {}
    config.pluginmanager.register(_Html(config))


def is_wanted(config: pytest.Config) -> bool:
    """Whether a report is being written."""
    return config.stash.get(_WANTED, False)


def note(item: pytest.Item, facts: Mapping[str, str], history: History, log: str, *, failed: bool) -> None:
    """Takes up what the report shows of a test on a rig."""
    shown = _facts(facts) + _strip(history, failed=failed)
    exchanges = [exchange for step in history.steps for exchange in step.exchanges]
    keys = [key for step in history.steps for key in step.keys]
    shown += _details(f"Keys ({len(keys)})", f"<p>{_keys(keys)}</p>")
    shown += _details(f"Requests and answers ({len(exchanges)})", _exchanges(exchanges))
    shown += _details("Log of the phone", f"<pre>{escape(log)}</pre>")
    item.stash[_NOTED] = history.mask(shown)


def note_failure(item: pytest.Item, report: pytest.TestReport, words: str) -> None:
    """Takes up what a phase of a test failed with, and whose failure it was."""
    whose = verdict(report) or (PHONE if report.when == "call" else RIG)
    blamed = {RIG: "The rig failed, so nothing is known about the phone", PHONE: "Failed"}[whose]
    sentence = f'<p class="{whose}"><b>{blamed} ({report.when}).</b></p><pre>{escape(words)}</pre>'
    item.stash.setdefault(_SENTENCES, []).append(sentence)


def attach(item: pytest.Item, report: pytest.TestReport) -> None:
    """Puts what was taken up into the report of a test's end, which travels to the one who writes."""
    shown = [*item.stash.get(_SENTENCES, []), item.stash.get(_NOTED, "")]
    if any(shown) and is_wanted(item.config):
        from pytest_html import extras

        content = f'<div class="hotdesk">{"".join(shown)}</div>'
        report.extras = [*getattr(report, "extras", []), extras.html(content)]


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Any:
    """Drops the report where no test ran on a rig: nobody asked for one."""
    try:
        return (yield)
    finally:
        config = session.config
        if _OURS in config.stash and not config.stash[_FACTS]:
            for plugin in config.pluginmanager.get_plugins():
                if type(plugin).__module__.startswith("pytest_html."):
                    config.pluginmanager.unregister(plugin)
            if config.stash[_OURS]:
                folder = Path(config.option.htmlpath).parent
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()


class _Html:
    """The hooks of pytest-html, which are known only where that is installed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._data: Any = None
        self._moved = {"failed": 0, "error": 0}

    def pytest_html_report_title(self, report: Any) -> None:
        """Names the report, and keeps hold of its counts."""
        report.title = TITLE
        self._data = report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collects on which rigs, with which images the run was."""
        for name, text in report.user_properties:
            if name in ("rig", "board", "image", "hotdesk-hil"):
                self._config.stash[_FACTS].setdefault(name, set()).add(str(text))

    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        """Gives the rig's failures the colour of errors, and the phone's that of failures."""
        told = verdict(report)
        shown = "Failed" if report.when == "call" else "Error"
        wanted = shown if told is None else "Error" if told == RIG else "Failed"
        if not report.failed or wanted == shown:
            return
        cells[0] = cells[0].replace(shown, wanted)
        self._moved[wanted.lower()] += 1
        self._moved[shown.lower()] -= 1

    def pytest_html_results_summary(self) -> None:
        """Sets the counts right, and says on what the run was."""
        for outcome, more in self._moved.items():
            self._data.outcomes[outcome]["value"] += more
        environment: MutableMapping[str, Any] = self._data.data["environment"]
        for name, texts in self._config.stash[_FACTS].items():
            environment[name] = ", ".join(sorted(texts))
        environment.pop("Plugins", None)


def _facts(facts: Mapping[str, str]) -> str:
    cells = (f"<span><b>{escape(name)}</b> {escape(text)}</span>" for name, text in facts.items())
    return f'<p class="facts">{" ".join(cells)}</p>'


def _strip(history: History, *, failed: bool) -> str:
    """The screens in their order, each with what was done on it."""
    most = MOST if failed else LAST
    steps: Sequence[Step] = [step for step in history.steps if step.picture is not None or step.keys]
    left_out = history.forgotten + len(steps) - len(steps[-most:])
    before = f'<p class="before">{left_out} screens before these</p>' if left_out else ""
    return f'{before}<div class="strip">{"".join(map(_figure, steps[-most:]))}</div>'


def _figure(step: Step) -> str:
    arrived = "".join(f"<samp>{escape(str(exchange.record))}</samp>" for exchange in step.exchanges)
    picture = _image(step.picture, step.text) if step.picture is not None else ""
    done = f"<b>{step.at:.1f} s</b> {_keys(step.keys)}{arrived}"
    return f"<figure>{picture}<figcaption>{done}</figcaption></figure>"


def _keys(keys: Sequence[str]) -> str:
    return " ".join(f"<kbd>{escape(key)}</kbd>" for key in keys)


def _image(picture: Picture, text: str) -> str:
    """A picture with the text on it; the file has no metadata."""
    file = BytesIO()
    picture.image().save(file, format="PNG", optimize=True)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    scale = -(-WIDTH // picture.width)
    width, height = picture.width * scale, picture.height * scale
    alternative = escape(text, quote=True)
    return f'<img src="data:image/png;base64,{data}" width="{width}" height="{height}" alt="{alternative}">'


def _exchanges(exchanges: Sequence[Exchange]) -> str:
    if not exchanges:
        return "<p>Nothing arrived.</p>"
    return "".join(
        f"<p><samp>{escape(str(record))}</samp></p>"
        + "".join(f"<pre>{escape(document)}</pre>" for document in (request, answer) if document is not None)
        for record, request, answer in exchanges
    )


def _details(title: str, content: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{content}</details>"
