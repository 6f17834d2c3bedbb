"""Logging in and out through the login application: profiles, kinds of names, the lock, a new PIN, ways back.

One start of the phone for all tests of this module. A test says what a person sees and ends with the
service's own view. What its codes say is in `test_emapp_codes`, what fails in `test_emapp_faults`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotdesk_hil.emservice import (
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
from hotdesk_hil.rig.phone import ANSWER

CERTIFICATE = "certificate-of-the-pages"
# Few keys: d is on the key 3.
USER, KEYS, PIN = "d", "3", "73519"
PROFILES = ("UDP_desk", "UDP_lab", "UDP_home")
NUMBER, SELF_SERVICE_ID = "4711", "902"
NEWCOMER = "j"
WRONG, WRONG_TOO, NEW = "11111", "22222", "86420"
TRIES, LOCKED_MINUTES = 3, 30
CHANGE = "Change Credential"
# What stands where a PIN was refused, and not on the form behind it.
REFUSED = "User ID or PIN is wrong."


@pytest.fixture(scope="module")
def module_desk(bench: Rig) -> Iterator[AppDesk]:
    """The phone of this module."""
    cluster = Cluster(
        application_users=[ApplicationUser("emphone", CERTIFICATE, proxy_rights=True)],
        users=[
            User(USER, PIN, PROFILES, PROFILES[0], directory_number=NUMBER, self_service_id=SELF_SERVICE_ID),
            User("m", PIN, ("UDP_m",)),
            User(NEWCOMER, PIN, ("UDP_j",), must_change=True),
        ],
        devices=[Device(bench.device_name)],
        service=ServiceParameters(
            failed_logon_limit=TRIES, lockout_minutes=LOCKED_MINUTES, credential_cache=False
        ),
    )
    bench.off()
    with EmService(cluster) as service:
        yield AppDesk(bench, service, "emphone", CERTIFICATE)
    bench.off()


def profile_of(desk: AppDesk) -> str | None:
    """With which profile the service has somebody on this phone."""
    return next((row.profile for row in desk.service.session_rows()), None)


def test_each_of_three_profiles_is_chosen_by_keys_and_ended_by_the_question(desk: AppDesk) -> None:
    phone = desk.phone
    desk.is_idle()
    for number, profile in enumerate(PROFILES, 1):
        desk.log_in(USER, PIN)
        screen = phone.wait_title("Select Profile", *PROFILES, seconds=ANSWER)
        assert screen.selected == f"1 {PROFILES[0]}", "the default profile comes first"
        if number == 1:
            phone.softkey("Select")
        elif number == 2:
            phone.press(keypad.DOWN)
            phone.wait("the second profile", lambda s: s.selected == f"2 {PROFILES[1]}")
            phone.press(keypad.SELECT)
        else:
            phone.press(str(number))
        desk.confirm_logged_in(USER)
        assert profile_of(desk) == profile
        phone.softkey("Log out")
        phone.wait_title(APPLICATION, f"{USER} is logged in.", "Log out?", seconds=ANSWER)
        phone.softkey("No")
        phone.wait_idle(f"Logged in: {USER}")
        assert profile_of(desk) == profile
        desk.log_out()


def test_result_is_left_by_itself(desk: AppDesk) -> None:
    desk.is_idle()
    desk.log_in("m", PIN)
    # Behind the result is the page that a phone of a cluster shows before it restarts.
    desk.phone.wait_idle("Logged in: m", seconds=3 * ANSWER)
    assert any(record.operation == "appRefresh" for record in desk.service.requests)
    assert desk.service.sessions() == {desk.rig.device_name: "m"}


@pytest.mark.parametrize(
    ("login_type", "called"),
    [("UID", USER), ("DN", NUMBER), ("SP", SELF_SERVICE_ID)],
    ids=["UID", "DN", "SP"],
)
def test_login_by_each_kind_of_name(desk: AppDesk, login_type: str, called: str) -> None:
    desk.is_idle()
    desk.opens(f"device=#DEVICENAME#&EMCC=#EMCC#&loginType={login_type}")
    desk.log_in(called, PIN)
    desk.phone.wait_title("Select Profile", seconds=ANSWER)
    desk.phone.press("2")
    desk.confirm_logged_in(USER)
    assert profile_of(desk) == PROFILES[1]


def test_lock_has_its_time_and_tells_nothing_of_a_later_pin(desk: AppDesk) -> None:
    phone, service = desk.phone, desk.service
    desk.is_idle()
    before = service.pin_counters
    desk.open_form()
    desk.fill_in("m", WRONG)
    phone.softkey("Submit")
    seen = []
    # The third locks; what comes then meets the lock: once more a wrong one, and the right one.
    for pin in (WRONG_TOO, WRONG, WRONG_TOO, PIN):
        phone.wait_title(FORM, REFUSED, seconds=ANSWER)
        seen.append((desk.rig.screen.settle().picture, phone.read_to_end()))
        phone.softkey("OK")
        phone.wait_title(FORM, "m")
        desk.fill_in(pin, secrets=(0,))
        phone.softkey("Submit")
        phone.wait("the form is sent", lambda s: "*" not in s.flowing, ANSWER)
    phone.wait_title(FORM, REFUSED, seconds=ANSWER)
    seen.append((desk.rig.screen.settle().picture, phone.read_to_end()))
    assert [text for _, text in seen] == [seen[0][1]] * 5
    assert all(picture == seen[0][0] for picture, _ in seen), "a picture tells one refusal from another"
    assert service.pin_counters.wrong - before.wrong == TRIES
    assert service.pin_counters.while_locked - before.while_locked == 2
    assert service.pin_counters.right == before.right
    assert service.sessions() == {}
    (until,) = service.locked_users().values()
    left = until - service.clock.now()
    assert LOCKED_MINUTES * 60 - 300 < left <= LOCKED_MINUTES * 60

    # Two minutes before its end it holds, then it is over.
    service.clock.advance(left - 120)
    phone.softkey("OK")
    desk.fill_in(PIN, secrets=(0,))
    phone.softkey("Submit")
    phone.wait_title(FORM, REFUSED, seconds=ANSWER)
    service.clock.advance(120)
    phone.softkey("OK")
    desk.fill_in(PIN, secrets=(0,))
    phone.softkey("Submit")
    desk.confirm_logged_in("m")


def open_change(desk: AppDesk) -> None:
    """From the form: opens the one for a new PIN."""
    desk.phone.softkey("More")
    # A softkey has room for seven characters.
    desk.phone.softkey("ChangeP")
    desk.wait_form(CHANGE)


def change(desk: AppDesk, user: str, *pins: str) -> None:
    """Fills in that form and sends it."""
    desk.fill_in(user, *pins, secrets=(1, 2, 3))
    desk.phone.softkey("Change")


def test_pin_is_changed_and_the_old_one_is_over(desk: AppDesk) -> None:
    phone = desk.phone
    desk.is_idle()
    desk.open_form()
    open_change(desk)
    change(desk, "m", PIN, NEW, NEW)
    phone.wait_title("PIN Change Successful", "PIN change is complete.", seconds=ANSWER)
    phone.softkey("Back")
    phone.wait_idle("Nobody logged in")
    desk.log_in("m", PIN)
    phone.wait_title(FORM, "Please try to login again (201)", seconds=ANSWER)
    phone.softkey("OK")
    desk.fill_in(NEW, secrets=(0,))
    phone.softkey("Submit")
    desk.confirm_logged_in("m")
    desk.service.change_secret("m", PIN)


def test_pin_that_is_not_changed_is_told_and_the_form_comes_again(desk: AppDesk) -> None:
    phone = desk.phone
    desk.is_idle()
    desk.open_form()
    open_change(desk)
    desk.fill_in("m")
    phone.press(keypad.DOWN)
    for pins, words in (
        ((PIN, NEW, WRONG), "New PINs do not match"),
        ((PIN, PIN, PIN), "New PIN is the current PIN"),
        ((WRONG, NEW, NEW), "User ID or PIN is wrong"),
        ((WRONG, NEW, NEW), "User ID or PIN is wrong"),
        ((WRONG, NEW, NEW), "User ID or PIN is wrong"),
        ((PIN, NEW, NEW), "Contact system administrator"),
    ):
        desk.fill_in(*pins, secrets=(0, 1, 2))
        phone.softkey("Change")
        desk.wait_form(CHANGE, words)
        phone.softkey("OK")
        desk.wait_form(CHANGE, "User ID m", "Current PIN")
    assert [*desk.service.locked_users()] == ["m"]
    desk.is_idle()
    desk.log_in("m", PIN)
    desk.confirm_logged_in("m")


def test_pin_that_must_be_changed_leads_to_its_form(desk: AppDesk) -> None:
    phone = desk.phone
    desk.is_idle()
    desk.log_in(NEWCOMER, PIN)
    desk.wait_form(CHANGE, "PIN change required (41)")
    phone.find("Your PIN must be changed first.")
    phone.softkey("OK")
    desk.wait_form(CHANGE, f"User ID {NEWCOMER}")
    desk.fill_in(PIN, NEW, NEW, secrets=(0, 1, 2))
    phone.softkey("Change")
    phone.wait_title("PIN Change Successful", seconds=ANSWER)
    phone.softkey("Back")
    phone.wait_idle("Nobody logged in")
    desk.log_in(NEWCOMER, NEW)
    desk.confirm_logged_in(NEWCOMER)


def test_each_page_has_a_way_back_and_a_way_out(desk: AppDesk) -> None:
    phone = desk.phone
    desk.is_idle()
    # The form, and the one for a new PIN, which is left for the form.
    desk.open_form()
    open_change(desk)
    phone.softkey("Exit")
    phone.wait_title(FORM, seconds=ANSWER)
    phone.softkey("More")
    phone.softkey("Exit")
    phone.wait_idle("Nobody logged in")
    # What a code means, and the form behind it: both lead to the form, then out.
    desk.log_in("m", WRONG)
    phone.wait_title(FORM, "(201)", seconds=ANSWER)
    phone.softkey("Back")
    phone.wait("the form as it came first", lambda s: s.title == FORM and "(201)" not in s.flowing, ANSWER)
    # The menu of profiles, for which the PIN would have to be typed again.
    desk.fill_in(USER, PIN)
    phone.softkey("Submit")
    phone.wait_title("Select Profile", seconds=ANSWER)
    phone.softkey("Back")
    phone.wait("the form, empty", lambda s: s.title == FORM and "*" not in s.flowing, ANSWER)
    phone.softkey("More")
    phone.softkey("Exit")
    phone.wait_idle("Nobody logged in")
    assert desk.service.sessions() == {}
    # While the form, and while a login is waited for.
    for operation, begin in (
        ("appForm", lambda: phone.softkey("Log in")),
        ("appLogin", lambda: desk.log_in("m", PIN)),
    ):
        desk.service.faults.add(Silence(executed=False), operation=operation)
        begin()
        phone.softkey("Cancel", seconds=ANSWER)
        phone.wait_idle("Nobody logged in")
    # The question: No is in another test; without it somebody stays logged in.
    desk.is_idle("m")
    phone.softkey("Log out")
    phone.wait_title(APPLICATION, "m is logged in.", "Log out?", seconds=ANSWER)
    phone.softkey("No")
    phone.wait_idle("Logged in: m")
    assert desk.service.sessions() == {desk.rig.device_name: "m"}
