"""The service out of reach, answers cut, slow or unreadable: the phone says so and works on."""

from __future__ import annotations

import pytest

from hotdesk_hil.emservice import Answer, CloseWithoutAnswer, CutAnswer, Dribble, EmService, Fault, Silence
from hotdesk_hil.rig import Phone, Rig
from hotdesk_hil.rig.demo_cluster import DemoCluster
from hotdesk_hil.rig.phone import ANSWER

# The phone gives up waiting for the first byte after 10 s.
PATIENCE = 15.0
# A minute, a fifth more or less, and an answer.
POLLING = 82.0
# So long after the last key a key wakes the phone.
ASLEEP = 30.0

SUCCESS = b"<response><success/></response>"


def logins(service: EmService) -> int:
    """How many logins have reached the service."""
    return sum(record.operation == "login" for record in service.requests)


@pytest.mark.smoke
def test_service_that_is_not_there_is_said_and_the_phone_works_when_it_is_back(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    service.stop()
    phone.log_in(cluster.user, cluster.pin)
    screen = phone.wait_title("Login failed", "The service refused the connection.", seconds=ANSWER)
    assert "Nothing was sent." in phone.read_to_end()
    # Nothing can have happened, so trying again is offered.
    assert screen.softkeys == ("OK", "", "Retry")
    assert service.sessions() == {}

    service.start()
    phone.softkey("Retry")
    phone.wait_title("Log in", cluster.user)
    phone.type_pin(cluster.pin)
    phone.softkey("Submit")
    phone.take_profile()
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}


@pytest.mark.parametrize("status", [302, 404, 503])
def test_login_that_was_carried_out_under_a_bad_status_ends_in_the_truth(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster, status: int
) -> None:
    service.faults.add(Answer(None, status=status, executed=True), operation="login")
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title("Logged in after all", cluster.user, seconds=ANSWER)
    phone.wait_idle(f"Logged in: {cluster.user}")
    assert logins(service) == 1
    assert service.sessions() == {rig.device_name: cluster.user}


@pytest.mark.parametrize("executed", [True, False], ids=["executed", "not-executed"])
@pytest.mark.parametrize("cut", ["before", "in-head", "in-body"])
def test_answer_cut_leaves_the_outcome_open_and_the_phone_asks(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster, cut: str, executed: bool
) -> None:
    service.faults.add(cut_answer(cut, executed), operation="login")
    phone.log_in(cluster.user, cluster.pin)
    if executed:
        phone.wait_title("Logged in after all", cluster.user, "Only the answer was lost.", seconds=ANSWER)
        phone.go_on()
    else:
        phone.wait_title("Login failed", "The connection broke off.", seconds=ANSWER)
        phone.find("You are not logged in.")
        assert "Retry" in phone.screen.softkeys
        phone.softkey("OK")
    phone.wait_idle(f"Logged in: {cluster.user}" if executed else "Nobody logged in")
    # What may have happened is never sent twice: one login, and a question after it.
    assert logins(service) == 1
    assert service.requests[-1].operation == "deviceUserQuery"
    assert service.sessions() == ({rig.device_name: cluster.user} if executed else {})


@pytest.mark.smoke
def test_logout_whose_answer_is_cut_shows_the_truth(
    phone: Phone, service: EmService, cluster: DemoCluster
) -> None:
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    service.faults.add(cut_answer("in-body", executed=True), operation="logout")
    phone.log_out()
    phone.wait_title("Logged out after all", "Nobody logged in", seconds=ANSWER)
    phone.go_on()
    phone.wait_idle("Nobody logged in")
    assert service.sessions() == {}


def test_silent_service_is_given_up_after_a_while(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    service.faults.add(Silence(executed=True), operation="login")
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title(rig.device_name, f"Logging in {cluster.user}")
    phone.wait_title("Logged in after all", cluster.user, seconds=PATIENCE)
    phone.wait_idle(f"Logged in: {cluster.user}")
    assert logins(service) == 1
    assert service.sessions() == {rig.device_name: cluster.user}


@pytest.mark.parametrize(
    "fault",
    [
        Dribble(size=1),
        Dribble(size=1, framing="chunked"),
        Dribble(size=7, framing="close"),
        Answer(framing="close"),
    ],
    ids=["byte-by-byte", "chunked-byte-by-byte", "until-close-in-pieces", "until-close"],
)
def test_answer_in_any_pieces_and_framing_is_read(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster, fault: Fault
) -> None:
    service.faults.add(fault, times=None)
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    phone.open_menu()
    phone.choose("Who is logged in")
    phone.wait_idle(f"Logged in: {cluster.user}")
    assert service.sessions() == {rig.device_name: cluster.user}


CANNOT_READ = "This phone cannot read the answer."


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"Service Unavailable", [CANNOT_READ, "Line 1, column 1:"]),
        (
            b'<!DOCTYPE response [<!ENTITY a "b">]>' + SUCCESS,
            [CANNOT_READ, "Line 1, column", "Doctype"],
        ),
        (b"<a>" * 349_526, ["The answer is too long for this phone.", "More than 2048 bytes"]),
        (
            b'<response>\n <failure><error code="many">no</error></failure></response>',
            [CANNOT_READ, "Line 2, column", "code"],
        ),
        (
            b"<response><success>\xff</success></response>",
            [CANNOT_READ, "Line 1, column 20", "NotUtf8"],
        ),
        (b"<response><success/></respons>", [CANNOT_READ, "Line 1, column"]),
        (b"", [CANNOT_READ]),
        (b"<response><checkUserResults/></response>", [CANNOT_READ, "Missing user"]),
    ],
    ids=["not-xml", "doctype", "megabyte", "wrong-code", "not-utf8", "unpaired", "empty", "another-answer"],
)
def test_answer_that_cannot_be_read_is_said_with_what_and_where_and_the_phone_works_on(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster, body: bytes, words: list[str]
) -> None:
    service.faults.add(Answer(body, executed=False), operation="login")
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title("Login failed", seconds=ANSWER)
    what, *note = words
    phone.find(f"{what} You are not logged in.")
    for expected in note:
        phone.find(expected)
    phone.softkey("OK")
    phone.wait_idle("Nobody logged in")
    assert service.sessions() == {}

    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}


@pytest.mark.parametrize(
    ("status", "words"),
    [(503, "The service is down or busy."), (404, "Something other than the service answered.")],
)
def test_http_status_is_not_taken_for_an_answer(
    phone: Phone, service: EmService, cluster: DemoCluster, status: int, words: str
) -> None:
    service.faults.add(Answer(SUCCESS, status=status, executed=False), operation="login")
    phone.log_in(cluster.user, cluster.pin)
    phone.wait_title("Login failed", words, seconds=ANSWER)
    phone.find(f"HTTP status {status}")
    phone.softkey("OK")
    phone.wait_idle("Nobody logged in")
    assert service.sessions() == {}


def cut_answer(where: str, executed: bool) -> Fault:
    """An answer that ends too early, after the request was carried out or instead of it."""
    if where == "before":
        return CloseWithoutAnswer(executed=executed)
    if where == "in-head":
        return CutAnswer(after=9, executed=executed)
    return Answer(SUCCESS[:15], headers={"Content-Length": str(len(SUCCESS))}, executed=executed)


@pytest.mark.needs("link", "link-state")
def test_cable_that_is_out_is_said_and_the_phone_works_when_it_is_back(
    phone: Phone, service: EmService, rig: Rig, cluster: DemoCluster
) -> None:
    rig.link.set_link(up=False)
    phone.wait("the missing link", lambda s: "link-down" in s.marks and "link" in s.flowing, seconds=ANSWER)
    rig.link.set_link(up=True)
    phone.wait("the link", lambda s: "link-ready" in s.marks, seconds=ANSWER)
    phone.wait_idle("Nobody logged in")
    phone.log_in(cluster.user, cluster.pin)
    phone.confirm_logged_in(cluster.user)
    assert service.sessions() == {rig.device_name: cluster.user}
