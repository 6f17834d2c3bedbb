"""PINs at the login application: the lock after wrong ones, and the change by the person."""

from __future__ import annotations

from pathlib import Path

import pytest
from emservice.app_phone import AppPhone, Shown
from emservice.client import DESK, DESK2, JOHN, MARY, Client

from hotdesk_hil.emservice import Cluster, Device, EmService, EndUserCredential, ServiceParameters, User

NEW = "98765"
AGAIN = "Please try to login again (201)"


def login(service: EmService, user: str, pin: str, device: str = DESK) -> Shown:
    return AppPhone(device).open(f"{service.app_url}?device=#DEVICENAME#&userid={user}&seq={pin}")


def change(service: EmService, user: str, old: str, new: str, confirmed: str | None = None) -> Shown:
    pins = f"oldpin={old}&newpin={new}&confirmnewpin={new if confirmed is None else confirmed}"
    return AppPhone(DESK).open(f"{service.change_pin_url}?changePin=true&device=&userid={user}&{pins}")


def test_five_wrong_pins_lock_a_user_for_thirty_minutes(service: EmService) -> None:
    for _ in range(5):
        assert service.locked_users() == {}
        wrong = login(service, "mary", "1")
    locked = login(service, "MARY", MARY[1])
    assert (wrong.prompt, locked.prompt) == (AGAIN, AGAIN), "the phone does not tell which"
    assert service.sessions() == {}
    assert service.requests[-1].detail == "mary is locked for 30 more minutes"
    assert service.locked_users() == {"mary": pytest.approx(service.clock.now() + 1800, abs=5)}
    assert service.pin_counters == (0, 5, 1)
    assert login(service, "john", JOHN[1], DESK2).title == "Select Profile", "others are not locked"
    service.clock.advance(1700)
    assert login(service, "mary", MARY[1]).prompt == AGAIN, "trying does not make it longer, nor shorter"
    service.clock.advance(101)
    assert service.locked_users() == {}
    assert login(service, "mary", MARY[1]).text == "Login successful."


def test_a_right_pin_or_half_an_hour_ends_the_count(service: EmService) -> None:
    for _ in range(4):
        login(service, "mary", "1")
    assert login(service, "mary", MARY[1]).text == "Login successful."
    service.logout(DESK)
    for _ in range(4):
        login(service, "mary", "1")
    service.clock.advance(1801)
    for _ in range(4):
        login(service, "mary", "1")
    assert service.locked_users() == {}
    assert login(service, "mary", MARY[1]).text == "Login successful."


def test_an_administrator_unlocks_and_a_reset_does(service: EmService) -> None:
    for _ in range(5):
        login(service, "mary", "1")
    service.unlock("Mary")
    with pytest.raises(KeyError, match="mary"):
        service.unlock("mary")
    for _ in range(5):
        login(service, "mary", "1")
    service.reset()
    assert (service.locked_users(), service.pin_counters) == ({}, (0, 0, 0))
    assert login(service, "mary", MARY[1]).text == "Login successful."


def test_the_policy_is_the_cluster_files(demo: Cluster) -> None:
    parameters = ServiceParameters(failed_logon_limit=2, lockout_minutes=1, reset_failed_logons_minutes=5)
    with EmService(Cluster(users=demo.users.values(), service=parameters)) as service:
        for _ in range(2):
            login(service, "mary", "1")
        assert list(service.locked_users()) == ["mary"]
        service.clock.advance(61)
        assert service.locked_users() == {}
    with EmService(
        Cluster(users=demo.users.values(), service=ServiceParameters(failed_logon_limit=0))
    ) as service:
        for _ in range(20):
            login(service, "mary", "1")
        assert service.locked_users() == {}


def test_who_tries_pins_finds_none_and_unknown_users_are_not_told_apart(service: EmService) -> None:
    # In the habit of a published script: an invented device, log out first, then PIN after PIN.
    phone = AppPhone("abc")
    found = []
    for pin in ("0000", "1234", "1111", "2222", "3333", MARY[1], "4444"):
        phone.open(f"{service.app_url}?device=abc&doLogout=true")
        page = phone.open(f"{service.app_url}?device=abc&userid=mary&seq={pin}")
        if "(201)" not in page.prompt:
            found.append(pin)
    assert found == []
    unknown = phone.open(f"{service.app_url}?device=abc&userid=nobody&seq=1")
    locked = phone.open(f"{service.app_url}?device=abc&userid=mary&seq=1")
    assert (unknown.kind, unknown.prompt) == (locked.kind, locked.prompt)


def test_a_person_changes_the_pin(service: EmService) -> None:
    phone = AppPhone(DESK)
    form = phone.open(f"{service.change_pin_url}?device=#DEVICENAME#")
    assert (form.kind, form.title) == ("Input", "Change Credential")
    assert list(form.fields) == ["userid", "oldpin", "newpin", "confirmnewpin"]
    assert [flags for _, flags in form.fields.values()] == ["A", "NP", "NP", "NP"]
    assert list(form.soft_keys) == ["Change", "<<", "Exit"]
    done = phone.submit(form, userid="mary", oldpin=MARY[1], newpin=NEW, confirmnewpin=NEW)
    assert (done.title, done.text) == ("PIN Change Successful", "PIN change is complete.")
    assert login(service, "mary", NEW).text == "Login successful."
    events = [(event.kind, event.user, event.cause) for event in service.events()]
    assert events[0] == ("secret", "mary", "change of PIN by mary")


@pytest.mark.parametrize(
    ("user", "old", "new", "confirmed", "prompt"),
    [
        ("mary", "1", NEW, NEW, "User ID or PIN is wrong"),
        ("nobody", MARY[1], NEW, NEW, "User ID or PIN is wrong"),
        ("mary", MARY[1], NEW, "9", "New PINs do not match"),
        ("mary", MARY[1], MARY[1], MARY[1], "New PIN is the current PIN"),
        ("mary", MARY[1], "", "", "User ID or PIN is blank"),
        ("", MARY[1], NEW, NEW, "User ID or PIN is blank"),
        ("mary", MARY[1], "9" * 257, "9" * 257, "New PIN is not valid"),
    ],
)
def test_a_change_that_is_refused_shows_the_form_again(
    service: EmService, user: str, old: str, new: str, confirmed: str, prompt: str
) -> None:
    page = change(service, user, old, new, confirmed)
    assert (page.kind, page.title, page.prompt) == ("Input", "Change Credential", prompt)
    assert [default for default, _ in page.fields.values()] == [user, "", "", ""]
    assert service.events() == []
    assert login(service, "mary", MARY[1]).text == "Login successful."


def test_wrong_pins_count_at_both_servlets_and_a_locked_user_is_told(service: EmService) -> None:
    for _ in range(3):
        login(service, "mary", "1")
    for _ in range(2):
        change(service, "mary", "1", NEW)
    page = change(service, "mary", MARY[1], NEW)
    assert (page.title, page.prompt) == ("Change Credential", "Contact system administrator")
    assert login(service, "mary", NEW).prompt == AGAIN


def test_who_must_change_the_pin_gets_the_form_for_it(tmp_path: Path) -> None:
    ann = User("ann", "1", ("P",), must_change=True)
    with EmService(Cluster(users=[ann], devices=[Device(DESK)]), state=tmp_path / "state.db") as service:
        form = login(service, "ann", "1")
        assert (form.title, form.prompt) == ("Change Credential", "PIN change required (41)")
        assert service.requests[-1].code == 41
        done = AppPhone(DESK).submit(form, oldpin="1", newpin=NEW, confirmnewpin=NEW)
        assert done.text == "PIN change is complete."
        assert login(service, "ann", NEW).text == "Login successful."


def test_it_is_the_pin_whatever_signs_at_the_service() -> None:
    mary = User("mary", MARY[1], ("DPMARY",), password="made-up-password")
    parameters = ServiceParameters(end_user_credential=EndUserCredential.PASSWORD)
    with EmService(Cluster(users=[mary], devices=[Device(DESK)], service=parameters)) as service:
        assert login(service, "mary", "made-up-password").prompt == AGAIN
        assert change(service, "mary", MARY[1], NEW).text == "PIN change is complete."
        assert login(service, "mary", NEW).text == "Login successful."
        assert Client(service.url, ("mary", "made-up-password")).query("checkUser", "mary").code is None
