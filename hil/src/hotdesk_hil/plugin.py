"""The pytest plugin: the fixture `em_service`, ini options that say how it is served, and the rig's plugin.

Must never import labgrid or Locust: a project that tests a client installs neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_hil.emservice import Cluster, ClusterError, EmService

pytest_plugins = ("hotdesk_hil.rig_plugin", "hotdesk_hil.needs", "hotdesk_hil.verdict", "hotdesk_hil.report")

SHOWN = 20
"""Requests that the report of a failed test shows, the newest."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the ini options."""
    parser.addini("em_cluster", "cluster file of the fixture em_service, relative to the ini file")
    parser.addini("em_tls", "serve the fixture em_service with TLS as well (true or false)", type="bool")
    parser.addini(
        "em_provisioning",
        "serve the files of phones as well, over HTTP and TFTP (true or false); it needs the extra [tftp]",
        type="bool",
    )
    parser.addini("em_port", "port of the fixture em_service, of its TLS with em_tls (default: a free one)")


@pytest.fixture
def em_cluster(request: pytest.FixtureRequest) -> Cluster:
    """Returns the cluster that `em_service` serves: the ini option `em_cluster`, else the demo cluster.

    A test module that wants another one overrides this fixture.
    """
    configured = request.config.getini("em_cluster")
    if not configured:
        return Cluster.demo()
    ini = request.config.inipath
    try:
        return Cluster.read((ini.parent if ini else Path.cwd()) / configured)
    except ClusterError as error:
        pytest.fail(f"em_cluster: {error}", pytrace=False)


@pytest.fixture(scope="session")
def em_ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the folder of the certificate authority: a client trusts the file `ca.pem` in it."""
    return tmp_path_factory.mktemp("em_ca")


@pytest.fixture
def em_service(request: pytest.FixtureRequest, em_cluster: Cluster) -> Iterator[EmService]:
    """Runs an Extension Mobility service on this machine for one test, state in memory.

    Where the test fails, its report shows what arrived.
    """
    port = _port(request.config.getini("em_port"))
    # A free one, or none.
    files = 0 if request.config.getini("em_provisioning") else None
    if request.config.getini("em_tls"):
        ca: Path = request.getfixturevalue("em_ca")
        service = EmService(em_cluster, tls_port=port, ca=ca, provisioning_port=files, tftp_port=files)
    else:
        service = EmService(em_cluster, port=port, provisioning_port=files, tftp_port=files)
    request.node.stash[_SERVICE] = service
    try:
        if port or "rig" not in request.fixturenames:
            service.start()
        else:
            _start_at_the_port_before(service, request.config)
    except OSError as error:
        service.close()
        pytest.fail(f"em_port: {error.strerror or error}", pytrace=False)
    with service:
        yield service
    del request.node.stash[_SERVICE]


_SERVICE = pytest.StashKey[EmService]()
_PHONES_PORT = pytest.StashKey[int]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report of a failed test what arrived at its `em_service`."""
    report = yield
    service = item.stash.get(_SERVICE, None)
    if call.when == "call" and report.failed and service is not None:
        requests = service.requests
        lines = [str(record) for record in requests[-SHOWN:]] or ["nothing arrived"]
        if len(requests) > SHOWN:
            lines.insert(0, f"{len(requests) - SHOWN} requests before these")
        report.sections.append(("em_service", "\n".join(lines)))
    return report


def _start_at_the_port_before(service: EmService, config: pytest.Config) -> None:
    """Starts where the service of the test before was: there a phone finds it that is still on."""
    before = config.stash.get(_PHONES_PORT, 0)
    try:
        service.port = before
        service.start()
    except OSError:
        # Somebody else has it by now. The phone of the next test starts anew.
        if not before:
            raise
        service.port = 0
        service.start()
    config.stash[_PHONES_PORT] = service.port


def _port(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and int(text) <= 65535):
        pytest.fail(f"em_port: {text!r} is not 0 to 65535", pytrace=False)
    return int(text)
