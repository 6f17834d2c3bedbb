"""Fixtures of the simulator's tests: a service over the demo cluster, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from emservice.client import Client

from hotdesk_hil.emservice import Cluster, EmService

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def demo_file() -> Path:
    """The demo cluster's file."""
    return REPOSITORY / "hil" / "clusters" / "demo.toml"


@pytest.fixture(scope="session")
def demo(demo_file: Path) -> Cluster:
    """The demo cluster."""
    return Cluster.read(demo_file)


@pytest.fixture
def service(demo: Cluster) -> Iterator[EmService]:
    """A service over the demo cluster, state in memory."""
    with EmService(demo) as service:
        yield service


@pytest.fixture
def client(service: EmService) -> Client:
    """A client of `service` that signs as the phone's application user."""
    return Client(service.url)
