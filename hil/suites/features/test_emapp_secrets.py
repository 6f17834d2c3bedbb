"""What a login through the login application must leave nowhere: the PIN.

On the phone it may be in memory from the first digit typed until its request is over, nowhere else and no
longer, and never on the screen or in the log. The request has it in its URL, as the protocol wants: so the
simulator has it in nothing that it keeps or shows. Memory is searched as `hotdesk_hil.rig.memory` says.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from labgrid.util import Timeout

from hotdesk_hil.emservice import (
    Answer,
    ApplicationUser,
    Cluster,
    Device,
    EmService,
    ServiceParameters,
    Silence,
    User,
)
from hotdesk_hil.rig import Rig, keypad
from hotdesk_hil.rig.app_desk import APPLICATION, AppDesk
from hotdesk_hil.rig.case_desk import FORM
from hotdesk_hil.rig.memory import Variables, traces
from hotdesk_hil.rig.phone import ANSWER, REACTION

pytestmark = pytest.mark.needs("memory")

# Made up, long, and unlike anything else in the phone's memory. The wrong one is the first, backwards.
PIN, NEW_PIN = "9073518264", "5820649137"
WRONG_PIN = PIN[::-1]
PINS = (PIN, NEW_PIN, WRONG_PIN)
CERTIFICATE = "Zk7-certificate-of-this-test-alone-Qw3"
USER, MANY = "d", "m"
CHANGE = "Change Credential"
# The phone gives up waiting for the first byte after 10 s.
PATIENCE = 15.0
KEPT_BY_CONTROL = ("state", "sessions", "events", "requests", "counters", "faults", "locks")


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulator's traces."""
    return tmp_path_factory.mktemp("traces") / "trace.log"


@pytest.fixture(scope="module")
def module_desk(bench: Rig, trace: Path) -> Iterator[AppDesk]:
    """The phone of this module: d has one profile, m has several."""
    cluster = Cluster(
        application_users=[ApplicationUser("emphone", CERTIFICATE, proxy_rights=True)],
        users=[User(USER, PIN, ("UDP_d",)), User(MANY, PIN, ("UDP_desk", "UDP_lab"))],
        devices=[Device(bench.device_name)],
        service=ServiceParameters(credential_cache=False),
    )
    bench.off()
    with EmService(cluster, control_port=0, trace=trace) as service:
        yield AppDesk(bench, service, "emphone", CERTIFICATE)
    bench.off()


@pytest.fixture(scope="module")
def variables(bench: Rig) -> Variables:
    """The names of what is in memory."""
    return Variables.of(bench.kernel)


class Watch:
    """Whatever the phone and the simulator show while a test runs, and the phone's memory."""

    def __init__(self, desk: AppDesk, variables: Variables) -> None:
        self._desk = desk
        self._variables = variables
        self.texts: set[str] = set()
        self.exchanges: list[str] = []

    def places(self) -> set[str]:
        """The variables in which a PIN is now; "" is the stack, or a gap."""
        memory = self._desk.rig.memory
        ram = memory.read_memory(memory.ram.start, memory.ram.size)
        return {
            found.variable.split("::")[-1]
            for pin in PINS
            for found in traces(ram, pin, memory.ram.start, self._variables)
        }

    def has_forgotten(self, when: str) -> None:
        """Fails where a PIN is in memory."""
        places = self.places()
        assert not places, f"{when}: a PIN is in {sorted(places)}"

    def found(self, text: str) -> list[str]:
        return [pin for pin in PINS if pin in text]


@pytest.fixture
def watch(
    desk: AppDesk, variables: Variables, caplog: pytest.LogCaptureFixture, trace: Path
) -> Iterator[Watch]:
    """Watches, and fails at the end where a PIN or the certificate was shown, logged or kept."""
    caplog.set_level(logging.DEBUG, "hotdesk_hil.emservice")
    watch = Watch(desk, variables)
    rig, service = desk.rig, desk.service
    look = lambda screen: watch.texts.add("".join(screen.text.split()))  # noqa: E731 - taken back below
    arrived = lambda exchange: watch.exchanges.append(repr(exchange))  # noqa: E731 - as above
    rig.screen.watchers.append(look)
    service.watchers.append(arrived)
    yield watch
    rig.screen.watchers.remove(look)
    service.watchers.remove(arrived)

    assert any("Please" in text for text in watch.texts)
    assert not [text for text in watch.texts if watch.found(text) or CERTIFICATE in text]
    log = b"\n".join(rig.log.frames())
    words = desk.phone.log()
    assert "screen page" in words
    for secret in (*PINS, CERTIFICATE):
        assert secret.encode() not in log
        assert secret not in words
    assert not any(traces(log, pin) for pin in PINS)

    kept = {
        "the traces": trace.read_text("utf-8"),
        "the log": caplog.text,
        "the records": repr(service.requests),
        "what watchers see": "\n".join(watch.exchanges),
    }
    for name in KEPT_BY_CONTROL:
        request = Request(f"{service.control_url}{name}")  # noqa: S310 - http, made here
        request.add_header("Authorization", f"Bearer {service.control_token}")
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            kept[f"/{name} of the control interface, which the page shows"] = answer.read().decode()
    assert "appLogin" in kept["the records"]
    assert "EMAppServlet" in kept["the traces"]
    assert {where: watch.found(text) for where, text in kept.items() if watch.found(text)} == {}


def test_search_finds_a_pin_while_it_is_typed(desk: AppDesk, watch: Watch) -> None:
    """What the other tests rest on: the form's own PIN, which it needs, is found."""
    desk.is_idle()
    desk.open_form()
    desk.fill_in(USER, PIN)
    assert watch.places() == {"APP"}
    for _ in PIN:
        desk.phone.softkey("<<")
    desk.phone.wait("no star", lambda s: "*" not in s.text)
    watch.has_forgotten("digits taken back, the form still open")
    desk.fill_in(PIN, secrets=(0,))
    desk.phone.softkey("More")
    desk.phone.softkey("Exit")
    desk.phone.wait_idle("Nobody logged in")
    watch.has_forgotten("the form left")
    desk.log_in(USER, PIN)
    desk.confirm_logged_in(USER)


def test_pin_is_forgotten_with_its_request(desk: AppDesk, watch: Watch) -> None:
    phone = desk.phone
    desk.is_idle()
    desk.log_in(USER, WRONG_PIN)
    phone.wait_title(FORM, "(201)", seconds=ANSWER)
    watch.has_forgotten("refused")
    phone.softkey("OK")
    desk.fill_in(PIN, secrets=(0,))
    phone.softkey("Submit")
    phone.wait_title(APPLICATION, seconds=ANSWER)
    watch.has_forgotten("logged in")
    phone.to_idle()
    phone.wait_idle(f"Logged in: {USER}")
    watch.has_forgotten("idle, logged in")
    desk.log_out()
    watch.has_forgotten("logged out")
    # Where a profile is to be chosen, a token of the service's stands for the PIN.
    desk.log_in(MANY, PIN)
    phone.wait_title("Select Profile", seconds=ANSWER)
    watch.has_forgotten("profiles shown")
    phone.press("2")
    desk.confirm_logged_in(MANY)
    watch.has_forgotten("a profile chosen")


def test_pin_is_only_in_form_and_tcp_while_an_answer_is_awaited(desk: AppDesk, watch: Watch) -> None:
    phone, service = desk.phone, desk.service
    desk.is_idle()
    service.faults.add(Silence(executed=False), operation="appLogin")
    desk.log_in(USER, PIN)
    service.wait_for_request("appLogin")
    # The frame is wiped once it is sent, which may be a moment after the service has it.
    timeout = Timeout(REACTION)
    while (places := watch.places()) - {"APP", "SENT"}:
        assert not timeout.expired, places
    # Digits that nobody takes for a PIN's.
    phone.press(*WRONG_PIN, keypad.SELECT)
    phone.wait_title("Page failed", "The service did not answer in time.", seconds=PATIENCE)
    watch.has_forgotten("no answer in time")
    # A server's error page may repeat the request it is about.
    page = f"<html><pre>GET /emapp/EMAppServlet?seq={PIN}</pre></html>".encode()
    echo = Answer(page + b" " * 200 + page, status=500, executed=False, headers={"X-Form": PIN})
    desk.is_idle()
    service.faults.add(echo, operation="appLogin")
    desk.log_in(USER, PIN)
    phone.wait_title("Page failed", seconds=ANSWER)
    watch.has_forgotten("sent back with status 500")
    assert service.sessions() == {}


def test_pins_of_a_change_are_forgotten(desk: AppDesk, watch: Watch) -> None:
    phone = desk.phone
    desk.is_idle()
    desk.open_form()
    phone.softkey("More")
    # A softkey has room for seven characters.
    phone.softkey("ChangeP")
    desk.wait_form(CHANGE)
    desk.fill_in(USER, WRONG_PIN, NEW_PIN, NEW_PIN, secrets=(1, 2, 3))
    phone.softkey("Change")
    desk.wait_form(CHANGE, "User ID or PIN is wrong")
    watch.has_forgotten("not changed")
    phone.softkey("OK")
    desk.fill_in(PIN, NEW_PIN, NEW_PIN, secrets=(0, 1, 2))
    phone.softkey("Change")
    phone.wait_title("PIN Change Successful", seconds=ANSWER)
    watch.has_forgotten("changed")
    phone.softkey("Back")
    phone.wait_idle("Nobody logged in")
    desk.log_in(USER, NEW_PIN)
    desk.confirm_logged_in(USER)
    watch.has_forgotten("logged in with the new one")
    desk.service.change_secret(USER, PIN)
