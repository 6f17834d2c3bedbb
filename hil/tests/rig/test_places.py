"""Boards at places of labgrid's coordinator, with coordinator, exporter and emulators on this machine."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.lab import EXPORTED, STEPS, Lab, free_address
from rig.test_readme import SUITE

from hotdesk_hil import package_data
from hotdesk_hil.emservice import Cluster, EmService
from hotdesk_hil.rig import Phone, PhoneConfig, Rig, RigError, Status, rig_file
from hotdesk_hil.rig.capabilities import capabilities, environment
from hotdesk_hil.rig.errors import BoardError
from hotdesk_hil.rig.wire import NOTHING_WRONG, Part, WireFaults

pytest_plugins = ["pytester"]

# Servers and boards that start, of which several share the machine.
pytestmark = pytest.mark.timeout(600)

REMOTE = rig_file("remote")
ANNA, BEN = "anna", "ben"
CONFIG = PhoneConfig(["10.0.2.2:9"])  # nobody listens there
# An exporter also has what is on a bench, and a place that matches it.
BENCH = """
bench:
  USBPowerPort:
    match:
      ID_PATH: pci-0000:00:14.0-usb-0:2:1.0
    index: 1
  USBFlashableDevice:
    match:
      ID_SERIAL_SHORT: E6614103E7301234
  USBSerialPort:
    match:
      ID_SERIAL_SHORT: E6614103E7301234
    speed: 115200
"""


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab with the boards that README.md exports, and a bench on which nothing is plugged in."""
    with Lab(tmp_path_factory.mktemp("lab"), EXPORTED + BENCH) as lab:
        yield lab


@pytest.fixture
def lab(shared_lab: Lab) -> Iterator[Lab]:
    """The lab, every place of which is released after the test."""
    yield shared_lab
    shared_lab.release_all()


@pytest.fixture
def as_anna(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of this process is Anna's."""
    for name, text in lab.environment(ANNA).items():
        if name.startswith("LG_"):
            monkeypatch.setenv(name, text)
    capabilities.cache_clear()
    return monkeypatch


def refused(place: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is said of a rig at a place that cannot be used."""
    monkeypatch.setenv("LG_PLACE", place)
    with pytest.raises(RigError) as said:
        environment(REMOTE)
    return str(said.value)


def at_a_place(name: str, folder: Path) -> Path:
    """The rig file of a bench, with a place for its resources, as README.md has it."""
    text = (package_data.RIGS / f"{name}.yaml").read_text(encoding="utf-8")
    resources = re.compile(r"    resources:\n.*?    drivers:", re.DOTALL)
    place = resources.search(REMOTE.read_text(encoding="utf-8"))[0]
    mine = folder / "my-bench.yaml"
    mine.write_text(resources.sub(lambda _: place, text), encoding="utf-8")
    return mine


def test_readmes_steps_word_for_word(lab: Lab) -> None:
    (lab.folder / "test_phone.py").write_text(SUITE, encoding="utf-8")
    places, run, reserved = STEPS
    done = lab.shell(ANNA, f"set -e\n{places}")
    assert done.returncode == 0, done.stdout + done.stderr
    export = places.splitlines()[0]
    for steps, board in ((run, "lm3s6965evb"), (reserved, "w5500-evb-pico")):
        done = lab.shell(ANNA, f"set -e\n{export}\n{steps}")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 passed" in done.stdout, done.stdout
        report = (lab.folder / "hotdesk-evidence/report.html").read_text(encoding="utf-8")
        assert re.search(rf"the {board}, emulated by \w+, at the place", report, re.IGNORECASE)
    assert lab.client(ANNA, "who").stdout.split() == ["User", "Host", "Place", "Changed"]


def test_place_is_released_after_a_run_that_failed(lab: Lab) -> None:
    lab.place("failing", "lab/desk-1/*")
    (lab.folder / "test_failing.py").write_text("def test_it(phone):\n    raise AssertionError\n")
    run = STEPS[1].replace("desk-1", "failing").replace("pytest", "pytest test_failing.py")
    done = lab.shell(ANNA, run)
    assert "1 failed" in done.stdout
    assert "released place failing" in done.stdout
    assert "failing" not in lab.client(ANNA, "who").stdout


def test_place_is_for_one_and_a_reservation_waits_for_it(lab: Lab) -> None:
    lab.place("one", "lab/desk-2/*", ANNA)
    done = lab.client(BEN, "-p one acquire")
    assert done.returncode == 1
    assert "Place one is already acquired by here/anna" in done.stderr

    with subprocess.Popen(
        [lab.program("labgrid-client"), "reserve", "--wait", "name=one"],
        env=lab.environment(BEN),
        stdout=subprocess.PIPE,
        text=True,
    ) as waiting:
        try:
            assert any("Waiting for allocation" in line for line in waiting.stdout)
            assert waiting.poll() is None
            lab.do(ANNA, "ReleasePlace", placename="one")
            assert waiting.wait(60) == 0
        finally:
            waiting.kill()
    with pytest.raises(Exception, match="one was not reserved for here/anna"):
        lab.do(ANNA, "AcquirePlace", placename="one")
    lab.do(BEN, "AcquirePlace", placename="one")


@pytest.mark.parametrize("group", ["desk-1", "desk-2"])
def test_what_a_board_can_do_it_can_at_a_place(
    lab: Lab, as_anna: pytest.MonkeyPatch, group: str, tmp_path: Path
) -> None:
    as_anna.setenv("LG_PLACE", lab.place(f"whole-{group}", f"lab/{group}/*", ANNA))
    here = capabilities(rig_file("lm3s6965evb" if group == "desk-1" else "w5500-evb-pico"))
    cluster = Cluster.demo()
    certificate = cluster.application_users["emphone"].certificate
    with EmService(cluster) as service, Rig(file=REMOTE) as rig:
        assert rig.capabilities.features == here.features - {"instruction-time"}
        config = PhoneConfig([f"10.0.2.2:{service.port}"], "emphone", certificate)
        rig.boot(config)
        assert rig.configuration.config() == config.text().encode()
        phone = Phone(rig)
        # Keys on the board, memory, the log, and the service on this machine.
        phone.wait_idle("Nobody logged in")
        rig.buttons.press("right" if "right" in rig.buttons.keys else "l")
        assert rig.memory.read_memory(rig.memory.ram.start, 16) != bytes(16)
        assert len(rig.log.frames()) > 3
        # Faults strike the frames, which all come here.
        assert rig.frames.counts.to_network > 5
        rig.frames.faults = WireFaults(reset=Part.request)
        phone.to_idle()
        phone.log_in("john", "12345")
        phone.wait_title("No profiles", seconds=20)
        assert rig.frames.counts.struck > 0
        rig.frames.faults = NOTHING_WRONG
        rig.boot(config)
        phone.log_in("john", "12345")
        phone.wait_for("Logged in", timeout=20)
        assert service.sessions() == {rig.device_name: "john"}
        if group == "desk-1":
            rig.boot(None, card=False, until=Status.on)
            phone.wait_for("SD card", timeout=20)
            return
        # The image is this machine's, and what the emulator there says of it comes back.
        broken = tmp_path / "broken.elf"
        broken.write_bytes(b"no image")
        rig.strategy.bootstrap.load(str(broken))
        with pytest.raises(BoardError, match="ELF"):
            rig.boot(config)


def test_second_run_at_a_place_is_told_so(lab: Lab, as_anna: pytest.MonkeyPatch) -> None:
    as_anna.setenv("LG_PLACE", lab.place("busy", "lab/desk-1/*", ANNA))
    with Rig(file=REMOTE) as rig, Rig(file=REMOTE) as other:
        rig.boot(CONFIG, until=Status.on)
        with pytest.raises(BoardError, match=r"in use by another run: a place is for one at a time.*xdist"):
            other.boot(CONFIG)
        rig.check()
        with pytest.raises(BoardError, match="the board cannot 'process_id': is hotdesk-hil the same"):
            rig.board.connection.call("process_id")
        with pytest.raises(BoardError, match="the board has no button 'x'"):
            rig.board.hold("x", down=True)


def test_bench_at_a_place_is_bound_by_its_own_drivers(
    lab: Lab, as_anna: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    as_anna.setenv("LG_PLACE", lab.place("bench", "lab/bench/*", ANNA))
    mine = at_a_place("bench-w5500-evb-pico", tmp_path)
    target = environment(mine).get_target("main")
    assert {type(each).__name__ for each in target.resources} == {
        *("RemotePlace", "NetworkUSBPowerPort", "NetworkUSBFlashableDevice", "NetworkSerialPort")
    }
    with Rig(file=mine) as rig:
        for each in rig._target.resources:
            each.timeout = 0.1
        with pytest.raises(RigError, match=r"(?s)NetworkUSB.*is it plugged in and switched on"):
            rig.boot(CONFIG)
    assert "has no emulated board" in refused("bench", as_anna)


def test_each_way_not_to_have_a_place_says_what_to_do(lab: Lab, as_anna: pytest.MonkeyPatch) -> None:
    with pytest.raises(RigError, match="unknown variable 'LG_PLACE': export LG_PLACE first"):
        environment(REMOTE)
    said = refused("nowhere", as_anna)
    assert f"the coordinator at {lab.coordinator} has no place nowhere (there are: " in said
    assert "labgrid-client -p nowhere create" in said

    free = lab.place("free", "lab/desk-1/*")
    assert refused(free, as_anna) == "the place free is not acquired: labgrid-client -p free acquire"
    assert "no place is allocated to a reservation of yours: labgrid-client reserve" in refused("+", as_anna)

    lab.do(BEN, "AcquirePlace", placename=free)
    assert refused(free, as_anna) == (
        "the place free is acquired by here/ben: wait for it, labgrid-client reserve --wait name=free, "
        "or have them let you in, labgrid-client -p free allow here/anna"
    )
    lab.do(BEN, "AllowPlace", placename=free, user="here/anna")
    assert environment(REMOTE).config.get_image_path("phone").endswith("hotdesk-lm3s6965evb")
    lab.do(BEN, "ReleasePlace", placename=free)

    empty = lab.place("empty", "lab/desk-9/*")
    lab.do(ANNA, "AcquirePlace", placename=empty)
    said = refused(empty, as_anna)
    assert "the place empty has no resources: its matches (lab/desk-9/*) fit none" in said

    both = lab.place("both", "lab/desk-*/*", ANNA)
    assert "the place both has 2 emulated boards: a place is for one" in refused(both, as_anna)


def test_coordinator_that_is_not_there_is_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = free_address()
    monkeypatch.setenv("LG_COORDINATOR", address)
    monkeypatch.setenv("LG_PLACE", "desk-1")
    pytester.makepyfile("def test_it(phone): pass")
    # An error of the rig, not a failure of the phone, in a run as anyone has it.
    done = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-p", "no:schemathesis", "--rig", "remote", "--junitxml=junit.xml"
    )
    done.assert_outcomes(errors=1)
    said = f"no labgrid coordinator answers at {address}: start labgrid-coordinator there, or name another"
    assert f'<error message="failed on setup with &quot;hotdesk_hil.rig.errors.RigError: {said}' in (
        pytester.path / "junit.xml"
    ).read_text(encoding="utf-8")


def test_place_and_exporter_that_go_in_the_middle_of_a_run(
    as_anna: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Lab(tmp_path, EXPORTED + BENCH) as lab:
        as_anna.setenv("LG_COORDINATOR", lab.coordinator)
        as_anna.setenv("LG_PLACE", lab.place("bench", "lab/bench/*", ANNA))
        bench = Rig(file=at_a_place("bench-w5500-evb-pico", tmp_path))
        place = lab.place("taken", "lab/desk-1/*", ANNA)
        as_anna.setenv("LG_PLACE", place)
        with Rig(file=REMOTE) as rig:
            rig.boot(CONFIG, until=Status.on)
            lab.do(BEN, "ReleasePlace", placename=place)
            with pytest.raises(
                RigError, match="the place taken is not acquired: labgrid-client -p taken acq"
            ):
                rig.screen.look()
            with pytest.raises(RigError, match="the place taken is not acquired"):
                rig.off()
        lab.do(ANNA, "AcquirePlace", placename=place)
        with Rig(file=REMOTE) as rig:
            rig.boot(CONFIG, until=Status.on)
            lab.exporter.send_signal(signal.SIGKILL)
            lab.exporter.wait()
            with pytest.raises(
                RigError,
                match="the exporter lab of the place taken is gone: start it there, then labgrid-client",
            ):
                wait_for_an_error(rig)
            with pytest.raises(RigError, match="the exporter lab of the place taken is gone"):
                rig.boot(CONFIG)
            with pytest.raises(RigError, match="the rig is broken"):
                rig.boot(CONFIG)
        with bench, pytest.raises(RigError, match="the exporter lab of the place bench is gone"):
            bench.boot(CONFIG)


def wait_for_an_error(rig: Rig) -> None:
    """Looks at the screen until that fails: what serves the board ends a moment after its exporter."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        rig.screen.look()
