"""The pytest plugin of the rig: the fixtures `rig`, `phone` and `network`, and the options that say on what.

A test gets the phone switched on and idle, with an application user of the cluster in its configuration,
unless it boots the rig itself. It runs on each rig that `--rig` names and has the rig's name in its own;
what a board cannot do is skipped, with the reason. A rig that is broken says so once: no later test runs
against it. Must not import labgrid before a test asks for a rig: a project that tests a client installs
none.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import package_data, report
from .emservice import EmService
from .masking import Secrets
from .needs import rig_file_of
from .verdict import RIG, verdict

if TYPE_CHECKING:
    from .rig import Phone, PhoneConfig, Rig
    from .rig.boots import SharedBoot
    from .rig.history import History
    from .rig.network import Network

APPLICATION_USER = "emphone"
"""The application user of the demo cluster that a phone has in its configuration."""
EVIDENCE = "hotdesk-evidence"
"""Where evidence goes, if nobody says where."""
BROKEN = "not run: "

_RIGS = pytest.StashKey[list[Path]]()
_IMAGES = pytest.StashKey[dict[str, Path]]()
_SHARED = pytest.StashKey["dict[Path, Rig]"]()
_BOOTS = pytest.StashKey["dict[Rig, SharedBoot]"]()
_BROKEN = pytest.StashKey[dict[Path, str]]()
_SECRETS = pytest.StashKey[Secrets]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the rig's options."""
    group = parser.getgroup("hotdesk", "phones under test")
    group.addoption(
        "--rig",
        action="append",
        metavar="RIG",
        help="rig file, or the name of one that comes with the package"
        f" ({', '.join(package_data.rig_names())}); several with commas, or the option again"
        " (default: lm3s6965evb)",
    )
    group.addoption(
        "--image",
        action="append",
        metavar="ELF",
        help="the phone's image; with several rigs RIG=ELF, once for each (default: as the rig file says)",
    )
    group.addoption(
        "--evidence",
        type=Path,
        metavar="DIR",
        help=f"where report.html goes, and what is kept of failed tests (default: {EVIDENCE})",
    )
    group.addoption(
        "--defmt-print",
        type=Path,
        metavar="PATH",
        help="puts the phone's log into words (default: the one on the PATH)",
    )
    group.addoption("--smoke", action="store_true", help="run the tests that are marked smoke, and no others")
    parser.addini("evidence", "as --evidence, relative to the ini file")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Finds the rigs that are named, asks for the report, and says what the marker is for."""
    config.addinivalue_line(
        "markers", "needs(*capabilities): runs only on boards that have these capabilities"
    )
    config.addinivalue_line("markers", "smoke: is one of the few that --smoke runs")
    config.addinivalue_line("markers", "long: begins before the others, so that no worker waits for it alone")
    config.stash[_SHARED], config.stash[_BOOTS], config.stash[_BROKEN] = {}, {}, {}
    named = [name for given in config.getoption("rig") or [] for name in given.split(",")]
    if named:
        config.stash[_RIGS] = _rig_files(named)
    files = config.stash.get(_RIGS, [])
    config.stash[_IMAGES] = _images([file.stem for file in files], config.getoption("image") or [])
    if importlib.util.find_spec("labgrid") is not None:
        report.ask_for(config, evidence(config) / "report.html")


def _rig_files(names: list[str]) -> list[Path]:
    if importlib.util.find_spec("labgrid") is None:
        raise pytest.UsageError("hotdesk-hil is installed without its rig: pip install 'hotdesk-hil[rig]'")
    from .rig import RigError, rig_file

    try:
        return [rig_file(name) for name in names]
    except RigError as error:
        raise pytest.UsageError(f"--rig: {error}") from error


def _images(rigs: list[str], given: list[str]) -> dict[str, Path]:
    """Returns the image of each rig that was given one, by the rig's name; "" is the one rig there is."""
    images = {}
    for text in given:
        rig, named, path = text.partition("=")
        if not (named and rig in rigs):
            rig, path = "", text
        if rig in images or (not rig and len(rigs) > 1):
            raise pytest.UsageError("--image: an image is for one board; name one rig, or RIG=ELF for each")
        images[rig] = Path(path)
    return images


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Has each test with a phone run on each rig."""
    if "shared_rig" not in metafunc.fixturenames:
        return
    config = metafunc.config
    if _RIGS not in config.stash:
        config.stash[_RIGS] = _rig_files([""])
    rigs = config.stash[_RIGS]
    ids = [file.stem for file in rigs]
    metafunc.parametrize("shared_rig", rigs, ids=ids, indirect=True, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Has long tests begin first; leaves out what is not marked smoke, where only that is asked for."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if not config.getoption("smoke"):
        return
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("smoke") is None])
    items[:] = [item for item in items if item.get_closest_marker("smoke") is not None]


@pytest.fixture(scope="session")
def shared_rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The rig, off or as the test before left it: one for each board and pytest worker."""
    from .rig import Rig

    images = request.config.stash[_IMAGES]
    with Rig(images.get(request.param.stem, images.get("")), request.param) as rig:
        rig.defmt_print = request.config.getoption("defmt_print")
        request.config.stash[_SHARED][request.param] = rig
        yield rig


@pytest.fixture
def rig(shared_rig: Rig, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The rig for a test that boots the phone itself; off at first, and afterwards.

    With the fixture `phone` it is left on where the next test may go on with the phone. Whatever is done
    with the phone goes into the report. Of a failed test, files are kept as well.
    """
    from .rig.history import History

    directory = _evidence_of(request.node)
    shutil.rmtree(directory, ignore_errors=True)
    boots = _boots(request, shared_rig)
    if "phone" not in request.fixturenames and shared_rig.is_on:
        shared_rig.off()
    boots.told = ""
    secrets = request.node.stash.setdefault(_SECRETS, Secrets())
    history = History(secrets)
    shared_rig.record(history)
    failures = request.session.testsfailed
    yield shared_rig
    try:
        # Setup and test have been reported by now, and a worker runs one test at a time.
        failed = request.session.testsfailed > failures
        if not failed:
            shared_rig.check()
    except Exception:
        failed = True
        raise
    finally:
        history.end()
        log = _log(request, shared_rig, failed=failed, shared=bool(boots.told))
        _keep(request, shared_rig, history, log, boots.told, failed=failed)
        if failed or not boots.told or not boots.end(log):
            shared_rig.off()


def _boots(request: pytest.FixtureRequest, rig: Rig) -> SharedBoot:
    from .rig.boots import SharedBoot

    boots = request.config.stash[_BOOTS]
    if rig not in boots:
        boots[rig] = SharedBoot(rig)
    return boots[rig]


@pytest.fixture
def network(rig: Rig, em_service: EmService) -> Iterator[Network]:
    """The network between the phone and `em_service`, as it should be until the test has a fault strike.

    The phone of a test with this fixture finds the service by its name.
    """
    from .rig.network import Network

    with Network(rig, em_service.port) as network:
        yield network


@pytest.fixture
def phone_config(request: pytest.FixtureRequest, em_service: EmService) -> PhoneConfig:
    """What the phone is told before it starts: the service, and an application user of the cluster.

    That is `emphone`, else the first there is. A test module that wants another configuration overrides this.
    """
    from .rig import PhoneConfig
    from .rig.demo_cluster import HOST_AS_SEEN_BY_PHONE

    users = em_service.cluster.application_users
    user = users.get(APPLICATION_USER) or next(iter(users.values()), None)
    config = PhoneConfig(
        [f"{HOST_AS_SEEN_BY_PHONE}:{em_service.port}"],
        user and user.id,
        user and user.certificate,
    )
    if "network" not in request.fixturenames:
        return config
    network: Network = request.getfixturevalue("network")
    return network.configured(config)


@pytest.fixture
def phone(
    request: pytest.FixtureRequest, rig: Rig, em_service: EmService, phone_config: PhoneConfig
) -> Iterator[Phone]:
    """A phone that is switched on and idle, and has asked `em_service` who is logged in.

    It may be on since a test before, where that left it as it is after a start: see `rig.boots`.
    """
    boots = _boots(request, rig)
    failures = request.session.testsfailed
    yield boots.begin(phone_config, em_service)
    rig.history.end()
    boots.leave(em_service, failed=request.session.testsfailed > failures)


@pytest.fixture(autouse=True)
def _watched_service(request: pytest.FixtureRequest) -> Iterator[None]:
    """Has the history take up what arrives at the service of a test with a rig, and know its secrets."""
    if not {"rig", "em_service"} <= {*request.fixturenames}:
        yield
        return
    rig: Rig = request.getfixturevalue("rig")
    service: EmService = request.getfixturevalue("em_service")
    cluster = service.cluster
    rig.history.learn(
        *(user.certificate for user in cluster.application_users.values()),
        *(secret for user in cluster.users.values() for secret in (user.pin, user.password)),
    )
    watcher = rig.history.arrived
    service.watchers.append(watcher)
    yield
    service.watchers.remove(watcher)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test whose rig is broken."""
    file = rig_file_of(item)
    if file is not None and (why := item.config.stash[_BROKEN].get(file)) is not None:
        pytest.skip(f"{BROKEN}{why}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes that a rig is broken, and takes secrets out of what the report quotes."""
    result = yield
    file = rig_file_of(item)
    if file is None:
        return result
    if verdict(result) == RIG and call.excinfo is not None:
        rig = item.config.stash[_SHARED].get(file)
        # One that could not even be made is broken, too.
        if rig is None or rig.strategy.broken is not None:
            item.config.stash[_BROKEN].setdefault(file, f"the rig {file.stem} is broken since {item.name}")
    secrets = item.stash.get(_SECRETS, Secrets())
    result.longrepr = secrets.mask_all(result.longrepr)
    result.sections = secrets.mask_all(result.sections)
    if result.failed and call.excinfo is not None:
        report.note_failure(item, result, secrets.mask(str(call.excinfo.value)))
    if call.when == "teardown":
        report.attach(item, result)
    return result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says once of each rig that is broken why, and how many tests were not run."""
    reasons = Counter(
        reason.removeprefix(BROKEN)
        for skipped in terminalreporter.stats.get("skipped", [])
        if isinstance(skipped.longrepr, tuple)
        and (reason := skipped.longrepr[2].removeprefix("Skipped: ")).startswith(BROKEN)
    )
    if reasons:
        terminalreporter.section("rigs that are broken")
    for reason, tests in sorted(reasons.items()):
        terminalreporter.write_line(reason)
        terminalreporter.write_line(f"    not run: {tests} test{'s' if tests > 1 else ''}")


def evidence(config: pytest.Config) -> Path:
    """Returns where evidence goes."""
    given: Path | None = config.getoption("evidence")
    if given is not None:
        return config.invocation_params.dir / given
    configured = config.getini("evidence")
    if configured and config.inipath is not None:
        return config.inipath.parent / configured
    return config.rootpath / EVIDENCE


def _evidence_of(test: pytest.Item) -> Path:
    from .rig.evidence import directory_name

    return evidence(test.config) / directory_name(test.name)


def _log(request: pytest.FixtureRequest, rig: Rig, *, failed: bool, shared: bool) -> str:
    """The log in words, where somebody reads it."""
    from .rig.evidence import log_in_words

    return log_in_words(rig) if failed or shared or report.is_wanted(request.config) else ""


def _keep(
    request: pytest.FixtureRequest, rig: Rig, history: History, log: str, boot: str, *, failed: bool
) -> None:
    """Keeps what the report shows of a test, and of a failed one the files."""
    from .rig.evidence import facts, keep

    if failed:
        keep(rig, _evidence_of(request.node), log)
    known = facts(rig) | ({"boot": boot} if boot else {})
    request.node.user_properties += [(name, text) for name, text in known.items() if name != "rig"]
    if report.is_wanted(request.config):
        tests = package_data.git_revision(request.config.rootpath) or "not in git"
        report.note(request.node, known | {"tests": tests}, history, log, failed=failed)
