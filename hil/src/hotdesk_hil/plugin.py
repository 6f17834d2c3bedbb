"""The pytest plugin of the simulator: fixture `em_service`, and `em_cluster` to say which cluster.

Must never import labgrid or Locust: a project that tests a client installs neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from hotdesk_hil.emservice import Cluster, EmService


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the ini option `em_cluster`."""
    parser.addini("em_cluster", "cluster file of the fixture em_service, relative to the ini file")


@pytest.fixture
def em_cluster(request: pytest.FixtureRequest) -> Cluster:
    """Returns the cluster that `em_service` serves: the ini option `em_cluster`, else the demo cluster.

    A test module that wants another one overrides this fixture.
    """
    configured = request.config.getini("em_cluster")
    if configured:
        ini = request.config.inipath
        return Cluster.read((ini.parent if ini else Path.cwd()) / configured)
    with as_file(files("hotdesk_hil") / "clusters" / "demo.toml") as path:
        return Cluster.read(path)


@pytest.fixture
def em_service(em_cluster: Cluster) -> Iterator[EmService]:
    """Runs an Extension Mobility service on a free port of this machine for one test, state in memory."""
    with EmService(em_cluster) as service:
        yield service
