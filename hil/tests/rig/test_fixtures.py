"""The fixtures of a phone in a project that knows nothing of this one but the installed package.

Each runs a pytest of its own, on an emulated board with the phone's image.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hotdesk_hil import package_data
from hotdesk_hil.rig import Rig, rig_file

pytest_plugins = ["pytester"]

# Runs of a board each, of which several share the machine.
pytestmark = pytest.mark.timeout(600)

QUICK = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "--junitxml=junit.xml")
"""Of what else is installed here, nothing is wanted."""

BOARDS = ["lm3s6965evb", "w5500-evb-pico"]


def told(pytester: pytest.Pytester) -> dict[str, list[tuple[str, str]]]:
    """What JUnit's XML tells of each test: element and message, in their order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for case in ElementTree.parse(pytester.path / "junit.xml").getroot().iter("testcase"):
        name = str(case.get("name")).partition("[")[0]
        found.setdefault(name, []).extend(
            (child.tag, child.get("message", ""))
            for child in case
            if child.tag in ("error", "failure", "skipped")
        )
    return found


@pytest.mark.parametrize("board", BOARDS)
def test_a_phone_is_used_as_a_person_does(pytester: pytest.Pytester, board: str) -> None:
    pytester.makepyfile(
        """
        def test_it(phone, rig, em_service):
            assert phone.name == rig.device_name == "SEP003094C25B15"
            phone.press("softkey 1")
            phone.wait_for("User ID:")
            phone.type("john")
            phone.press("down")
            phone.type("12345")
            phone.wait_for("*****")
            phone.softkey("Submit")
            phone.take_profile()
            phone.wait_for("Logged in", timeout=10)
            assert phone.lines()[0] == "Logged in"
            shown = phone.screenshot()
            assert (shown.mode, shown.info) == ("RGB", {})
            assert shown.size == (rig.screen.last.picture.width, rig.screen.last.picture.height)
            assert em_service.sessions() == {phone.name: "john"}
            phone.power_cycle()
            phone.wait_for("Logged in: john", timeout=20)
            assert phone.log().count("hotdesk") >= 2

        def test_somebody_is_logged_in_already(mary, phone):
            assert "Logged in: mary" in phone.lines()
        """
    )
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture
        def mary(em_service):
            em_service.login("SEP003094C25B15", "mary")
        """
    )
    pytester.runpytest_subprocess(*QUICK, "--rig", board).assert_outcomes(passed=2)


@pytest.mark.parametrize("board", BOARDS)
def test_the_network_between_phone_and_service_fails_and_heals(pytester: pytest.Pytester, board: str) -> None:
    pytester.makepyfile(
        """
        def test_it(phone, em_service, network):
            network.forget_service()
            phone.log_in("john", "12345")
            phone.wait_for("Login failed", timeout=20)
            network.heal()
            phone.softkey("OK")
            phone.log_in("john", "12345")
            phone.wait_for("Logged in", timeout=20)
            assert em_service.sessions() == {phone.name: "john"}
        """
    )
    pytester.runpytest_subprocess(*QUICK, "--rig", board).assert_outcomes(passed=1)


DEEDS = """
    DEEDS = ["boot", "login", "log-out", "question"]

    def begin(deed, phone, rig, phone_config):
        if deed == "boot":
            rig.boot(phone_config, until="on")
        elif deed == "login":
            phone.submit_login("john", "12345")
        elif deed == "log-out":
            phone.log_in("john", "12345")
            phone.confirm_logged_in("john")
            phone.log_out()
        else:
            phone.open_menu()
            phone.choose("Who is logged in")
"""

PHASES = (
    DEEDS
    + """
    import os, signal, socket
    import pytest

    def kill(rig):
        os.kill(rig.board.process_id, signal.SIGKILL)

    @pytest.fixture
    def killed(phone, rig):
        kill(rig)
        phone.wait_for("anything")

    @pytest.fixture
    def killed_afterwards(phone, rig):
        yield
        kill(rig)

    def test_killed_in_setup(killed):
        pass

    def test_killed_in_call(phone, rig):
        kill(rig)
        phone.wait_for("anything")

    def test_killed_in_teardown(killed_afterwards):
        pass

    @pytest.mark.parametrize("deed", DEEDS)
    def test_killed_at(deed, phone, rig, phone_config):
        begin(deed, phone, rig, phone_config)
        kill(rig)
        phone.wait_for("anything")

    def take(em_service):
        em_service.stop()
        with socket.create_server(("127.0.0.1", em_service.port)):
            em_service.start()

    @pytest.fixture
    def taken(em_service):
        take(em_service)

    @pytest.fixture
    def taken_afterwards(em_service):
        yield
        take(em_service)

    def test_port_taken_in_setup(taken, phone):
        pass

    def test_port_taken_in_call(phone, em_service):
        take(em_service)

    def test_port_taken_in_teardown(phone, taken_afterwards):
        pass

    @pytest.mark.parametrize("deed", DEEDS)
    def test_port_taken_at(deed, phone, rig, phone_config, em_service):
        begin(deed, phone, rig, phone_config)
        take(em_service)

    def test_works_again(phone):
        assert "Nobody logged in" in phone.lines()
"""
)


@pytest.mark.parametrize("board", BOARDS)
def test_a_fault_of_the_rig_is_its_error_in_every_phase(pytester: pytest.Pytester, board: str) -> None:
    pytester.makepyfile(PHASES)
    done = pytester.runpytest_subprocess(*QUICK, "--rig", board)
    done.assert_outcomes(passed=3, errors=6 + 2 * 4)  # those that fail afterwards have passed before
    found = told(pytester)
    assert found.pop("test_works_again") == []
    assert [len(found[name]) for name in ("test_killed_at", "test_port_taken_at")] == [4, 4]
    for name, elements in found.items():
        todo = "boot the rig again" if "killed" in name else "end what uses it, or name another port"
        for element, message in elements:
            assert (element, todo in message) == ("error", True), (name, message)
    report = (pytester.path / "hotdesk-evidence" / "report.html").read_text(encoding="utf-8")
    assert [f"{count}</span>" in report for count in ("0 Failed,", "3 Passed,", "14 Errors,")] == [True] * 3
    for phase in ("setup", "call", "teardown"):
        assert f"The rig failed, so nothing is known about the phone ({phase})." in report


IMAGE = (
    DEEDS
    + """
    from pathlib import Path

    import pytest

    @pytest.fixture
    def image(request):
        return Path(request.config.getoption("image")[0])

    @pytest.fixture
    def gone(image, phone, rig, phone_config):
        image.unlink()
        rig.boot(phone_config)

    @pytest.fixture
    def gone_afterwards(image, phone, rig, phone_config):
        yield
        image.unlink()
        rig.boot(phone_config)

    def test_setup(gone):
        pass

    def test_call(image, phone, rig, phone_config):
        image.unlink()
        rig.boot(phone_config)

    def test_teardown(gone_afterwards):
        pass

    @pytest.mark.parametrize("deed", DEEDS)
    def test_at(deed, image, phone, rig, phone_config):
        begin(deed, phone, rig, phone_config)
        image.unlink()
        rig.boot(phone_config)

    def test_later(phone):
        pass
"""
)


@pytest.mark.parametrize(
    "phase", ["setup", "call", "teardown", "at-boot", "at-login", "at-log-out", "at-question"]
)
@pytest.mark.parametrize("board", BOARDS)
def test_an_image_that_is_gone_breaks_the_rig_once_and_for_all(
    pytester: pytest.Pytester, board: str, phase: str
) -> None:
    with Rig(file=rig_file(board)) as rig:
        image = Path(shutil.copy(rig.kernel, pytester.path / "phone.elf"))
    module = pytester.makepyfile(IMAGE).name
    name, _, deed = phase.partition("-")
    test = f"test_{name}[{board}-{deed}]" if deed else f"test_{name}[{board}]"
    options = ("--rig", board, "--image", str(image))
    done = pytester.runpytest_subprocess(
        *QUICK, *options, f"{module}::{test}", f"{module}::test_later[{board}]"
    )
    done.assert_outcomes(errors=1, skipped=1, passed=phase == "teardown")
    found = told(pytester)
    ((element, message),) = found[f"test_{name}"]
    assert element == "error"
    assert f"no phone image at {image}: build it" in message
    assert "name one with --image" in message
    ((element, message),) = found["test_later"]
    assert (element, message) == (
        "skipped",
        f"not run: the rig {board} is broken since {test}",
    )
    done.stdout.fnmatch_lines([f"the rig {board} is broken since test_{name}*", "    not run: 1 test"])


@pytest.mark.parametrize(
    ("board", "tools", "words"),
    [
        (
            "lm3s6965evb",
            ["mformat", "mcopy"],
            "qemu-system-arm is not installed: install the package qemu-system-arm",
        ),
        ("w5500-evb-pico", [], "node is not installed: install Node 18 or later"),
    ],
)
def test_a_tool_that_is_missing_is_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, board: str, tools: list[str], words: str
) -> None:
    folder = pytester.mkdir("bin")
    for tool in tools:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    monkeypatch.setenv("PATH", str(folder))
    pytester.makepyfile("def test_it(phone): pass")
    done = pytester.runpytest_subprocess(*QUICK, "--rig", board)
    done.assert_outcomes(errors=1)
    assert words in told(pytester)["test_it"][0][1]


def test_an_emulator_without_its_node_packages_says_what_to_do(pytester: pytest.Pytester) -> None:
    shutil.copy(package_data.RIGS / "w5500-evb-pico.yaml", pytester.path / "bare.yaml")
    bare = pytester.path / "emulators" / "w5500-evb-pico"
    (bare / "src").mkdir(parents=True)
    pytester.makepyfile("def test_it(phone): pass")
    done = pytester.runpytest_subprocess(*QUICK, "--rig", "bare.yaml")
    done.assert_outcomes(errors=1)
    assert (
        f"the emulator lacks its Node packages: run npm ci --prefix {bare}" in told(pytester)["test_it"][0][1]
    )


def test_the_names_of_rigs_are_told(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(phone): pass")
    done = pytester.runpytest_subprocess(*QUICK, "--rig", "pico")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*no rig is named 'pico': name a file, or one of *lm3s6965evb*w5500-evb-pico"])


def test_workers_of_xdist_have_phones_of_their_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("user", ["john", "mary"])
        def test_it(phone, em_service, user):
            phone.log_in(user, {"john": "12345", "mary": "54321"}[user])
            phone.wait_for("Logged in", timeout=10)
            assert em_service.sessions() == {phone.name: user}
        """
    )
    pytester.runpytest_subprocess(*QUICK, "-n", "2").assert_outcomes(passed=2)
