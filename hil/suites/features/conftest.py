"""What the suites of features share. They are for the image with the features browser and provisioning.

No image has these by default. `cargo xtask test features` builds it for each board and runs every suite
that is here; one that wants another image is named in `xtask/src/test.rs`. By hand an image is named with
`--image`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from hotdesk_hil.emservice import Cluster, EmService
from hotdesk_hil.rig import Rig, repository
from hotdesk_hil.rig.app_desk import AppDesk
from hotdesk_hil.rig.case_desk import PAGES, CaseDesk
from hotdesk_hil.rig.evidence import directory_name, keep, log_in_words
from hotdesk_hil.rig.page_table import PageTable
from hotdesk_hil.rig_plugin import evidence


@pytest.fixture
def files_port() -> int:
    """A port that is free for TCP and for UDP: the phone is told one for both."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        port: int = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
    return port


@pytest.fixture
def em_service(em_cluster: Cluster) -> Iterator[EmService]:
    """The service, not started: a test says where the files of phones are."""
    service = EmService(em_cluster)
    yield service
    service.close()


@pytest.fixture(scope="module")
def module_desk(bench: Rig, request: pytest.FixtureRequest) -> Iterator[CaseDesk]:
    """The phone of this module."""
    table = None if request.config.getoption("--write-pages") else PageTable.read(repository() / PAGES)
    bench.off()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    yield CaseDesk(bench, table, port)
    bench.off()


@pytest.fixture
def desk(module_desk: AppDesk | CaseDesk, request: pytest.FixtureRequest) -> Iterator[AppDesk | CaseDesk]:
    """The phone of this module. After a failure it is switched on anew, and what it said is kept."""
    failures = request.session.testsfailed
    rig = module_desk.rig
    shared = "shared with the tests of this module" if rig.is_on else "its own: the first here"
    request.node.user_properties.append(("boot", shared))
    module_desk.properties = request.node.user_properties
    yield module_desk
    if request.session.testsfailed > failures:
        keep(rig, evidence(request.config) / directory_name(request.node.name), log_in_words(rig))
        rig.off()
