"""Which certificates are accepted, what is said of the others, and that the README shows just that."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import BEGIN, END, README, Case, ask, rows, served
from hotdesk.client import AsyncClient, Client
from hotdesk.errors import CertificateRefused
from hotdesk_hil.emservice import EmService
from services import APP, PHONE, Both, cluster, write_authority


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[Case, str]]]:
    with served(tmp_path_factory.mktemp("certificates")) as made:
        yield [(case, ask(url, ca)) for case, url, ca in made]


def test_certificates_as_call_managers_make_them_are_accepted(answers: list[tuple[Case, str]]) -> None:
    refused = {case.name: said for case, said in answers if case.says is None}
    assert len(refused) == 12
    assert set(refused.values()) == {"accepted"}, refused


def test_a_refusal_names_its_true_cause(answers: list[tuple[Case, str]]) -> None:
    wrong = {case.name: said for case, said in answers if case.says is not None and case.says not in said}
    assert wrong == {}


def test_the_table_of_the_readme_is_what_is_done(answers: list[tuple[Case, str]]) -> None:
    shown = README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    heading = shown.partition("\n")[0]
    versions = [cell.strip() for cell in heading.split("|")[3:-2]]
    assert {"3.10", "3.11", "3.12", "3.13"} <= set(versions)
    # One column for all: what is accepted must not hang on the version.
    column = {case.name: said for case, said in answers}
    made = rows(dict.fromkeys(versions, column), [case for case, _ in answers])
    assert made == shown


def test_settings_of_ones_own_are_taken_where_they_check_certificate_and_name(tmp_path: Path) -> None:
    with EmService(cluster(), tls_port=0) as service:
        ca = write_authority(service, tmp_path)
        context = ssl.create_default_context(cafile=str(ca))
        for kind in (Client, AsyncClient):
            both = Both(kind, service, url=service.tls_url, allow_http=False, ssl_context=context)
            assert both.call("device_users", PHONE)[0].name == PHONE
        with pytest.raises(CertificateRefused, match="not trusted"):
            Both(Client, service, url=service.tls_url, ssl_context=ssl.create_default_context()).call(
                "device_users", PHONE
            )
        assert service.tls_url is not None
        with pytest.raises(ValueError, match="not both"):
            Client(service.tls_url, APP, ca=ca, ssl_context=context)
        context.check_hostname = False
        with pytest.raises(ValueError, match="must check certificate and name"):
            Client(service.tls_url, APP, ssl_context=context)
        context.verify_mode = ssl.CERT_NONE
        with pytest.raises(ValueError, match="must check certificate and name"):
            Client(service.tls_url, APP, ssl_context=context)
