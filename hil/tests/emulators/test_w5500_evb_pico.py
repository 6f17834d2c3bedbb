"""The phone on the emulated W5500-EVB-Pico: the image that is flashed, on a chip that is not ours."""

from __future__ import annotations

import time

from emulators.desk import DEVICE, Desk, wait_until

from hotdesk_hil.emservice import EmService


def test_a_person_logs_in_and_out(desk: Desk, service: EmService) -> None:
    desk.log_in()
    assert service.sessions() == {DEVICE: "john"}
    desk.log_out()
    assert service.sessions() == {}


def test_keys_of_the_matrix_are_pressed_once_each(desk: Desk) -> None:
    desk.softkey("Log in")
    desk.wait_text("User ID:")
    for key in "526":
        desk.board.hold(key, down=True)
        time.sleep(0.08)  # part of the key press itself; nothing is waited for
        desk.board.hold(key, down=False)
        time.sleep(0.08)
    desk.wait_text("jam")


def test_what_is_set_on_the_phone_is_kept_without_power(desk: Desk) -> None:
    set_polling(desk, "60 min")
    desk.wait_text("Polling: 60 min")
    desk.board.power(on=False)
    desk.board.power(on=True)
    desk.wait_text("Nobody logged in")
    open_settings(desk)
    desk.wait_text("Polling: 60 min")


def test_a_supply_that_fails_in_the_middle_of_a_write_leaves_the_settings_before(desk: Desk) -> None:
    set_polling(desk, "60 min")
    desk.wait_text("Polling: 60 min")
    desk.softkey("Back")
    desk.softkey("Back")
    desk.board.tell("failPower", writes=3)
    set_polling(desk, "1 min")
    wait_until("the board is off", lambda: not desk.board.state()["on"])
    desk.board.power(on=True)
    desk.wait_text("Nobody logged in")
    open_settings(desk)
    desk.wait_text("Polling: 60 min")


def test_starts_are_counted_over_power_cuts(desk: Desk) -> None:
    for starts in (1, 2, 3):
        desk.softkey("Menu")
        desk.choose("About this phone")
        wait_until(f"{starts} starts", lambda wanted=f"Starts: {starts}": scrolled_to(desk, wanted))
        desk.board.power(on=False)
        desk.board.power(on=True)
        desk.wait_text("Nobody logged in")


def scrolled_to(desk: Desk, text: str) -> bool:
    """Scrolls a line on, and says whether the text is shown."""
    desk.board.press("d")
    return text in desk.lines()


def open_settings(desk: Desk) -> None:
    desk.softkey("Menu")
    desk.choose("Settings")


def set_polling(desk: Desk, interval: str) -> None:
    open_settings(desk)
    desk.choose("Polling")
    desk.choose(interval)
