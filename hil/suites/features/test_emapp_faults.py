"""What fails on the way through the login application: the phone says what, and the next login works.

One start of the phone, which goes from fault to fault. What is sent is told apart from what is only asked
for: where a login may have been carried out, the idle screen says who is logged in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from hotdesk_hil.emservice import (
    Answer,
    ApplicationUser,
    CloseWithoutAnswer,
    Cluster,
    CutAnswer,
    Delay,
    Device,
    Disguise,
    EmService,
    Fault,
    Form,
    Refuse,
    RefuseConnection,
    ResetAnswer,
    Silence,
    User,
)
from hotdesk_hil.emservice.faults import ConnectionFault
from hotdesk_hil.rig import Rig
from hotdesk_hil.rig.app_desk import APPLICATION, AppDesk
from hotdesk_hil.rig.case_desk import FORM

CERTIFICATE = "certificate-of-the-faults"
# A user ID and a PIN of one key each.
USER, USER_KEY, PIN = "d", "3", "1"
# The phone waits 10 s for the first byte.
PATIENCE = 15.0

ADMIN = "Tell the administrator."
LATER = "Try again later."
BROKEN = f"The connection broke off. {LATER} HTTP Error [8] unknown Answer cut"
BUSY = f"The service is down or busy. {LATER} Http Error [503] HTTP status 503"
NOT_FETCHED = f"The phone could not fetch a page. {ADMIN}"
TOO_LONG = f"The answer is too long for this phone. {ADMIN} Data too large!"
UNREADABLE = f"The phone could not read a page. {ADMIN} XML Error [4] Parse Error"


def text(content: bytes) -> bytes:
    """A page that says this."""
    return b"<CiscoIPPhoneText><Title>Notice</Title><Text>" + content + b"</Text></CiscoIPPhoneText>"


def to(location: str) -> Answer:
    """An answer that sends the phone on."""
    return Answer(b"", status=302, headers={"Location": location}, executed=False)


@dataclass(frozen=True)
class Case:
    """A fault of the form, or of the `login`, and all that the phone says then, below `title`.

    A fault is made of where the service is, or needs no such. `is_in`: the login was carried out.
    """

    name: str
    fault: Fault | ConnectionFault | Callable[[str], Fault]
    says: str
    title: str = "Page failed"
    login: bool = False
    is_in: bool = False


CASES = (
    Case("status 503", Answer(b"", status=503, executed=False), BUSY),
    Case(
        "status 404",
        Answer(b"", status=404, executed=False),
        f"{NOT_FETCHED} File Not Found HTTP status 404",
    ),
    Case("slow", Delay(6.0), "Enter user ID and PIN User ID PIN", FORM),
    Case(
        "silent",
        Silence(executed=False),
        f"The service did not answer in time. {LATER} HTTP Error [8] unknown No answer",
    ),
    Case("cut in the middle", CutAnswer(after=400), BROKEN),
    Case("reset in the middle", ResetAnswer(after=400), BROKEN),
    Case(
        "not XML",
        Answer(b"<html><body>Log in<br></html>", executed=False),
        f"{UNREADABLE} Line 1, column 1: UnknownObject",
    ),
    Case("no body", Answer(b"", executed=False), f"{UNREADABLE} Line 1, column 1: NoRoot"),
    Case(
        "wrong charset",
        Answer(text(b"Gr\xfc\xdfe"), executed=False),
        f"{UNREADABLE} Line 1, column 48: NotUtf8",
    ),
    Case(
        "too large",
        Answer(text(b"x" * 20_000), executed=False),
        f"{TOO_LONG} Line 1, column 40: Window",
    ),
    Case("endless", Disguise(Form.BIG), f"{TOO_LONG} Line 1, column 947: Window"),
    Case(
        "redirect loop",
        lambda at: to(f"http://{at}/emapp/EMAppServlet?device=x"),
        f"{NOT_FETCHED} HTTP Error [8] unknown HTTP status 302",
    ),
    Case(
        "redirect to https",
        lambda at: to(f"https://{at}/emapp/EMAppServlet"),
        f"The page is on https. This phone speaks http only. {ADMIN}",
    ),
    Case(
        "redirect to no page",
        lambda at: to(f"ftp://{at}/emapp"),
        f"The page leads to an address that this phone does not follow. {ADMIN}",
    ),
    Case(
        "host gone",
        RefuseConnection(),
        "The service refused the connection. Nothing was sent. Try again later, or tell the administrator."
        " HTTP Error [10] connection failed No connection",
    ),
    Case(
        "code in no list",
        Refuse(203),
        "Login is unavailable (203) This phone does not know the number 203.",
        APPLICATION,
    ),
    Case("login: status 503", Answer(b"", status=503, executed=False), BUSY, login=True),
    Case("login: not answered", CloseWithoutAnswer(), BROKEN, login=True, is_in=True),
    Case("login: cut", CutAnswer(after=120), BROKEN, login=True, is_in=True),
    Case("login: reset", ResetAnswer(after=120), BROKEN, login=True, is_in=True),
)


@pytest.fixture(scope="module")
def module_desk(bench: Rig) -> Iterator[AppDesk]:
    """The phone of this module."""
    cluster = Cluster(
        application_users=[ApplicationUser("emphone", CERTIFICATE, proxy_rights=True)],
        users=[User(USER, PIN, ("UDP_d",))],
        devices=[Device(bench.device_name)],
    )
    bench.off()
    with EmService(cluster) as service:
        yield AppDesk(bench, service, "emphone", CERTIFICATE)
    bench.off()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_fault(desk: AppDesk, case: Case) -> None:
    phone, service = desk.phone, desk.service
    desk.is_idle()
    fault = case.fault(desk.address) if callable(case.fault) else case.fault
    where = None if isinstance(fault, ConnectionFault) else "appLogin" if case.login else "appForm"
    if case.login:
        desk.open_form()
    service.faults.add(fault, times=None, operation=where)
    if case.login:
        desk.type_ahead(USER_KEY, PIN)
    else:
        phone.softkey("Log in")
    phone.wait(f"{case.title!r}", lambda s: s.title.startswith(case.title), PATIENCE)
    assert phone.read_to_end() == case.says
    there = {desk.rig.device_name: USER} if case.is_in else {}
    assert service.sessions() == there
    # It is over.
    service.faults.clear()
    phone.to_idle()
    phone.wait_idle(f"Logged in: {USER}" if case.is_in else "Nobody logged in")
    desk.is_idle()
    desk.open_form()
    desk.type_ahead(USER_KEY, PIN)
    desk.confirm_logged_in(USER)
