"""What every suite uses: a phone on a board, the service simulator, and evidence of what failed.

A test gets the phone switched on and idle, with the demo cluster's application user in its configuration,
unless it boots the rig itself. It says what a person sees and ends with the service's own view. Each test
runs on each rig that `--rig` names, and has the rig's name in its own. What a board cannot do is skipped,
with the reason, and told at the end. Of a failed test the console, the last picture and the configuration
are kept in target/hil/<test>/.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_hil.emservice import EmService
from hotdesk_hil.rig import Phone, Rig, RigError, repository, rig_file
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.needs import (  # noqa: F401 - pytest finds the hooks by name
    pytest_runtest_setup,
    pytest_terminal_summary,
)
from hotdesk_hil.rig.verdict import (  # noqa: F401 - pytest finds the hooks by name
    pytest_report_teststatus,
    pytest_runtest_makereport,
    tell_junit,
)

DEFMT_PRINT_IN_REPOSITORY = Path("target/tools/bin/defmt-print")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the rig's options."""
    group = parser.getgroup("hotdesk")
    group.addoption(
        "--rig",
        action="append",
        metavar="RIG",
        help="rig file, or the name of one in hil/rigs; several with commas, or the option again"
        " (default: lm3s6965evb)",
    )
    group.addoption(
        "--kernel", type=Path, help="the phone's image, for one rig (default: as the rig file says)"
    )
    group.addoption(
        "--defmt-print", type=Path, help="puts logs into words (default: as set up in target/tools)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Finds the rigs, and says what the marker is for."""
    tell_junit(config)
    config.addinivalue_line(
        "markers", "needs(*capabilities): runs only on boards that have these capabilities"
    )
    named = [name for given in config.getoption("--rig") or [""] for name in given.split(",")]
    try:
        config.stash[_RIGS] = [rig_file(name) for name in named]
    except RigError as error:
        raise pytest.UsageError(f"--rig: {error}") from error
    if len(named) > 1 and config.getoption("--kernel"):
        raise pytest.UsageError("--kernel: an image is for one board; name one rig")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Has each test run on each rig."""
    if "bench" in metafunc.fixturenames:
        rigs = metafunc.config.stash[_RIGS]
        metafunc.parametrize("bench", rigs, ids=[file.stem for file in rigs], indirect=True, scope="session")


_RIGS = pytest.StashKey[list[Path]]()


@pytest.fixture(scope="session")
def cluster() -> DemoCluster:
    """The demo cluster: its file, the phone's application user, john and his PIN."""
    return DemoCluster.read()


@pytest.fixture(scope="session")
def defmt_print(request: pytest.FixtureRequest) -> Path:
    """The tool that puts the phone's log into words."""
    return request.config.getoption("--defmt-print") or repository() / DEFMT_PRINT_IN_REPOSITORY


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The rig, switched off: one for each board and pytest worker."""
    with Rig(request.config.getoption("--kernel"), request.param) as rig:
        yield rig


@pytest.fixture
def service(cluster: DemoCluster) -> Iterator[EmService]:
    """The service, nobody logged in."""
    with EmService(cluster.path) as service:
        yield service


@pytest.fixture
def rig(bench: Rig, defmt_print: Path, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The rig for a test that boots the phone itself; keeps the evidence of a failed test."""
    directory = evidence_directory(request.node)
    shutil.rmtree(directory, ignore_errors=True)
    failures = request.session.testsfailed
    yield bench
    try:
        # Setup and test have been reported by now, and a worker runs one test at a time.
        if request.session.testsfailed > failures:
            keep_evidence(bench, directory, defmt_print)
    finally:
        bench.off()


@pytest.fixture
def phone(rig: Rig, service: EmService, cluster: DemoCluster) -> Phone:
    """The phone, idle, with its application user, nobody logged in."""
    rig.boot(cluster.phone_config(service.port))
    phone = Phone(rig)
    phone.wait_idle("Nobody logged in")
    return phone


def evidence_directory(test: pytest.Item) -> Path:
    """Where the evidence of this test goes."""
    return repository() / "target" / "hil" / re.sub(r"[^\w.=-]+", "_", test.name).strip("_")


def keep_evidence(rig: Rig, directory: Path, defmt_print: Path) -> None:
    """Keeps the console, the last picture with its text, and the configuration without secrets."""
    directory.mkdir(parents=True, exist_ok=True)
    try:
        words = rig.log.text(defmt_print, rig.kernel)
    except RigError as error:
        words = f"{error}\n"
    (directory / "console.txt").write_text(words, encoding="utf-8")
    (directory / "console.defmt").write_bytes(rig.log.data)
    if rig.screen.last is not None:
        rig.screen.last.picture.save_png(directory / "screen.png")
        (directory / "screen.txt").write_text(f"{rig.screen.last}\n", encoding="utf-8")
    try:
        text = (rig.configuration.config() or b"").decode("utf-8", errors="replace")
    except RigError as error:
        text = f"{error}\n"
    masked = re.sub(r"(?im)^(\s*(?:appCertificate|adminCode)\s*=).*$", r"\1 ***", text)
    (directory / "HOTDESK.TXT").write_text(masked, encoding="utf-8")
