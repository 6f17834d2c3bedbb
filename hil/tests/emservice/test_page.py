"""The web page in Chromium: live, masked, by keyboard alone, and what it says when the service is gone.

`HOTDESK_PICTURES=hil/pictures` makes it write the pictures of the README there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from emservice.app_phone import AppPhone
from emservice.client import DESK, DESK2, JOHN, MARY, SECRETS, Client
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from hotdesk_hil.emservice import (
    Cluster,
    Device,
    EmService,
    Refuse,
    RefuseConnection,
    ResetConnection,
    User,
    VipFactor,
)
from hotdesk_hil.emservice.control import SESSIONS_SHOWN
from hotdesk_hil.emservice.vip_service import VipService, VipUser

TOKEN = "made-up-token"


@pytest.fixture
def service(demo: Cluster) -> Iterator[EmService]:
    with EmService(demo, control_port=0, control_token=TOKEN) as service:
        yield service


def visit(browser: webdriver.Chrome, service: EmService, token: str = TOKEN) -> None:
    browser.get("about:blank")  # else a change of the fragment alone does not load the page
    browser.get(f"{service.control_url}#token={token}")


def until_shown(browser: webdriver.Chrome, text: str) -> None:
    WebDriverWait(browser, 20, poll_frequency=0.05).until(
        lambda page: text in page.find_element(By.TAG_NAME, "body").text, f"{text!r} does not appear"
    )


def section(browser: webdriver.Chrome, name: str) -> str:
    return browser.find_element(By.ID, name).text


def picture(browser: webdriver.Chrome, name: str) -> None:
    folder = os.environ.get("HOTDESK_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        browser.set_window_size(1100, 1180)
        browser.save_screenshot(str(Path(folder) / name))
        browser.set_window_size(1100, 820)


def test_it_shows_what_is_going_on_and_follows_it(browser: webdriver.Chrome, service: EmService) -> None:
    visit(browser, service)
    until_shown(browser, "Nobody is logged in.")
    client = Client(service.url)
    client.login(DESK, "john", "<exclusiveDuration><time>60</time></exclusiveDuration>")
    until_shown(browser, DESK)
    client.signed_by(JOHN).login(DESK2, "mary")
    client.login(DESK2, "mary")
    client.query("deviceUserQuery", DESK, DESK2)
    client.login(DESK, "mary")
    client.send("POST", "/emservice", b"")
    client.post("<request>")
    service.faults.add(Refuse(26), times=3, user="john")
    service.faults.add(ResetConnection(), times=None, probability=0.001, seed=1)
    client.login(DESK, "john")
    until_shown(browser, "not carried out (Refuse)")
    sessions, faults, requests = (section(browser, name) for name in ("sessions", "faults", "requests"))
    assert [line.split()[:3] for line in sessions.splitlines()[1:]] == [
        [DESK, "john", "DPJOHNIPC"],
        [DESK2, "mary", "DPMARY"],
    ]
    assert "Refuse john 2 1" in faults
    assert "ResetConnection probability 0.001 always" in faults
    assert [line.split()[2] for line in requests.splitlines()[1:4]] == ["login", "unreadable", "POST"]
    assert "[18]" in requests
    assert "[10]" in requests
    assert "[1]: line 1, column 10: not well-formed XML" in requests
    assert "POST /emservice" in requests
    assert "404: the service is at /emservice/EMServiceServlet" in requests
    counters = section(browser, "counters")
    assert "Requests Throttled" in counters
    assert "Half-open\n0" in counters
    totals = [line.split(maxsplit=3) for line in section(browser, "totals").splitlines()[1:]]
    assert [row[:2] for row in totals] == [
        ["deviceUserQuery", "1"],
        ["elsewhere", "1"],
        ["login", "5"],
        ["unreadable", "1"],
    ]
    assert totals[2][3] == "success 2, [10] 1, [18] 1, Refuse 1"
    source = browser.page_source
    assert not [secret for secret in (*SECRETS, TOKEN) if secret in source]
    picture(browser, "emservice-page.png")
    client.logout_all()
    until_shown(browser, "Nobody is logged in.")


def test_it_shows_the_lenient_wire_and_a_fault_that_nobody_can_count(
    browser: webdriver.Chrome, service: EmService
) -> None:
    visit(browser, service)
    until_shown(browser, "No fault waits.")
    assert "lenient wire" not in section(browser, "status")
    service.lenient = True
    service.faults.add(RefuseConnection(), times=None)
    until_shown(browser, "lenient wire")
    until_shown(browser, "RefuseConnection everything always not seen here")


def test_it_shows_totals_and_rates_while_requests_come(browser: webdriver.Chrome, service: EmService) -> None:
    visit(browser, service)
    until_shown(browser, "No request yet.")
    client = Client(service.url)
    for _ in range(30):
        client.logout(DESK)
    until_shown(browser, "logout 30")
    # A second later it is a rate, and the line of the last minute rises.
    WebDriverWait(browser, 20, poll_frequency=0.05).until(
        lambda page: re.search(r"logout 30 [123]\.\d \[19\] 30", page.find_element(By.ID, "totals").text)
    )
    most = re.search(r"now \d+, at most (\d+)", section(browser, "minute-text"))
    assert most
    assert 1 <= int(most[1]) <= 30
    points = browser.find_element(By.CSS_SELECTOR, "#minute polyline").get_attribute("points")
    assert points is not None
    heights = [float(point.split(",")[1]) for point in points.split()]
    assert (len(heights), min(heights), max(heights)) == (60, 1.0, 19.0)
    assert browser.find_element(By.ID, "minute").get_attribute("aria-label") == section(
        browser, "minute-text"
    )


def test_of_many_sessions_it_shows_some_and_counts_the_others(browser: webdriver.Chrome) -> None:
    count = SESSIONS_SHOWN + 3
    cluster = Cluster(
        users=[User(f"user{n}", "1", profiles=("P",)) for n in range(count)],
        devices=[Device(f"SEP{n:03}") for n in range(count)],
    )
    with EmService(cluster, control_port=0, control_token=TOKEN) as service:
        for n in range(count):
            service.login(f"SEP{n:03}", f"user{n}")
        visit(browser, service)
        until_shown(browser, "and 3 more")
        assert f"Logged in\n{count}" in section(browser, "counters")


def test_it_shows_who_is_asked_for_a_second_factor_while_somebody_is(
    browser: webdriver.Chrome, demo: Cluster
) -> None:
    with (
        VipService({"mary": VipUser()}) as vip,
        EmService(demo, control_port=0, control_token=TOKEN, second_factor=VipFactor(vip.url)) as service,
    ):
        visit(browser, service)
        until_shown(browser, "Nobody is logged in.")
        assert section(browser, "asking-section") == "", "it is not there"
        page = AppPhone(DESK).follow(f"{service.app_url}?device={DESK}&userid=mary&seq={MARY[1]}")
        until_shown(browser, "Who is asked for a second factor")
        row = section(browser, "asking").splitlines()[-1]
        assert re.fullmatch(rf"{DESK} mary (60|5\d)", row), row
        service.clock.advance(10)
        WebDriverWait(browser, 20, poll_frequency=0.05).until(
            lambda _: int(section(browser, "asking").rpartition(" ")[2]) < 51
        )
        vip.approve("mary")
        assert page.refresh is not None
        AppPhone(DESK).follow(page.refresh[1])
        WebDriverWait(browser, 20, poll_frequency=0.05).until(
            lambda _: section(browser, "asking-section") == ""
        )


def test_names_are_text_never_markup(browser: webdriver.Chrome, service: EmService) -> None:
    visit(browser, service)
    Client(service.url).login("<img src=x onerror=alert(1)>", "<b>bold</b>")
    until_shown(browser, "<img src=x onerror=alert(1)>")
    assert "<b>bold</b>" in section(browser, "requests")


def test_it_works_with_the_keyboard_alone(browser: webdriver.Chrome, service: EmService) -> None:
    visit(browser, service)
    until_shown(browser, "Nobody is logged in.")

    def press(key: str) -> None:
        browser.switch_to.active_element.send_keys(key)

    reached = []
    for _ in range(6):
        press(Keys.TAB)
        focused = browser.switch_to.active_element
        reached.append(focused.get_attribute("id") or focused.get_attribute("class"))
        if reached[-1] == "pause":
            press(Keys.ENTER)
            assert (focused.text, focused.get_attribute("aria-pressed")) == ("Go on", "true")
            press(Keys.SPACE)
            assert (focused.text, focused.get_attribute("aria-pressed")) == ("Pause", "false")
    assert reached == ["skip", "pause", "totals", "sessions", "faults", "requests"]


def test_paused_it_stays_as_it_is(browser: webdriver.Chrome, service: EmService) -> None:
    visit(browser, service)
    until_shown(browser, "Nobody is logged in.")
    button = browser.find_element(By.ID, "pause")
    button.click()
    # A look that was under way when the button was pressed has ended before two more could begin.
    browser.set_script_timeout(10)
    browser.execute_async_script("setTimeout(arguments[0], 1500)")
    service.login(DESK, "john")
    browser.execute_async_script("setTimeout(arguments[0], 1500)")
    assert "Nobody is logged in." in section(browser, "sessions")
    button.click()
    until_shown(browser, "DPJOHNIPC")


def test_a_service_that_is_gone_and_a_wrong_token_are_told(
    browser: webdriver.Chrome, service: EmService
) -> None:
    visit(browser, service, token="wrong")
    until_shown(browser, "The token is wrong")
    assert section(browser, "sessions") == ""
    visit(browser, service)
    until_shown(browser, "Nobody is logged in.")
    service.stop()
    until_shown(browser, "The service does not answer. What is shown is old.")
    service.start()
    until_shown(browser, " UTC")


@pytest.mark.parametrize("width", [320, 1100])
def test_nothing_sticks_out_and_nothing_is_complained_of(
    browser: webdriver.Chrome, service: EmService, width: int
) -> None:
    service.login(DESK, "john")
    browser.get_log("browser")
    browser.set_window_size(width, 820)
    visit(browser, service)
    until_shown(browser, "DPJOHNIPC")
    inner, content = browser.execute_script("return [innerWidth, document.documentElement.scrollWidth]")
    browser.set_window_size(1100, 820)
    assert content <= inner
    assert browser.get_log("browser") == []


def test_a_long_query_is_shortened(browser: webdriver.Chrome, service: EmService) -> None:
    Client(service.url).query("deviceUserQuery", *(f"SEP{n}" for n in range(1000)))
    visit(browser, service)
    until_shown(browser, "SEP0, SEP1, SEP2, SEP3, SEP4 and 995 more")


def test_both_addresses_are_shown(browser: webdriver.Chrome, demo: Cluster) -> None:
    with EmService(demo, tls_port=0, control_port=0, control_token=TOKEN) as service:
        visit(browser, service)
        until_shown(browser, f"{service.url} and {service.tls_url}")
