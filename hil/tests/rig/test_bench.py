"""The rigs of boards on a bench, with doubles for what is on the wire: none of it has met a board."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml
from labgrid import Environment
from labgrid.driver import Driver
from labgrid.exceptions import NoResourceFoundError
from labgrid.protocol import BootstrapProtocol, ConsoleProtocol, PowerProtocol, ResetProtocol
from rig.bench_doubles import Programs, SerialBoard, plug_in
from rig.test_sheets import screens

from hotdesk_hil import package_data
from hotdesk_hil.rig import PhoneConfig, Rig, RigError, Status, picotool, repository, rig_file, sdcard
from hotdesk_hil.rig.errors import BoardError
from hotdesk_hil.rig.protocols import ConfigurationProtocol, DisplayProtocol
from hotdesk_hil.rig.readout import REQUEST

PICO, DISCO = "bench-w5500-evb-pico", "bench-stm32f746g-disco"
PICOTOOL = "bench-w5500-evb-pico-picotool"
CONFIG = PhoneConfig(["10.0.2.2:8080"], "emphone", "certificate-of-a-test")
PIN = "83461"
PICO_PROBE = "--non-interactive --chip RP2040 --probe 2e8a:000c:E6614103E7301234"
DISCO_PROBE = "--non-interactive --chip STM32F746NGHx --probe 0483:374b:066DFF343339415043161234"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Doubles of the programs that a bench needs."""
    programs = Programs(tmp_path / "bin", ["probe-rs", "picotool", "uhubctl", "usbsdmux", "dd"])
    monkeypatch.setenv("PATH", f"{programs.folder}:/usr/bin:/bin")
    return programs


@pytest.fixture
def board() -> Iterator[SerialBoard]:
    """A board whose phone is idle."""
    idle = (screen for screen in screens("320x240", "en") if screen.body[:1] == ("Nobody logged in",))
    with SerialBoard(next(idle).picture) as board:
        yield board


@pytest.fixture
def image(tmp_path: Path) -> Path:
    file = tmp_path / "phone.elf"
    file.write_bytes(b"an image")
    return file


def resource(rig: Rig, name: str) -> object:
    return next(each for each in rig._target.resources if type(each).__name__ == name)


@pytest.fixture
def pico(programs: Programs, board: SerialBoard, image: Path) -> Iterator[Rig]:  # noqa: ARG001
    """The rig of the Pico, with everything plugged in."""
    with Rig(image, rig_file(PICO)) as rig:
        rig.board.seconds_off = 0.0
        serial = {"ID_SERIAL_SHORT": "E6614103E7301234", "ID_VENDOR_ID": "2e8a", "ID_MODEL_ID": "000c"}
        plug_in(resource(rig, "USBPowerPort"), device_node=None)
        plug_in(resource(rig, "USBFlashableDevice"), device_node="/dev/bus/usb/001/007", properties=serial)
        plug_in(resource(rig, "USBSerialPort"), device_node=board.port, properties=serial)
        yield rig


@pytest.mark.parametrize("name", [PICO, DISCO])
def test_labgrid_reads_the_rig_file_and_binds_every_driver(name: str) -> None:
    environment = Environment(str(package_data.RIGS / f"{name}.yaml"))
    target = environment.get_target("main")
    listed = environment.config.get_targets()["main"]
    assert {type(each).__name__ for each in target.drivers} == set(listed["drivers"])
    assert {type(each).__name__ for each in target.resources} == set(listed["resources"])
    strategy = target.get_strategy()
    # What each protocol is by, in a rig of which nobody would expect anything else.
    by = {
        protocol: type(target.get_driver(protocol, activate=False)).__name__
        for protocol in (PowerProtocol, ResetProtocol, ConsoleProtocol, BootstrapProtocol, DisplayProtocol)
    }
    assert by == {
        PowerProtocol: "USBPowerDriver" if name == PICO else "NetworkPowerDriver",
        ResetProtocol: "ProbeRsDriver",
        ConsoleProtocol: "ScreenReadoutDriver",
        BootstrapProtocol: "BenchBoardDriver",
        DisplayProtocol: "ScreenReadoutDriver",
    }
    for driver in (strategy.keypad, strategy.log):
        assert type(driver.console).__name__ == "ScreenReadoutDriver"
    assert type(strategy.screen.display.line).__name__ == "SerialLineDriver"
    assert isinstance(strategy.configuration, ConfigurationProtocol)
    assert all(isinstance(driver, Driver) for driver in target.drivers)


@pytest.mark.parametrize("name", [PICO, DISCO, PICOTOOL])
def test_rig_file_says_first_that_it_was_not_run(name: str) -> None:
    first = (package_data.RIGS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert "Not run on hardware" in first


@pytest.mark.parametrize("name", ["lm3s6965evb", "w5500-evb-pico"])
def test_emulated_boards_implement_the_protocols_of_labgrid(name: str) -> None:
    target = Environment(str(rig_file(name))).get_target("main")
    drivers = {
        target.get_driver(protocol, activate=False)
        for protocol in (PowerProtocol, ResetProtocol, ConsoleProtocol, BootstrapProtocol)
    }
    assert len(drivers) == 1


@pytest.mark.parametrize("name", ["lm3s6965evb", "w5500-evb-pico"])
def test_emulated_board_runs_the_image_that_was_loaded_last(name: str, image: Path, tmp_path: Path) -> None:
    with Rig(file=rig_file(name)) as rig:
        rig.strategy.bootstrap.load(str(image))
        assert rig.kernel == image
        with pytest.raises(BoardError, match=r"no phone image at .*nothing\.elf: build it"):
            rig.strategy.bootstrap.load(str(tmp_path / "nothing.elf"))
        assert rig.kernel == image


def test_pico_is_flashed_configured_switched_on_and_read(
    pico: Rig, programs: Programs, board: SerialBoard, image: Path
) -> None:
    pico.boot(CONFIG)
    switch = "uhubctl -l 1-2 -p 1 -r 100 -a {}".format
    flash = f"probe-rs download {PICO_PROBE} --verify"
    at = f"{flash} --binary-format bin --base-address {{}}".format
    calls = [call.partition(" /tmp/")[0] for call in programs.calls()]
    assert calls == [
        # The configuration, with the settings forgotten.
        switch("on"),
        at("0x101f0000"),
        at("0x101fe000"),
        switch("off"),
        # A board that is off, for certain; the image and the MAC address.
        switch("off"),
        switch("on"),
        flash,
        at("0x101f1000"),
        switch("off"),
        # The phone.
        switch("on"),
    ]
    config, settings, written, mac = programs.files()
    assert config == CONFIG.text().encode().ljust(4096, b"\xff")
    assert settings == b"\xff" * 8192
    assert written == image.read_bytes()
    assert mac == bytes.fromhex("003094C25B15")
    assert pico.device_name == "SEP003094C25B15"
    assert pico.configuration.config() == CONFIG.text().encode()
    # The screen and the log come on the serial line; keys go there.
    assert pico.screen.look().body[0] == "Nobody logged in"
    assert set(pico.log.data.split(b"\0")) == set(board.LOGGED.split(b"\0"))
    pico.keypad.press("5")
    assert pico.screen.look().picture.width == 320
    assert board.typed == b"+5\n-5\n"


# README.md's driver of a camera, which hands out what another one has drawn.
CAMERA = """
from pathlib import Path

import attr
from labgrid import target_factory
from labgrid.driver import Driver

from hotdesk_hil.rig.picture import Picture
from hotdesk_hil.rig.protocols import DisplayProtocol


@target_factory.reg_driver
@attr.s(eq=False)
class CameraDriver(Driver, DisplayProtocol):
    bindings = {"video": {"USBVideo", "NetworkUSBVideo", "HTTPVideoStream"}}

    def picture(self):
        return Picture.from_ppm(Path(self.video.path).read_bytes(), 320, 240)
"""


@pytest.mark.usefixtures("programs")
def test_camera_takes_the_place_of_the_readout(board: SerialBoard, image: Path, tmp_path: Path) -> None:
    readme = (repository() / "hil/README.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(imports:\n.*?CameraDriver.*?)```", readme, re.DOTALL)[1]
    shown = yaml.safe_load(block)
    described = yaml.safe_load(rig_file(PICO).read_text(encoding="utf-8"))
    described["imports"] = shown["imports"]
    theirs, ours = described["targets"]["main"], shown["targets"]["main"]
    theirs["resources"] |= ours["resources"]
    del theirs["drivers"]["ScreenReadoutDriver"], theirs["drivers"]["ScreenDriver"]
    last = {name: theirs["drivers"].pop(name) for name in ("LogDriver", "PhoneStrategy")}
    theirs["drivers"] |= ours["drivers"] | last
    (tmp_path / "with-camera.yaml").write_text(yaml.safe_dump(described, sort_keys=False))
    (tmp_path / "camera.py").write_text(CAMERA)
    photograph = tmp_path / "photograph.ppm"
    idle = next(screen for screen in screens("320x240", "en") if screen.body[:1] == ("Nobody logged in",))
    idle.picture.image().convert("RGB").save(photograph)
    with Rig(image, tmp_path / "with-camera.yaml") as rig:
        rig.board.seconds_off = 0.0
        serial = {"ID_VENDOR_ID": "2e8a", "ID_MODEL_ID": "000c"}
        for name in ("USBPowerPort", "USBFlashableDevice", "USBSerialPort"):
            plug_in(resource(rig, name), device_node=board.port, properties=serial)
        plug_in(resource(rig, "USBVideo"), device_node=str(photograph))
        rig.boot(CONFIG)
        assert rig.screen.look().body[0] == "Nobody logged in"
        assert REQUEST not in board.typed, "the serial line was not asked for the screen"
        resource(rig, "USBVideo").avail = False


def test_image_is_flashed_once_and_the_configuration_with_every_boot(pico: Rig, programs: Programs) -> None:
    pico.boot(CONFIG)
    before = len(programs.files())
    pico.boot(None)
    config, settings = programs.files()[before:]
    assert set(config) == set(settings) == {0xFF}
    assert pico.configuration.config() is None


def test_reset_is_the_probes_and_power_that_of_the_hub(pico: Rig, programs: Programs) -> None:
    pico.boot(CONFIG)
    pico.strategy.reset()
    assert programs.calls()[-1] == f"probe-rs reset {PICO_PROBE}"
    pico._target.get_driver(PowerProtocol).delay = 0.0
    pico.strategy.power_cycle()
    assert [call.split()[-1] for call in programs.calls()[-2:]] == ["off", "on"]
    pico.off()
    assert programs.calls()[-1].endswith("-a off")


def test_pin_that_is_typed_is_in_no_log_of_labgrid(pico: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pico.boot(CONFIG)
    pico.keypad.press(*PIN)
    pico.screen.look()
    assert caplog.text
    assert "+8\\n" not in caplog.text
    assert CONFIG.app_certificate not in caplog.text


def test_files_with_the_certificate_are_gone_after_they_were_written(pico: Rig, programs: Programs) -> None:
    pico.boot(CONFIG)
    named = [call.split()[-1] for call in programs.calls() if "--binary-format" in call]
    assert named
    assert not any(Path(file).exists() for file in named)


def test_probe_that_fails_is_the_rigs_error_in_its_words(pico: Rig, programs: Programs) -> None:
    programs.fail("probe-rs", "Error: Failed to attach to chip")
    with pytest.raises(BoardError, match=r"probe-rs download failed: Error: Failed to attach to chip"):
        pico.boot(CONFIG)
    assert programs.calls()[-1].endswith("-a off"), "the board is not left on"


def test_probe_rs_that_is_missing_says_what_to_install(pico: Rig, programs: Programs) -> None:
    (programs.folder / "probe-rs").unlink()
    with pytest.raises(BoardError, match="probe-rs is not installed: cargo install probe-rs-tools"):
        pico.boot(CONFIG)


def test_switch_that_fails_is_the_rigs_error(pico: Rig, programs: Programs) -> None:
    programs.fail("uhubctl", "No compatible devices detected!")
    with pytest.raises(RigError, match="No compatible devices detected"):
        pico.boot(CONFIG)


def test_probe_that_is_not_plugged_in_is_named(pico: Rig) -> None:
    probe = resource(pico, "USBFlashableDevice")
    probe.avail, probe.timeout = False, 0.1
    with pytest.raises(RigError, match=r"(?s)USBFlashableDevice.*is it plugged in and switched on"):
        pico.boot(CONFIG)


def test_serial_line_that_is_taken_away_is_the_rigs_error(pico: Rig, board: SerialBoard) -> None:
    pico.boot(CONFIG)
    board.unplug()
    with pytest.raises(RigError, match=r"the serial line /dev/pts/\d+ broke"):
        pico.screen.look()


def test_image_that_is_missing_is_not_flashed(programs: Programs, board: SerialBoard, tmp_path: Path) -> None:
    with Rig(tmp_path / "nothing.elf", rig_file(PICO)) as rig:
        rig.board.seconds_off = 0.0
        for name in ("USBPowerPort", "USBFlashableDevice", "USBSerialPort"):
            plug_in(
                resource(rig, name),
                device_node=board.port,
                properties={"ID_VENDOR_ID": "2e8a", "ID_MODEL_ID": "000c"},
            )
        with pytest.raises(BoardError, match=r"no phone image at .*nothing\.elf: build it"):
            rig.boot(CONFIG)
    assert not any("download" in call and "--binary-format" not in call for call in programs.calls())


class Outlet(HTTPServer):
    """An outlet in the network."""

    def __init__(self) -> None:
        self.switched: list[str] = []
        self.log: Path | None = None
        """Where else it notes what it is told, in order with what programs are."""
        super().__init__(("127.0.0.1", 0), _Switch)


class _Switch(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.switched.append(said)
        if self.server.log is not None:
            with self.server.log.open("a") as log:
                log.write(f"{said}\n")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    outlet = Outlet()
    thread = Thread(target=outlet.serve_forever)
    thread.start()
    yield outlet
    outlet.shutdown()
    thread.join()
    outlet.server_close()


@pytest.fixture
def without_probe(programs: Programs, board: SerialBoard, outlet: Outlet, image: Path) -> Iterator[Rig]:  # noqa: ARG001
    """The rig of the Pico that picotool flashes, its boot ROM there."""
    with Rig(image, rig_file(PICOTOOL)) as rig:
        rig.board.seconds_off = 0.0
        for each in rig._target.resources:
            if type(each).__name__ == "HttpDigitalOutput":
                each.url = f"http://127.0.0.1:{outlet.server_port}/rpc"
        plug_in(resource(rig, "USBPowerPort"), device_node=None)
        plug_in(resource(rig, "USBFlashableDevice"), device_node="/dev/bus/usb/001/007")
        plug_in(resource(rig, "USBSerialPort"), device_node=board.port)
        yield rig


def relay(output: int, on: bool) -> str:
    return f'{{"id": 1, "method": "Switch.Set", "params": {{"id": {output}, "on": {str(on).lower()}}}}}'


def test_picotool_writes_what_the_boot_rom_takes_while_bootsel_is_held(
    without_probe: Rig, programs: Programs, outlet: Outlet, image: Path
) -> None:
    outlet.log = programs.folder / "calls"
    without_probe.boot(CONFIG)
    switch = "uhubctl -l 1-2 -p 1 -r 100 -a {}".format
    held = [relay(0, True), switch("on"), relay(0, False)]
    written = "picotool load -v -t {} --bus 1 --address 7".format
    calls = [re.sub(r" /tmp/\S+", "", call) for call in programs.calls()]
    assert calls == [
        *held,
        written("bin -o 0x101f0000"),
        written("bin -o 0x101fe000"),
        switch("off"),
        relay(0, False),
        switch("off"),
        *held,
        written("elf"),
        written("bin -o 0x101f1000"),
        switch("off"),
        relay(0, False),
        # The phone.
        switch("on"),
    ]
    config, settings, kernel, mac = programs.files()
    assert config == CONFIG.text().encode().ljust(4096, b"\xff")
    assert settings == b"\xff" * 8192
    assert (kernel, mac) == (image.read_bytes(), bytes.fromhex("003094C25B15"))
    assert without_probe.screen.look().body[0] == "Nobody logged in"
    without_probe.strategy.reset()
    assert outlet.switched[-2:] == [relay(1, True), relay(1, False)]
    assert not any(call.startswith("probe-rs") for call in programs.calls())


def test_picotool_that_fails_leaves_the_board_off_and_bootsel_free(
    without_probe: Rig, programs: Programs, outlet: Outlet
) -> None:
    programs.fail("picotool", "No accessible RP-series devices in BOOTSEL mode were found.")
    with pytest.raises(BoardError, match="picotool load failed: No accessible RP-series devices in BOOTSEL"):
        without_probe.boot(CONFIG)
    assert programs.calls()[-1].endswith("-a off")
    assert outlet.switched[-1] == relay(0, False)


def test_bootsel_is_free_where_there_was_no_power(
    without_probe: Rig, programs: Programs, outlet: Outlet
) -> None:
    programs.fail("uhubctl", "No compatible devices detected!")
    with pytest.raises(RigError, match="No compatible devices detected"):
        without_probe.boot(CONFIG)
    assert outlet.switched == [relay(0, True), relay(0, False)]


def test_boot_rom_that_does_not_come_is_named(
    without_probe: Rig, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picotool, "BOOT_DEADLINE", 0.1)
    resource(without_probe, "USBFlashableDevice").avail = False
    with pytest.raises(RigError, match=r"(?s)USBFlashableDevice.*is it plugged in and switched on"):
        without_probe.boot(CONFIG)
    assert programs.calls()[-1].endswith("-a off")


def test_relay_that_does_not_answer_is_the_rigs_error(without_probe: Rig) -> None:
    for each in without_probe._target.resources:
        if type(each).__name__ == "HttpDigitalOutput":
            each.url = "http://127.0.0.1:9/rpc"
    with pytest.raises(RigError, match=r"127\.0\.0\.1"):
        without_probe.boot(CONFIG)


def test_picotool_that_is_missing_says_what_to_install(without_probe: Rig, programs: Programs) -> None:
    (programs.folder / "picotool").unlink()
    with pytest.raises(BoardError, match="picotool is not installed: Debian's package is picotool"):
        without_probe.boot(CONFIG)


def test_disco_gets_its_card_image_and_power(
    programs: Programs, board: SerialBoard, outlet: Outlet, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Rig(image, rig_file(DISCO)) as rig:
        rig.board.seconds_off = 0.0
        serial = {
            "ID_SERIAL_SHORT": "066DFF343339415043161234",
            "ID_VENDOR_ID": "0483",
            "ID_MODEL_ID": "374b",
        }
        resource(rig, "NetworkPowerPort").host = f"http://127.0.0.1:{outlet.server_port}"
        plug_in(resource(rig, "USBDebugger"), device_node="/dev/bus/usb/001/007", properties=serial)
        plug_in(resource(rig, "USBSerialPort"), device_node=board.port, properties=serial)
        mux = resource(rig, "USBSDMuxDevice")
        plug_in(mux, device_node="/dev/bus/usb/001/008")
        mux.disk_path, mux.control_path = "/dev/sdz", "/dev/sg9"
        monkeypatch.setattr(type(rig.card.storage), "get_size", lambda *_: 1)
        rig.boot(CONFIG, until=Status.on)
        flash = f"probe-rs download {DISCO_PROBE} --verify"
        calls = [call.partition(" /tmp/")[0].partition(" if=")[0] for call in programs.calls()]
        assert calls == [
            "usbsdmux /dev/sg9 host",
            "dd",
            "usbsdmux /dev/sg9 dut",
            f"{flash} --binary-format bin --base-address 0x8008000",
            f"{flash} --binary-format bin --base-address 0x8010000",
            flash,
            f"{flash} --binary-format bin --base-address 0x80c0000",
        ]
        assert "of=/dev/sdz" in programs.calls()[1]
        card = programs.folder / "files" / "0"
        assert sdcard.read_config(card) == CONFIG.text().encode()
        states = ["true" in said for said in outlet.switched]
        assert states == [True, False, False, True, False, True]
        rig.boot(None, card=False, until=Status.on)
        assert "usbsdmux /dev/sg9 off" in programs.calls()
    assert "false" in outlet.switched[-1]


def test_devices_are_found_by_their_serial_numbers() -> None:
    target = Environment(str(rig_file(DISCO))).get_target("main")
    probe = target.get_resource("USBDebugger", wait_avail=False)
    assert probe.match["ID_SERIAL_SHORT"] == "066DFF343339415043161234"
    probe.timeout = 0.1
    with pytest.raises(NoResourceFoundError, match="USBDebugger"):
        target.await_resources([probe])
