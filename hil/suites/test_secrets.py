"""What the phone must not give away: no PIN and no certificate on screen or in the log, and no PIN in memory.

The PIN may be in memory from the first digit typed until its request is over, nowhere else and no longer.
Memory is read with the board halted, and searched as `hotdesk_hil.rig.memory` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from labgrid.util import Timeout

from hotdesk_hil.emservice import (
    Answer,
    ApplicationUser,
    Cluster,
    Device,
    EmService,
    Silence,
    User,
)
from hotdesk_hil.rig import Phone, Rig, keypad
from hotdesk_hil.rig.memory import Trace, Variables, traces
from hotdesk_hil.rig.phone import ANSWER, PROFILES, REACTION

pytestmark = pytest.mark.needs("memory")

# Made up, long, and unlike anything else in the phone's memory.
PIN = "9073518264"
WRONG_PIN = PIN[::-1]
CERTIFICATE = "Zk7-certificate-of-this-test-alone-Qw3"

# The phone gives up waiting for the first byte after 10 s, and leaves a form that nobody touches after 120 s.
PATIENCE = 15.0
LEFT_ALONE = 130.0


@dataclass(frozen=True)
class Desk:
    """A phone with its service, and its memory."""

    rig: Rig
    phone: Phone
    service: EmService
    variables: Variables

    def traces(self) -> list[Trace]:
        """Where a PIN of this test is in memory now."""
        ram = self.rig.memory.ram
        memory = self.rig.memory.read_memory(ram.start, ram.size)
        return [trace for pin in (PIN, WRONG_PIN) for trace in traces(memory, pin, ram.start, self.variables)]

    def has_forgotten(self, when: str) -> None:
        """Fails where a PIN is in memory, and says where."""
        found = self.traces()
        assert not found, f"{when}: {len(found)} traces of a PIN, the first: {found[0]}"

    def type_pin(self) -> None:
        """From the idle screen: opens the form and types user ID and PIN."""
        self.phone.softkey("Log in")
        self.phone.fill_form("Log in", "john", PIN)


@pytest.fixture
def em_cluster(bench: Rig) -> Cluster:
    """John and jane have the long PIN; jane has several profiles."""
    return Cluster(
        application_users=[ApplicationUser("emphone", CERTIFICATE)],
        users=[User("john", PIN, ("DPJOHNIPC",), "DPJOHNIPC"), User("jane", PIN, ("DPJANE", "DPLAB"))],
        devices=[Device(bench.device_name)],
    )


@pytest.fixture
def desk(rig: Rig, phone: Phone, service: EmService) -> Desk:
    """A phone that is idle, with its service and its memory."""
    return Desk(rig, phone, service, Variables.of(rig.kernel))


def test_search_finds_a_pin_while_it_is_typed(desk: Desk) -> None:
    """What the other tests rest on: the form's own PIN, which it needs, is found."""
    desk.type_pin()
    assert {trace.stride for trace in desk.traces()} == {1}


@pytest.mark.smoke
def test_pin_and_certificate_are_in_no_log_and_on_no_screen(desk: Desk, defmt_print: Path) -> None:
    texts: set[str] = set()
    rig, phone = desk.rig, desk.phone
    rig.screen.watchers.append(watch := lambda screen: texts.add("".join(screen.text.split())))
    try:
        phone.log_in("john", WRONG_PIN)
        phone.wait_title("Login failed", "[3]", seconds=ANSWER)
        phone.softkey("OK")
        phone.log_in("john", PIN)
        phone.confirm_logged_in("john")
        phone.log_out()
        phone.confirm_logged_out()
        assert desk.service.sessions() == {}
    finally:
        rig.screen.watchers.remove(watch)

    frames = rig.log.frames()
    assert len(frames) > 3, "the phone logs what it does"
    log = b"\n".join(frames)
    words = rig.log.text(defmt_print, rig.kernel)
    assert "screen log in form" in words
    for secret in (PIN, WRONG_PIN, CERTIFICATE):
        assert secret.encode() not in log
        assert secret not in words
        assert not any(secret in text for text in texts)
    assert not any(traces(log, pin) for pin in (PIN, WRONG_PIN))


def test_pin_is_forgotten_after_a_login_and_a_log_out(desk: Desk) -> None:
    desk.phone.log_in("john", PIN)
    desk.phone.wait_title("Logged in", "john", seconds=ANSWER)
    desk.has_forgotten("logged in")
    desk.phone.go_on()
    desk.phone.wait_idle("Logged in: john")
    desk.has_forgotten("idle, logged in")
    desk.phone.log_out()
    desk.phone.confirm_logged_out()
    desk.has_forgotten("logged out")
    assert desk.service.sessions() == {}


def test_pin_is_forgotten_after_a_login_that_was_refused(desk: Desk) -> None:
    desk.phone.log_in("john", WRONG_PIN)
    desk.phone.wait_title("Login failed", "[3]", seconds=ANSWER)
    desk.has_forgotten("login refused")
    assert desk.service.sessions() == {}


def test_pin_is_forgotten_where_the_service_is_not_there(desk: Desk) -> None:
    desk.service.stop()
    desk.phone.log_in("john", PIN)
    desk.phone.wait_title("Login failed", "Nothing was sent.", seconds=ANSWER)
    desk.has_forgotten("no connection")


def test_pin_is_forgotten_when_the_form_is_cancelled(desk: Desk) -> None:
    desk.type_pin()
    desk.phone.softkey("Cancel")
    desk.phone.wait_idle("Nobody logged in")
    desk.has_forgotten("cancelled")
    assert desk.service.sessions() == {}


def test_pin_is_forgotten_when_the_profiles_are_cancelled(desk: Desk) -> None:
    desk.phone.submit_login("jane", PIN)
    desk.phone.wait_title(PROFILES, seconds=ANSWER)
    desk.phone.softkey("Cancel")
    desk.phone.wait_idle("Nobody logged in")
    desk.has_forgotten("profiles cancelled")
    assert desk.service.sessions() == {}


def test_digits_taken_back_are_forgotten(desk: Desk) -> None:
    desk.type_pin()
    for _ in PIN:
        desk.phone.softkey("<<")
    desk.phone.wait("no star", lambda s: "*" not in s.text)
    desk.has_forgotten("digits taken back, the form still open")


@pytest.mark.long
@pytest.mark.timeout(300)
def test_pin_is_forgotten_when_the_form_is_left_alone(desk: Desk) -> None:
    desk.type_pin()
    desk.phone.wait_idle("Nobody logged in", seconds=LEFT_ALONE)
    desk.has_forgotten("form left alone")


def test_pin_is_only_in_form_and_tcp_while_an_answer_is_awaited_and_nowhere_afterwards(desk: Desk) -> None:
    desk.service.faults.add(Silence(executed=False), operation="login")
    desk.phone.log_in("john", PIN)
    desk.service.wait_for_request("login")
    # The form keeps it, for the other service; TCP may have to send it again. The frame is wiped once it is
    # sent, which may be a moment after the service has it.
    timeout = Timeout(REACTION)
    while (places := {trace.variable.split("::")[-1] for trace in desk.traces()}) - {"APP", "SENT"}:
        assert not timeout.expired, places
    desk.phone.wait_title("Login failed", "The service did not answer in time.", seconds=PATIENCE)
    desk.has_forgotten("no answer in time")


def test_pin_that_a_service_sends_back_is_forgotten(desk: Desk) -> None:
    """A server's error page may repeat the request it is about."""
    page = f"<html><pre>appCertificate={PIN}</pre></html>".encode()
    for status in (200, 500):
        # Sent back at the start of the answer, and in what follows.
        echo = Answer(page + b" " * 200 + page, status=status, executed=False, headers={"X-Form": PIN})
        desk.service.faults.add(echo, operation="login")
        desk.phone.log_in("john", PIN)
        desk.phone.wait_title("Login failed", seconds=ANSWER)
        desk.phone.find("You are not logged in.")
        desk.has_forgotten(f"sent back with status {status}")
        desk.phone.softkey("OK")
        desk.phone.wait_idle("Nobody logged in")


@pytest.mark.parametrize("code", [3, 9999], ids=["known", "unknown"])
def test_pin_that_a_refusal_repeats_is_forgotten_with_its_screen(desk: Desk, code: int) -> None:
    """No question follows a refusal that would write over what it left."""
    document = f'<response><failure><error code="{code}">{PIN}</error></failure></response>'
    desk.service.faults.add(Answer(document.encode(), executed=False), operation="login")
    desk.phone.log_in("john", PIN)
    desk.phone.wait_title("Login failed", seconds=ANSWER)
    desk.phone.find(f"[{code}]")
    desk.phone.softkey("OK")
    desk.phone.wait_idle("Nobody logged in")
    desk.has_forgotten("refused with the PIN in it")


def test_pin_typed_while_the_phone_waits_is_forgotten(desk: Desk) -> None:
    """Keys that nobody takes for digits of a PIN: pressed while a request is on its way."""
    desk.service.faults.add(Silence(executed=False), operation="deviceProfileQuery")
    desk.phone.submit_login("john", WRONG_PIN)
    desk.service.wait_for_request("deviceProfileQuery")
    desk.phone.press(*PIN, keypad.SELECT)
    desk.phone.wait_title("No profiles", "cannot be listed", seconds=PATIENCE)
    # Until then the form keeps its PIN, for a login with the default profile.
    desk.phone.softkey("Cancel")
    desk.phone.wait_idle("Nobody logged in")
    desk.has_forgotten("typed in vain")
