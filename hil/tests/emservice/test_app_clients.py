"""Clients of the login application in the habits of public ones: they work unchanged.

Each is written anew from what a published client does. Must never be made more careful: the habit is the
test.
"""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
import xml.etree.ElementTree as ET
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import Request, urlopen

import pytest
from emservice.client import DESK, DESK2, JOHN, MARY

from hotdesk_hil.emservice import EmService


def get(url: str, **headers: str) -> str:
    with urlopen(Request(url, headers=headers), timeout=20) as answer:  # noqa: S310 (this machine)
        assert answer.status == 200, "these clients take it for success"
        return answer.read().decode()


# A list of phones, users and PINs: one GET each, and status 200 is all it looks at.


def test_a_script_logs_a_list_of_phones_in_and_out(service: EmService) -> None:
    rows = csv.reader(io.StringIO(f"{DESK}, mary, {MARY[1]}\n{DESK2}, em@cisco.com, 24680\n"))
    phones = []
    for device, user, pin in ([cell.strip() for cell in row] for row in rows):
        get(f"{service.app_url}?device={device}&userid={user}&seq={pin}", **{"User-Agent": "Mozilla/5.0"})
        phones.append(device)
    assert service.sessions() == {DESK: "mary", DESK2: "em@cisco.com"}
    for device in phones:
        get(f"{service.app_url}?device={device}&check=true")
    assert service.sessions() == {DESK: "mary", DESK2: "em@cisco.com"}, "an unknown parameter does nothing"
    for device in phones:
        get(f"{service.app_url}?device={device}&doLogout=true")
    assert service.sessions() == {}


# One button: parameters in another order, the flag for other clusters always there.


def test_a_desk_that_logs_in_with_one_button(service: EmService) -> None:
    answer = get(f"{service.app_url}?device={DESK}&EMCC=true&seq={MARY[1]}&userid=mary")
    assert "Login successful" in answer
    assert "successful" in get(f"{service.app_url}?device={DESK}&EMCC=true&doLogout=true")


# A seat is picked in an app: GET, the answer is thrown away; leaving the seat is another one.


def test_a_seat_that_is_picked_in_an_app(service: EmService) -> None:
    for seat in (DESK, DESK2):
        path = urlsplit(service.app_url).path
        connection = http.client.HTTPConnection(service.host, service.port, timeout=20)
        connection.request(
            "GET",
            f"{path}?device={seat}&userid=mary&seq={MARY[1]}",
            headers={"User-Agent": "Dalvik/2.1.0", "Accept-Encoding": "gzip"},
        )
        connection.getresponse().read()
        connection.close()
        assert service.sessions() == {seat: "mary"}
        get(f"{service.app_url}?device={seat}&doLogout=true")
        assert service.sessions() == {}


# A simulated endpoint: knows the form by its title, fills its items in their order, takes the first profile,
# and waits for the text of the result.


class Endpoint:
    def __init__(self, url: str) -> None:
        self.url = url

    def em_login(self, user: str, pin: str) -> str:
        form = ET.fromstring(get(self.url))
        if form.findtext("Title") not in ("Please Login", "Please Sign On"):
            return "error"
        url = form.findtext("URL", "")
        for item, value in zip(form.iter("InputItem"), (user, pin), strict=True):
            url += f"&{item.findtext('QueryStringParam')}={value}"
        page = ET.fromstring(get(url))
        if page.tag == "CiscoIPPhoneMenu":
            page = ET.fromstring(get(page.findtext("MenuItem/URL", "")))
        return "completed" if "uccessful" in page.findtext("Text", "") else "error"


def test_an_endpoint_that_takes_the_first_profile(service: EmService) -> None:
    endpoint = Endpoint(f"{service.app_url}?device={DESK}")
    assert endpoint.em_login("john", "1") == "error"
    assert endpoint.em_login("john", JOHN[1]) == "completed"
    assert [session.profile for session in service.session_rows()] == ["DPJOHNIPC"]
    assert endpoint.em_login("john", JOHN[1]) == "error", "the question has another title"


# A web application shows the phone's pages: it reads Prompt, Text and SoftKeyItem; softkeys become links.


class WebPhone:
    def __init__(self, url: str) -> None:
        self.load(url)

    def load(self, url: str) -> None:
        tree = ET.fromstring(get(url, Accept="x-CiscoIPPhone/*, text/*"))
        self.text = next((element.text for element in tree.iter("Text")), None)
        self.prompt = next((element.text for element in tree.iter("Prompt")), None)
        self.links = {}
        for item in tree.iter("SoftKeyItem"):
            name, link, place = (item.find(tag) for tag in ("Name", "URL", "Position"))
            assert name is not None
            assert link is not None
            assert place is not None
            self.links[int(place.text or "")] = (name.text, urljoin(url, link.text or ""))

    def press(self, position: int) -> None:
        self.load(self.links[position][1])


def test_a_web_application_that_shows_the_phones_pages(service: EmService) -> None:
    page = WebPhone(f"{service.app_url}?device={DESK}")
    assert (page.text, page.prompt) == (None, "Enter user ID and PIN")
    assert [name for name, _ in page.links.values()] == ["Submit", "<<", "Exit", "ChangePIN"]
    service.login(DESK, "mary")
    page.load(f"{service.app_url}?device={DESK}")
    assert (page.prompt, page.text) == ("Log out?", "mary is logged in.")
    page.press(1)
    assert (page.text, service.sessions()) == ("Logout successful.", {})


# A macro of a video device changes the PIN and looks for texts in the whole answer.


def changed(service: EmService, user: str, old: str, new: str) -> str:
    url = (
        f"{service.change_pin_url}?changePin=true&device=&userid={user}&oldpin={old}&newpin={new}"
        f"&confirmnewpin={new}"
    )
    answer = json.dumps({"Body": get(url, **{"Content-Type": "application/json"})})
    if "PIN change is complete" in answer:
        return "changed"
    if "<Prompt>Contact system administrator</Prompt>" in answer:
        return "locked"
    if "<Title>Change Credential</Title>" in answer:
        return re.search("<Prompt>(.*)</Prompt>", answer)[1]  # type: ignore[index]
    return "unknown"


def test_a_macro_that_changes_the_pin_by_texts(service: EmService) -> None:
    assert changed(service, "mary", "1", "98765") == "User ID or PIN is wrong"
    assert changed(service, "mary", MARY[1], "98765") == "changed"
    for _ in range(5):
        changed(service, "mary", "1", "2")
    assert changed(service, "mary", "98765", "2") == "locked"


# A script compares the lengths of answers to HEAD: on old releases they tell a right PIN. Newer ones refuse.


@pytest.mark.parametrize("pin", ["1", MARY[1]])
def test_answers_to_head_tell_nothing(service: EmService, pin: str) -> None:
    url = f"{service.app_url}?device=abc&userid=mary&seq={pin}"
    request = Request(url, method="HEAD")  # noqa: S310 (this machine)
    with pytest.raises(HTTPError) as refused:
        urlopen(request, timeout=20)  # noqa: S310 (this machine)
    assert refused.value.code == 403
    assert service.requests[-1].request_line == "HEAD /emapp/EMAppServlet"
    assert service.pin_counters == (0, 0, 0)


# The fields as a form: a plus is a blank there, and what the address says takes precedence.


def test_the_fields_of_a_form_are_taken(service: EmService) -> None:
    form = urlencode({"device": DESK2, "userid": "mary", "seq": MARY[1]}).encode()
    for url in (service.app_url, f"{service.app_url}?device={DESK}"):
        with urlopen(url, form, timeout=20) as answer:  # noqa: S310 (this machine)
            assert b"Login successful." in answer.read()
        service.logout(DESK)
        service.logout(DESK2)
    assert [record.devices[0] for record in service.requests if record.operation == "appLogin"] == [
        DESK2,
        DESK,
    ]
    path = urlsplit(service.app_url).path
    get(f"http://{service.host}:{service.port}/{path};jsessionid=1?device=a&device=b")
    assert service.requests[-1].devices == ("a",), "the first of two counts"
