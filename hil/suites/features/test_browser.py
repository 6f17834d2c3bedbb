"""Logging in through the login application as the phones of a cluster do, and other IP phone services.

The image has the feature `browser`, and the configuration `login = emapp` or the login application's URL.
A test says what a person sees and ends with the service's own view.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from hotdesk_hil.emservice import ApplicationUser, Cluster, Device, EmService, Refuse, User
from hotdesk_hil.rig import Phone, PhoneConfig, Rig, keypad
from hotdesk_hil.rig.demo_cluster import HOST_AS_SEEN_BY_PHONE
from hotdesk_hil.rig.phone import ANSWER, AT_ONCE
from hotdesk_hil.rig.reader import Screen

CERTIFICATE = "certificate-of-the-pages"
USER, PIN = "john", "73519"
NUMBER, SELF_SERVICE_ID = "4711", "902"
PROFILES = ("UDP_john", "UDP_lab", "UDP_home")
FORM = "Please Login"


@pytest.fixture
def em_service(rig: Rig) -> Iterator[EmService]:
    """A service with a person of three profiles, and one of one."""
    cluster = Cluster(
        application_users=[
            ApplicationUser("emphone", CERTIFICATE, proxy_rights=True),
            ApplicationUser("CCMSysUser", "certificate-of-the-system", proxy_rights=True),
        ],
        users=[
            User(USER, PIN, PROFILES, PROFILES[0], directory_number=NUMBER, self_service_id=SELF_SERVICE_ID),
            User("mary", "54321", ("UDP_mary",)),
        ],
        devices=[Device(rig.device_name)],
    )
    with EmService(cluster) as service:
        yield service


def boot(rig: Rig, service: EmService, login: str = "emapp", menu: tuple[tuple[str, str], ...] = ()) -> Phone:
    """Switches on a phone and waits until it shows that nobody is logged in."""
    rig.history.learn(PIN, "54321", CERTIFICATE)
    where = f"{HOST_AS_SEEN_BY_PHONE}:{service.port}"
    rig.boot(PhoneConfig([where], "emphone", CERTIFICATE, login=login, service_menu=menu))
    phone = Phone(rig)
    phone.wait_idle("Nobody logged in", seconds=2 * ANSWER)
    return phone


def fill_in(phone: Phone, rig: Rig, label: str, user: str, pin: str) -> None:
    """Fills in the form of the login application and sends it."""
    screen = phone.wait_title(FORM, label, "PIN", seconds=ANSWER)
    phone.type_letters(user, screen.title_note, lambda s, typed: f"{label} {typed}" in s.flowing)
    phone.press(keypad.DOWN)
    with rig.history.secret(pin):
        phone.press(*pin)
    phone.wait(f"{len(pin)} stars", lambda s: f"PIN {'*' * len(pin)}" in s.flowing)
    phone.softkey("Submit")


def log_in(phone: Phone, rig: Rig, label: str = "User ID", user: str = USER, pin: str = PIN) -> None:
    phone.softkey("Log in")
    fill_in(phone, rig, label, user, pin)


def keeps_the_pin_to_itself(phone: Phone) -> None:
    assert PIN not in phone.log()


def test_login_by_user_id_with_a_profile_of_three_and_log_out(rig: Rig, em_service: EmService) -> None:
    phone = boot(rig, em_service)
    log_in(phone, rig)
    screen = phone.wait_title("Select Profile", PROFILES[0], seconds=ANSWER)
    assert screen.selected == f"1 {PROFILES[0]}"
    phone.choose(PROFILES[1])
    phone.wait_title("Extension Mobility", "Login successful.", seconds=ANSWER)
    # The page behind the result, then the idle screen.
    phone.wait_idle(f"Logged in: {USER}", seconds=2 * ANSWER)
    assert em_service.sessions() == {rig.device_name: USER}

    phone.softkey("Log out")
    phone.wait_title("Extension Mobility", f"{USER} is logged in.", "Log out?", seconds=ANSWER)
    phone.softkey("No")
    phone.wait_idle(f"Logged in: {USER}")
    phone.softkey("Log out")
    phone.softkey("Yes", seconds=ANSWER)
    phone.wait_title("Extension Mobility", "Logout successful.", seconds=ANSWER)
    phone.wait_idle("Nobody logged in", seconds=2 * ANSWER)
    assert em_service.sessions() == {}
    keeps_the_pin_to_itself(phone)


@pytest.mark.parametrize(
    ("login_type", "label", "called"),
    [("UID", "User ID", USER), ("DN", "Extension", NUMBER), ("SP", "Self-Serv", SELF_SERVICE_ID)],
)
def test_login_by_each_kind_of_name(
    rig: Rig, em_service: EmService, login_type: str, label: str, called: str
) -> None:
    where = f"http://{HOST_AS_SEEN_BY_PHONE}:{em_service.port}"
    login = f"{where}/emapp/EMAppServlet?device=#DEVICENAME#&EMCC=#EMCC#&loginType={login_type}"
    phone = boot(rig, em_service, login)
    phone.softkey("Log in")
    # A long label gives way to what is typed.
    screen = phone.wait_title(FORM, label, seconds=ANSWER)
    phone.type_letters(called, screen.title_note, lambda s, typed: typed in s.flowing)
    phone.press(keypad.DOWN)
    with rig.history.secret(PIN):
        phone.press(*PIN)
    phone.softkey("Submit")
    phone.wait_title("Select Profile", seconds=ANSWER)
    phone.press("1")
    phone.wait_idle(f"Logged in: {USER}", seconds=2 * ANSWER)
    assert em_service.sessions() == {rig.device_name: USER}


def test_wrong_pin_is_told_with_its_meaning_and_typed_again(rig: Rig, em_service: EmService) -> None:
    phone = boot(rig, em_service)
    log_in(phone, rig, user="mary", pin="11111")
    phone.wait_title(FORM, "Please try to login again (201)", seconds=ANSWER)
    assert "User ID or PIN is wrong. Type them again." in phone.read_to_end()
    assert em_service.sessions() == {}
    phone.softkey("OK")
    # The service has the user ID in the form again: the PIN is what is to be typed.
    phone.wait_title(FORM, "mary")
    with rig.history.secret("54321"):
        phone.press(*"54321")
    phone.softkey("Submit")
    phone.wait_title("Extension Mobility", "Login successful.", seconds=ANSWER)
    phone.wait_idle("Logged in: mary", seconds=2 * ANSWER)
    assert em_service.sessions() == {rig.device_name: "mary"}


def test_person_without_a_profile_reads_what_205_means(rig: Rig, em_service: EmService) -> None:
    em_service.faults.add(Refuse(205), operation="appLogin", times=None)
    phone = boot(rig, em_service)
    log_in(phone, rig, user="mary", pin="54321")
    phone.wait_title("Extension Mobility", "Login is unavailable (205)", seconds=ANSWER)
    assert phone.read_to_end().endswith("The device profile was not found. Tell the administrator.")
    phone.softkey("Back")
    phone.wait_idle("Nobody logged in")


ITEMS = 100
FOUND = "<Title>Found</Title><Text>What was asked for</Text>"
FORM_ITEM = (
    "<InputItem><DisplayName>{0}</DisplayName><QueryStringParam>{1}</QueryStringParam>"
    "<InputFlags>{2}</InputFlags></InputItem>"
)
ODD_PAGES = {
    "/form": "<CiscoIPPhoneInput><Title>Find</Title><URL>/found?device=#DEVICENAME#</URL>"
    + FORM_ITEM.format("Name", "q", "L")
    + FORM_ITEM.format("Code", "code", "NP")
    + "</CiscoIPPhoneInput>",
    "/run": '<CiscoIPPhoneExecute><ExecuteItem Priority="0" URL="Key:Services"/>'
    '<ExecuteItem Priority="0" URL="/found?run=1"/></CiscoIPPhoneExecute>',
    "/error": '<CiscoIPPhoneError Number="4"/>',
    "/torn": "<CiscoIPPhoneText><Title>Torn</Title><Text>It ends here",
    "/picture": "<CiscoIPPhoneImage><Title>Map</Title><LocationX>0</LocationX></CiscoIPPhoneImage>",
    "/long": f"<CiscoIPPhoneText><Title>Long</Title><Text>{'x' * 9_000}</Text></CiscoIPPhoneText>",
}
SAID = {
    "/error": ("Page", "CiscoIPPhoneError 4 authentication error"),
    "/torn": ("Page failed", "XML Error [4] Parse Error"),
    "/picture": ("Page failed", "The phone cannot show a page of this kind."),
    "/long": ("Page failed", "Data too large!"),
    "/gone": ("Page failed", "File Not Found"),
    "/down": ("Page failed", "HTTP status 500"),
}
"""The title and something of the text of each page that is none, or is of a kind that phones refuse."""


class Pages(BaseHTTPRequestHandler):
    """An IP phone service of somebody else: the longest menu, a directory, a text, a form, errors."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        path = self.path.partition("?")[0]
        # Names of 64 characters, each a reference, and URLs of 250: 64 kB.
        item = "<MenuItem><Name>Item {0:03} {2}</Name><URL>/item?{1}={0}</URL></MenuItem>"
        entry = "<DirectoryEntry><Name>Person {0}</Name><Telephone>55{0}</Telephone></DirectoryEntry>"
        odd = "<MenuItem><Name>{0}</Name><URL>{0}</URL></MenuItem>"
        page = {
            "/menu": "".join(item.format(number, "x" * 240, "&#228;" * 55) for number in range(1, ITEMS + 1)),
            "/people": "".join(entry.format(number) for number in range(32)),
            "/odd": "".join(odd.format(name) for name in ("/form", "/run", *SAID)),
            "/found": FOUND,
        }.get(path, f"<Text>This is {self.path[-3:]}</Text>")
        kind = {"/menu": "Menu", "/people": "Directory", "/odd": "Menu"}.get(path, "Text")
        title = "" if path == "/found" else "<Title>Foreign</Title>"
        body = f"<CiscoIPPhone{kind}>{title}{page}</CiscoIPPhone{kind}>"
        body = ODD_PAGES.get(path, body).encode()
        self.send_response({"/gone": 404, "/down": 500}.get(path, 200))
        self.send_header("Content-Type", "text/xml; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the console."""


@pytest.fixture
def pages() -> Iterator[str]:
    """The address of that service, as the phone sees it."""
    Pages.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{HOST_AS_SEEN_BY_PHONE}:{server.server_port}"
    server.shutdown()
    server.server_close()


def item_of(screen: Screen) -> int | None:
    """The number of the selected item of the long menu, if that is what is shown."""
    found = re.search(r"Item (\d+)", screen.selected or "")
    return int(found[1]) if found else None


def open_service(rig: Rig, service: EmService, pages: str, number: str, first: str) -> Phone:
    """Switches on a phone and opens a service by its number in the list; the page begins with `first`."""
    menu = (("Stock", f"{pages}/menu"), ("People", f"{pages}/people"))
    phone = boot(rig, service, "service", menu)
    phone.open_menu()
    phone.choose("Services")
    phone.wait_title("Services", "Stock", "People")
    phone.press(number)
    phone.wait_title("Foreign", first, seconds=ANSWER)
    return phone


@pytest.mark.timeout(300)
def test_long_menu_of_a_foreign_service_is_walked_to_its_end(
    rig: Rig, em_service: EmService, pages: str
) -> None:
    phone = open_service(rig, em_service, pages, "1", "Item 001")
    place = 1
    while place < ITEMS:
        # Several keys at once where they cannot lead beyond the end. While the phone loads the rows that come
        # next they do nothing.
        phone.press(*[keypad.DOWN] * (AT_ONCE if place < ITEMS - 2 * AT_ONCE else 1))
        screen = phone.wait("another item", lambda s, at=place: (item_of(s) or at) != at, ANSWER)
        place = item_of(screen) or place
    phone.press(keypad.SELECT)
    phone.wait_title("Foreign", f"This is {ITEMS}", seconds=ANSWER)
    phone.softkey("Back")
    phone.wait_title("Foreign", "Item 001", seconds=ANSWER)
    phone.softkey("Back")
    phone.wait_title("Services", seconds=ANSWER)
    phone.softkey("Back")
    phone.wait_idle("Nobody logged in")


@pytest.mark.timeout(300)
def test_directory_of_a_foreign_service_is_read_to_its_end(
    rig: Rig, em_service: EmService, pages: str
) -> None:
    phone = open_service(rig, em_service, pages, "2", "Person 0")
    assert "Person 31 5531" in phone.read_to_end()
    phone.softkey("Back")
    phone.softkey("Back")
    phone.wait_idle("Nobody logged in")


def test_form_execute_and_errors_of_a_foreign_service(rig: Rig, em_service: EmService, pages: str) -> None:
    phone = boot(rig, em_service, "service", (("Odd", f"{pages}/odd"),))

    def open_menu() -> None:
        phone.open_menu()
        phone.choose("Services")
        phone.press("1")
        phone.wait_title("Foreign", "/form", seconds=ANSWER)

    open_menu()
    phone.choose("/form")
    screen = phone.wait_title("Find", "Name", "Code", seconds=ANSWER)
    phone.type_letters("lobby", screen.title_note, lambda s, typed: f"Name {typed}" in s.flowing)
    phone.press(keypad.DOWN)
    with rig.history.secret("4711"):
        phone.press(*"4711")
    phone.wait("stars", lambda s: "Name lobby" in s.flowing and "Code ****" in s.flowing)
    phone.softkey("Submit")
    phone.wait_title("Found", "What was asked for", seconds=ANSWER)
    assert Pages.asked[-1] == f"/found?device={rig.device_name}&q=lobby&code=4711"
    # A page that answers a form is not loaded again: back leads to the form.
    phone.softkey("Back")
    phone.wait_title("Find", "Name", seconds=ANSWER)
    phone.softkey("Back")
    phone.wait_title("Foreign", "/form", seconds=ANSWER)

    phone.choose("/run")
    phone.wait_title("Found", "What was asked for", seconds=ANSWER)
    assert Pages.asked[-1] == "/found?run=1"
    phone.softkey("Back")

    for path, (title, words) in SAID.items():
        phone.wait_title("Foreign", "/form", seconds=ANSWER)
        phone.choose(path)
        phone.wait_title(title, seconds=ANSWER)
        assert words in phone.read_to_end(), path
        if title == "Page":
            phone.softkey("Back")
        else:
            # What failed ends the visit.
            phone.softkey("OK")
            phone.wait_idle("Nobody logged in")
            open_menu()
    assert "4711" not in phone.log()
    phone.to_idle()
    assert em_service.sessions() == {}
