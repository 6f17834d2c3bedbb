"""Traces that the simulator writes on request: their layout, what is never in them, what ends them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from emservice.app_phone import AppPhone
from emservice.client import DESK, MARY, Client
from emservice.factor_pages import CLUSTER

from hotdesk_hil.emservice import Cluster, Device, EmService, ServiceParameters, User, cli

LAYOUT = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO |DEBUG|ERROR) "
    r"\[(http-bio-\d+-exec-\d+) *\] ([A-Za-z.]+) +- (.+)"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "trace.log"


@pytest.fixture
def service(file: Path) -> Iterator[EmService]:
    with EmService(CLUSTER, trace=file) as service:
        yield service


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def ask(service: EmService, query: str = "") -> None:
    AppPhone(DESK).follow(f"{service.app_url}?device={DESK}{query}")


def test_a_login_is_written_in_the_layout_and_the_order_of_a_call_manager(
    service: EmService, file: Path
) -> None:
    ask(service, f"&userid=mary&seq={MARY[1]}")
    read = [LAYOUT.fullmatch(line) for line in lines(file)]
    assert None not in read
    threads = [found[2] for found in read if found]
    said = [f"{found[3]}: {found[4]}" for found in read if found]
    assert said[0] == "EMAppServlet: EMApp Request# ----->1"
    assert said[1].startswith(
        f"EMAppServlet: EMApp Request parameters: Logout=null Device Name={DESK} User Id=mary Device"
    )
    assert said[2:5] == [
        "EMServiceServlet: EMService Request# ----> : 1",
        "EMServiceServlet: 1: EM Service: Request type=Query",
        "EMServiceServlet: 1: Parsing Request...",
    ]
    assert said[5:] == [
        "EMAppServlet: User 'mary' exists locally",
        "authentication.AuthenticationImpl: loginUtil: Authentication complete with result=0",
        "EMAppServlet: User authentication complete for user mary",
        "EMAppServlet: Device profiles for user:mary=UserInfo:  UserID: mary Password:  Locale: 1 "
        "Authentication proxy rights: falseDevice Profiles:  P",
        "EMServiceServlet: EMService Request# ----> : 2",
        "EMServiceServlet: 2: EM Service: Request type=Login/Logout",
        "EMServiceServlet: 2: Parsing Request...",
        "EMServiceServlet: 2: Executing Login...",
        f"EMServiceServlet: 2: LoginService.executeLogin: Dev: {DESK}- Sending request to DB",
        f"EMServiceServlet: 2: LoginService.executeLogin: Dev: {DESK}- Login Successful",
        f"EMAppServlet: Successfully performed Login for user mary at {DESK}",
    ]
    app, query, login = threads[0], threads[2], threads[9]
    assert len({app, query, login}) == 3
    assert threads == [app] * 2 + [query] * 3 + [app] * 4 + [login] * 6 + [app]


def test_the_parameters_are_as_the_phone_sent_them_blanks_included(service: EmService, file: Path) -> None:
    ask(service, "%20&loginType=%20DN&EMCC=%23EMCC%20%23")
    assert lines(file)[1].partition(" - ")[2] == (
        f"EMApp Request parameters: Logout=null Device Name={DESK}  User Id=null Device Profile=null "
        "Refresh=null Remote Host IP Address = 127.0.0.1 Via Header Set = false getClusterInfo = null "
        "Lang = de Charset=utf-8,;q=0.8 Emcc = #EMCC # LoginType = DN"
    )


def test_a_refusal_of_the_service_has_its_code_and_text_behind_the_line(demo_file: Path, file: Path) -> None:
    with EmService(demo_file, trace=file) as service:
        Client(service.url).login("SEP00000000FFFF", "mary")
    *_, line, body = lines(file)
    assert line.endswith("EMServiceServlet          - 1: Request failed returning<response>")
    assert body.startswith('<failure><error code="11">')


def test_no_secret_is_in_them_wherever_it_was_put(service: EmService, file: Path) -> None:
    for query in (
        f"&userid=mary&seq={MARY[1]}",
        f"&userid=mary%26seq%3D{MARY[1]}&seq=1",
        f"%26seq%3D{MARY[1]}&userid=seq%253D{MARY[1]}&seq=1",
        f"&userid=mary&seq={MARY[1]}&profile=oldpin%3D{MARY[1]}",
        f"&userid=mary&seq={MARY[1]}&EMCC=mfa%3D{MARY[1]}",
    ):
        ask(service, query)
    text = file.read_text(encoding="utf-8")
    assert "***" in text
    assert MARY[1] not in text


def test_a_name_makes_no_line_of_its_own_and_a_long_one_is_cut_visibly(
    service: EmService, file: Path
) -> None:
    ask(service, f"&userid=mary%0A2026-11-27%2008:00:00,000%20INFO%20forged{'x' * 7990}&seq=1")
    read = lines(file)
    assert not [line for line in read if line.startswith("2026-11-27 08:00:00,000 INFO forged")]
    assert r"User Id=mary\n2026-11-27 08:00:00,000 INFO forged" in read[1]
    assert (len(read[1]), read[1][-1]) == (8001, "…")


def test_lines_are_added_to_what_is_there_and_none_without_a_file(
    demo_file: Path, file: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        with EmService(demo_file, trace=file) as service:
            ask(service)
    assert len([line for line in lines(file) if "EMApp Request#" in line]) == 2
    with EmService(demo_file) as service:
        ask(service)
    assert [path.name for path in tmp_path.iterdir()] == ["trace.log"]


def test_a_change_of_the_pin_and_the_page_behind_a_result_are_no_logins(
    service: EmService, file: Path
) -> None:
    AppPhone(DESK).follow(f"{service.change_pin_url}?device={DESK}")
    assert file.read_text(encoding="utf-8") == ""
    ask(service, "&refresh=true")
    assert "Refresh=true" in lines(file)[1]


def test_a_log_out_whose_time_has_come_is_written_with_that_time(file: Path) -> None:
    mary = User("mary", MARY[1], ("P",))
    cluster = Cluster(
        users=[mary], devices=[Device(DESK)], service=ServiceParameters(maximum_login_time="1:00")
    )
    with EmService(cluster, trace=file) as service:
        service.login(DESK, "mary")
        assert file.read_text(encoding="utf-8") == "", (
            "what an administrator does is in no trace of the service"
        )
        ask(service, f"&userid=mary&seq={MARY[1]}")
        (ends,) = [session.ends_at for session in service.session_rows()]
        service.clock.advance(5000)
        assert service.sessions() == {}
    assert any(f"Dev: {DESK}- Set logout for 3600 seconds" in line for line in lines(file))
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(ends))
    asked, done = lines(file)[-2:]
    assert asked.startswith(stamp)
    assert asked.endswith(f"Executing Logout for device={DESK}")
    assert done.endswith(f"LoginService.executeLogout: Dev: {DESK}- Logout Successful")


def test_a_file_that_cannot_be_opened_keeps_the_service_from_starting(
    tmp_path: Path, demo_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = EmService(demo_file, trace=tmp_path)
    with pytest.raises(OSError, match="it was wanted for traces"):
        service.start()
    port = service.port
    with EmService(demo_file, port=port) as other:
        assert other.port == port, "the port was given back"
    assert cli.main(["--port", "0", "--trace", str(tmp_path)]) == 2
    assert (
        f"hotdesk-emservice: {tmp_path}: Is a directory; it was wanted for traces" in capsys.readouterr().err
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no file that is always full")
def test_a_full_disk_ends_the_trace_and_not_the_service(
    demo_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with EmService(demo_file, trace="/dev/full") as service:
        ask(service)
        ask(service, "&userid=mary&seq=54321")
        assert service.sessions() == {DESK: "mary"}
    assert caplog.text.count("the trace ends: No space left on device") == 1
