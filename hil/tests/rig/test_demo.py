"""The demo's own question to the service, its simulator process, and how it fails."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_hil import demo
from hotdesk_hil.emservice import Answer, EmService
from hotdesk_hil.rig import RigError
from hotdesk_hil.rig.demo_cluster import NAME_OF_CERTIFICATE, DemoCluster

DEVICE = "SEP003094C25B15"


@pytest.fixture
def cluster() -> DemoCluster:
    """The demo cluster."""
    return DemoCluster.read()


@pytest.fixture
def service(cluster: DemoCluster) -> Iterator[EmService]:
    """A service to ask."""
    with EmService(cluster.path) as service:
        yield service


@pytest.mark.parametrize("user", [None, "john", "em@cisco.com"])
def test_question_gets_what_the_service_sees(
    service: EmService, cluster: DemoCluster, user: str | None
) -> None:
    if user:
        service.login(DEVICE, user)
    assert demo.user_on(service.url, DEVICE, cluster) == user


def test_user_before_is_not_taken_for_the_one_logged_in(service: EmService, cluster: DemoCluster) -> None:
    service.login(DEVICE, "john")
    service.logout(DEVICE)
    assert service.previous(DEVICE) == "john"
    assert demo.user_on(service.url, DEVICE, cluster) is None


@pytest.mark.parametrize(
    "body",
    [
        b"no document",
        b"<response><success/></response>",
        b"<response><failure><error code='3'>no</error></failure></response>",
        b"<response><deviceUserResults><device name='SEP0'><none/></device></deviceUserResults></response>",
        b"<response><deviceUserResults><device name='SEP003094C25B15'/></deviceUserResults></response>",
    ],
)
def test_answer_that_does_not_say_is_no_agreement(
    service: EmService, cluster: DemoCluster, body: bytes
) -> None:
    service.faults.add(Answer(body))
    with pytest.raises(demo.Disagreement):
        demo.user_on(service.url, DEVICE, cluster)


def test_unknown_device_is_no_agreement(service: EmService, cluster: DemoCluster) -> None:
    with pytest.raises(demo.Disagreement, match="does not say who is on SEPFFFFFFFFFFFF"):
        demo.user_on(service.url, "SEPFFFFFFFFFFFF", cluster)


def test_service_that_is_gone_is_no_agreement(service: EmService, cluster: DemoCluster) -> None:
    service.stop()
    with pytest.raises(demo.Disagreement, match="could not be asked"):
        demo.user_on(service.url, DEVICE, cluster)


def test_simulator_process_serves_and_is_gone_afterwards(cluster: DemoCluster, tmp_path: Path) -> None:
    with demo.ServiceProcess(cluster.path, tmp_path / "service.log") as process:
        assert demo.user_on(process.url, DEVICE, cluster) is None
        port = process.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    log = (tmp_path / "service.log").read_text()
    assert "deviceUserQuery" in log
    assert cluster.app_certificate not in log


def test_simulator_that_cannot_start_is_the_rigs_error(tmp_path: Path) -> None:
    process = demo.ServiceProcess(tmp_path / "no-cluster.toml", tmp_path / "service.log")
    with pytest.raises(RigError, match="ended at once"), process:
        pytest.fail("it did not start")
    assert "no-cluster.toml" in (tmp_path / "service.log").read_text()


def test_phone_that_does_not_boot_fails_the_demo_at_that_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    idle = tmp_path / "idle.bin"
    idle.write_bytes(struct.pack("<II", 0x2001_0000, 0x101).ljust(0x100, b"\0") + b"\xfe\xe7")
    monkeypatch.setattr("hotdesk_hil.rig.strategy.READY_DEADLINE", 0.2)
    assert demo.main(["--image", str(idle), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "demo: failed at 'boot': the phone did not show the idle screen of SEP003094C25B15" in said
    assert "(nothing)" in said


def test_missing_image_is_the_rigs_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main(["--image", str(tmp_path / "phone.elf"), "--out", str(tmp_path / "out")]) == 1
    assert "the rig failed at 'boot': no phone image at" in capsys.readouterr().err


def test_simulator_process_with_an_authority_serves_by_tls_as_well(
    cluster: DemoCluster, tmp_path: Path
) -> None:
    folder = tmp_path / "authority"
    with demo.ServiceProcess(cluster.path, tmp_path / "service.log", folder) as process:
        assert demo.user_on(process.url, DEVICE, cluster) is None
        trusting = ssl.create_default_context(cafile=folder / "ca.pem")
        with (
            socket.create_connection(("127.0.0.1", process.port), timeout=5) as connection,
            trusting.wrap_socket(connection, server_hostname=NAME_OF_CERTIFICATE) as secured,
        ):
            assert secured.version() is not None
