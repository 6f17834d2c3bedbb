"""Both clients against the simulator over sockets: what is done, what is sent again, what never is."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hotdesk
import pytest
from hotdesk.client import AsyncClient, Client, Retry, Timeouts, find_user
from hotdesk.errors import AnswerLost, BrokenAnswer, CertificateRefused, ServiceRefused, Unreachable
from hotdesk_hil.emservice import (
    Answer,
    BadCertificate,
    CertificateFlaw,
    CloseWithoutAnswer,
    CutAnswer,
    Delay,
    Dribble,
    EmService,
    Fault,
    Refuse,
    ResetAnswer,
    Silence,
)
from services import APP, CERTIFICATE, FAST, OTHER_PHONE, PHONE, Both, cluster, write_authority

Made = Callable[..., Both]


@pytest.fixture
def service() -> Iterator[EmService]:
    with EmService(cluster(), tls_port=0) as service:
        yield service


@pytest.fixture(params=[Client, AsyncClient])
def client(request: pytest.FixtureRequest, service: EmService) -> Made:
    def make(**options: object) -> Both:
        return Both(request.param, service, **options)

    return make


def sent(service: EmService) -> list[str]:
    return [record.operation for record in service.requests]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_every_operation_does_what_it_says(client: Made, service: EmService) -> None:
    both = client()
    both.call("login", PHONE, "john", "UserDevProf", 60)
    assert service.sessions() == {PHONE: "john"}
    (device,) = both.call("device_users", PHONE)
    assert (device.status, device.user) == ("loggedIn", "john")
    on, off = both.call("user_devices", "john", "mary")
    assert (list(on.devices), off.status) == ([PHONE], "none")
    (row,) = both.call("device_profiles", "john")
    assert [(profile.name, profile.is_default) for profile in row.profiles] == [
        ("DPJOHNIPC", True),
        ("UserDevProf", False),
    ]
    assert [user.status for user in both.call("check_user", "john", "nobody")] == ["exists", "doesNotExist"]
    both.call("logout", PHONE)
    both.call("login", OTHER_PHONE, "mary", None, "indefinite")
    both.call("logout_all")
    assert service.sessions() == {}


def test_a_password_of_characters_that_are_hard_to_send_logs_in(client: Made, service: EmService) -> None:
    assert CERTIFICATE == "a&b<c>\"'%+ é"
    client(app=hotdesk.AppInfo(id="tester", certificate=hotdesk.Secret(CERTIFICATE))).call(
        "login", PHONE, "john"
    )
    assert service.sessions() == {PHONE: "john"}
    for other in ("a&b<c>\"'%+ e", "a&amp;b<c>\"'%+ é", "a&b<c>\"'%  é"):
        wrong = hotdesk.AppInfo(id="tester", certificate=hotdesk.Secret(other))
        with pytest.raises(ServiceRefused) as caught:
            client(app=wrong).call("logout", PHONE)
        assert caught.value.code == 3


def test_a_refusal_says_code_name_meaning_and_remedy(client: Made, service: EmService) -> None:
    service.login(PHONE, "mary")
    with pytest.raises(ServiceRefused) as caught:
        client().call("login", PHONE, "john")
    refused = caught.value
    row = hotdesk.codes.em_service[18]
    assert (refused.code, refused.name) == (18, "Another user logged in")
    assert (refused.meaning, refused.remedy) == (row.meaning, row.remedy)
    assert "code 18 (Another user logged in)" in str(refused)
    assert sent(service) == ["login"]


def test_an_unknown_code_keeps_its_number_and_text(client: Made, service: EmService) -> None:
    service.faults.add(Refuse(4711, "something new"))
    with pytest.raises(ServiceRefused, match=r"4711 \(something new\)") as caught:
        client().call("logout", PHONE)
    assert (caught.value.name, caught.value.remedy) == (None, None)


def test_success_is_neither_the_status_nor_the_word(client: Made, service: EmService) -> None:
    service.faults.add(Refuse(11, "no success, though the status is 200"), operation="login")
    with pytest.raises(ServiceRefused) as caught:
        client().call("login", PHONE, "john")
    assert (caught.value.code, caught.value.text) == (11, "no success, though the status is 200")


def test_none_is_read_by_its_place(client: Made, service: EmService) -> None:
    def row() -> tuple[str, str | None, str | None]:
        (device,) = client().call("device_users", PHONE)
        return device.status, device.user, device.last_login

    assert row() == ("loggedOut", None, None)
    service.login(PHONE, "john")
    assert row() == ("loggedIn", "john", None)
    service.logout(PHONE)
    assert row() == ("loggedOut", None, "john")
    service.login(PHONE, "mary")
    assert row() == ("loggedIn", "mary", "john")


def test_busy_is_tried_again_until_it_is_done(client: Made, service: EmService) -> None:
    service.faults.add(Refuse(26), times=3)
    client().call("login", PHONE, "john")
    assert sent(service) == ["login"] * 4
    assert service.sessions() == {PHONE: "john"}


def test_busy_for_ever_is_a_refusal_after_the_last_attempt(client: Made, service: EmService) -> None:
    service.faults.add(Refuse(26), times=None)
    with pytest.raises(ServiceRefused) as caught:
        client().call("login", PHONE, "john")
    assert caught.value.code == 26
    assert len(sent(service)) == FAST.attempts


LOST = [
    CloseWithoutAnswer(),
    CutAnswer(after=60),
    ResetAnswer(after=20),
    Silence(),
    Answer(b"<html>busy</html>", status=500),
    Answer(b"<html>success</html>"),
    Answer(b"<request><success/></request>"),
    Answer(b""),
]


@pytest.mark.parametrize("fault", LOST, ids=repr)
def test_a_lost_answer_of_a_login_that_happened_is_found_by_a_query(
    client: Made, service: EmService, fault: Fault
) -> None:
    service.faults.add(fault, operation="login")
    client().call("login", PHONE, "JOHN")
    assert sent(service) == ["login", "deviceUserQuery"]


@pytest.mark.parametrize("fault", [CloseWithoutAnswer(executed=False), Silence(executed=False)], ids=repr)
@pytest.mark.parametrize(("method", "arguments"), [("login", (PHONE, "mary")), ("logout", (PHONE,))])
def test_a_lost_request_that_did_not_happen_is_sent_once_more(
    client: Made, service: EmService, fault: Fault, method: str, arguments: tuple[str, ...]
) -> None:
    if method == "logout":
        service.login(PHONE, "mary")
    service.faults.add(fault, operation=method)
    client().call(method, *arguments)
    assert sent(service) == [method, "deviceUserQuery", method]
    assert service.sessions() == ({PHONE: "mary"} if method == "login" else {})


@pytest.mark.parametrize(("method", "arguments"), [("login", (PHONE, "john")), ("logout", (PHONE,))])
def test_a_request_that_is_lost_twice_is_told_and_not_sent_again(
    client: Made, service: EmService, method: str, arguments: tuple[str, ...]
) -> None:
    service.login(PHONE, "mary")
    service.faults.add(CloseWithoutAnswer(executed=False), operation=method, times=None)
    with pytest.raises(AnswerLost, match="shows that it is not done") as caught:
        client().call(method, *arguments)
    assert caught.value.done is False
    assert sent(service) == [method, "deviceUserQuery"] * 2
    assert service.sessions() == {PHONE: "mary"}


def test_a_lost_answer_of_a_logout_is_found_by_a_query(client: Made, service: EmService) -> None:
    service.login(PHONE, "mary")
    service.faults.add(CloseWithoutAnswer(), operation="logout")
    client().call("logout", PHONE)
    assert sent(service) == ["logout", "deviceUserQuery"]


def test_who_may_not_ask_is_told_that_the_outcome_is_not_known(client: Made, service: EmService) -> None:
    person = hotdesk.AppInfo(id="john", certificate=hotdesk.Secret("12345"))
    service.faults.add(CloseWithoutAnswer(), operation="login")
    service.faults.add(Refuse(10), operation="deviceUserQuery")
    with pytest.raises(AnswerLost, match="not known") as caught:
        client(app=person).call("login", PHONE, "john")
    assert caught.value.done is None


def test_a_lost_answer_of_logout_all_is_told(client: Made, service: EmService) -> None:
    service.faults.add(CloseWithoutAnswer(), operation="logoutAll")
    with pytest.raises(AnswerLost, match="look on the service"):
        client().call("logout_all")
    assert sent(service) == ["logoutAll"]


def test_a_query_is_sent_again_for_it_changes_nothing(client: Made, service: EmService) -> None:
    service.faults.add(CloseWithoutAnswer())
    (row,) = client().call("device_users", PHONE)
    assert row.status == "loggedOut"
    service.faults.add(Answer(b"<html/>"), times=3)
    with pytest.raises(BrokenAnswer, match="no message of Extension Mobility"):
        client().call("device_users", PHONE)


def test_an_answer_in_single_bytes_is_read(client: Made, service: EmService) -> None:
    service.faults.add(Dribble(framing="chunked"))
    client().call("login", PHONE, "john")
    assert sent(service) == ["login"]


def test_an_answer_that_never_ends_is_given_up(client: Made, service: EmService) -> None:
    service.faults.add(Dribble(pause=0.2), operation="login")
    timeouts = Timeouts(connect=2, write=2, read=1, answer=0.5)
    start = time.monotonic()
    client(timeouts=timeouts).call("login", PHONE, "john")
    # The fault takes twenty seconds and more, and each of its bytes comes within the time for a read.
    assert time.monotonic() - start < 5
    assert sent(service) == ["login", "deviceUserQuery"]


def test_nothing_listens(client: Made) -> None:
    with pytest.raises(Unreachable, match="cannot be connected to"):
        client(url=f"http://127.0.0.1:{closed_port()}").call("login", PHONE, "john")


def test_a_service_that_comes_up_late_is_waited_for(client: Made, service: EmService) -> None:
    service.stop()
    starter = threading.Timer(0.3, service.start)
    starter.start()
    client(retry=Retry(attempts=40, first=0.05, longest=0.1)).call("login", PHONE, "john")
    starter.join()
    assert service.sessions() == {PHONE: "john"}


def test_the_backup_is_asked_where_the_primary_is_not_there(client: Made, service: EmService) -> None:
    primary = f"http://127.0.0.1:{closed_port()}"
    client(url=primary, backup=service.url).call("take_over", PHONE, "john")
    assert service.sessions() == {PHONE: "john"}


def test_the_backup_never_gets_a_login_that_the_primary_may_have_done(
    client: Made, service: EmService
) -> None:
    with EmService(cluster()) as backup:
        service.faults.add(CloseWithoutAnswer(), operation="login")
        client(backup=backup.url).call("login", PHONE, "john")
        assert backup.requests == []


def test_take_over_logs_the_other_one_out_first(client: Made, service: EmService) -> None:
    service.login(PHONE, "mary")
    assert client().call("take_over", PHONE, "john") == "mary"
    assert service.sessions() == {PHONE: "john"}
    assert sent(service) == ["login", "deviceUserQuery", "logout", "login"]


def test_a_user_is_found_over_several_clusters(service: EmService) -> None:
    with EmService(cluster()) as empty:
        service.login(PHONE, "john")
        with Client(service.url, APP, allow_http=True) as one, Client(empty.url, APP, allow_http=True) as two:
            found = find_user({"one": one, "two": two}, "john")
            assert find_user({"one": one, "two": two}, "nobody") == {}
    assert {name: list(row.devices) for name, row in found.items()} == {"one": [PHONE], "two": []}


def test_no_more_requests_run_at_once_than_asked() -> None:
    with EmService(cluster(phones=12, operation_seconds=0.05, maximum_concurrent_requests=4)) as service:
        with Client(service.url, APP, allow_http=True, retry=Retry(attempts=1)) as client:
            threads = [
                threading.Thread(target=client.login, args=(f"SEP{n:012X}", f"user{n}")) for n in range(12)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert len(service.sessions()) == 12
        assert all(record.code is None for record in service.requests)


def test_https_is_checked_and_works_with_its_authority(
    client: Made, service: EmService, tmp_path: Path
) -> None:
    ca = write_authority(service, tmp_path)
    client(url=service.tls_url, ca=ca, allow_http=False).call("login", PHONE, "john")
    assert service.sessions() == {PHONE: "john"}
    with pytest.raises(CertificateRefused, match="not trusted"):
        client(url=service.tls_url, allow_http=False).call("logout", PHONE)


FLAWS = [
    (CertificateFlaw.EXPIRED, "it has expired"),
    (CertificateFlaw.WRONG_NAME, "it is for another name"),
    (CertificateFlaw.UNKNOWN_CA, "it is not trusted"),
]


@pytest.mark.parametrize(("flaw", "says"), FLAWS)
def test_a_refused_certificate_says_which(
    client: Made, service: EmService, tmp_path: Path, flaw: CertificateFlaw, says: str
) -> None:
    ca = write_authority(service, tmp_path)
    service.faults.add(BadCertificate(flaw), times=None)
    with pytest.raises(CertificateRefused, match=says):
        client(url=service.tls_url, ca=ca, allow_http=False).call("login", PHONE, "john")
    assert service.requests == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("http://cucm.example", "ask for http"),
        ("https://user:password@cucm.example", "no user, password"),
        ("https://cucm.example/?appID=x", "no user, password, query"),
        ("ftp://cucm.example", "starts with https"),
        ("cucm.example:99999", "a service is a host"),
        ("[::1", "a service is a host"),
    ],
)
def test_an_address_that_is_none_or_shows_secrets_is_refused(given: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Client(given, APP)


def test_an_authority_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(ValueError, match=r"ca\.pem holds no certificate"):
        Client("cucm.example", APP, ca=file)


def test_a_late_answer_within_the_time_out_is_an_answer(client: Made, service: EmService) -> None:
    service.faults.add(Delay(0.1))
    client().call("login", PHONE, "john")
    assert sent(service) == ["login"]
