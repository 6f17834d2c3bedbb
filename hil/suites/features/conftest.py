"""What the suites of features share. They are for the image with the features browser and provisioning.

No image has these by default. `cargo xtask test features` builds it for each board and runs every suite that is
here; one that wants another image is named in `xtask/src/test.rs`. By hand an image is named with `--image`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from hotdesk_hil.emservice import Cluster, EmService


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
