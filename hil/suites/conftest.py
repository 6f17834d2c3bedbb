"""What every suite uses beside the fixtures of the package: the demo cluster and its accounts.

A test gets the phone switched on and idle, with the demo cluster's application user in its configuration,
unless it boots the rig itself. It says what a person sees and ends with the service's own view.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hotdesk_hil.emservice import Cluster, EmService
from hotdesk_hil.rig import Rig, code_table, matrix, page_table
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.matrix.faults import HTTP
from hotdesk_hil.rig.table_writer import TableWriter


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options of the tables that runs write."""
    parser.getgroup("hotdesk").addoption(
        "--https-sessions",
        type=int,
        default=20,
        metavar="NUMBER",
        help="sessions before the suite of HTTPS looks at the engine's memory (default: 20)",
    )
    parser.getgroup("hotdesk").addoption(
        "--https",
        action="store_true",
        help="the fault matrix over HTTPS, its rows of HTTP alone; the image has the feature tls",
    )
    tables = {"faults": "the fault matrix", "codes": "codes", "pages": "the login application"}
    for name, what in tables.items():
        parser.getgroup("hotdesk").addoption(
            f"--write-{name}", type=Path, metavar="FILE", help=f"writes the table of {what}, for these rigs"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Has tables written, by the process that has all reports."""
    if hasattr(config, "workerinput"):
        return
    faults, codes, pages = (config.getoption(f"--write-{name}") for name in ("faults", "codes", "pages"))
    if faults is not None:
        config.pluginmanager.register(TableWriter(faults, matrix.PROPERTY, matrix.Table.read, matrix.Row))
    if codes is not None:
        table = code_table.CodeTable.read
        config.pluginmanager.register(TableWriter(codes, code_table.PROPERTY, table, code_table.Saying))
    if pages is not None:
        read = page_table.PageTable.read
        config.pluginmanager.register(TableWriter(pages, page_table.PROPERTY, read, page_table.Seen))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the faults that --https is not for."""
    if not config.getoption("https"):
        return
    cases = [item.callspec.params.get("case") if hasattr(item, "callspec") else None for item in items]
    other = [item for item, case in zip(items, cases, strict=True) if case and case.subject != HTTP]
    config.hook.pytest_deselected(items=other)
    items[:] = [item for item in items if item not in other]


@pytest.fixture(scope="session")
def cluster() -> DemoCluster:
    """The demo cluster: its file, the phone's application user, john and his PIN."""
    return DemoCluster.read()


@pytest.fixture
def em_cluster(cluster: DemoCluster) -> Cluster:
    """What the service serves."""
    return Cluster.read(cluster.path)


@pytest.fixture
def service(em_service: EmService) -> EmService:
    """The service, nobody logged in."""
    return em_service


@pytest.fixture(scope="session")
def bench(shared_rig: Rig) -> Rig:
    """The rig, for what needs no phone, or boots one for a whole module: it may be on from a test before."""
    return shared_rig


@pytest.fixture(scope="session")
def defmt_print(request: pytest.FixtureRequest) -> Path | None:
    """The tool that puts the phone's log into words; None is the one that the log finds."""
    return request.config.getoption("defmt_print")
