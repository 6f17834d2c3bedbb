"""Which tests share a start of the phone, and that whatever a test leaves behind costs the next one a start.

One pytest run of its own, on an emulated board: each test there sees the phone as after a start.
"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.timeout(600)

QUICK = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "--junitxml=junit.xml")

# A test, what it does with the phone, and the start that the test after it has: its number of the tests that
# share one, else why it has one of its own.
CASES = {
    "nothing": ("pass", 2),
    "logs_in": ('phone.log_in("john", "12345"); phone.confirm_logged_in("john")', 3),
    "wrong_pin": (
        'phone.log_in("john", "9"); phone.wait_title("Login failed"); phone.softkey("OK"); phone.wait_idle()',
        4,
    ),
    "service_fails": (
        "em_service.faults.add(Answer(status=503), operation='deviceUserQuery'); phone.ask_who();"
        'phone.wait_for("down or busy"); em_service.faults.add(Silence(), times=None)',
        "left the phone on another screen",
    ),
    "in_the_menu": ("phone.open_menu()", "left the phone on another screen"),
    "logged_in_shows": ('phone.log_in("john", "12345"); phone.wait_title("Logged in")', "on another screen"),
    "id_keys": (
        'phone.softkey("Log in"); phone.wait_for("User ID"); phone.press("#", "2"); phone.softkey("Cancel");'
        "phone.wait_idle()",
        "changed what the number keys give",
    ),
    "polling_is_set": (
        'phone.open_menu(); phone.choose("Settings"); phone.wait_title("Settings");'
        'phone.press("4"); phone.wait_title("Polling"); phone.press("2"); phone.wait_for("Saved");'
        "phone.to_idle()",
        "the log of the test before has: INFO  screen settings",
    ),
    "restarts": (
        'phone.open_menu(); phone.choose("Restart"); phone.softkey("Yes"); em_service.wait_for_request();'
        'em_service.wait_for_request(); phone.wait_idle("Nobody logged in")',
        "the log of the test before has: INFO  screen restart confirm",
    ),
    "reset": ("rig.strategy.reset(); phone.wait_idle()", "switched the phone on or reset it"),
    "power": ("phone.power_cycle(); phone.wait_idle()", "switched the phone on or reset it"),
    "cable": ("rig.link.set_link(up=False); rig.link.set_link(up=True)", "in its hands: the cable"),
    "noise": ('rig.keypad.send(b"?")', "disturbed the keypad's line"),
    "boots": (
        'rig.boot(PhoneConfig(["10.0.2.2:9"])); phone.wait_idle()',
        "switched the phone on or reset it",
    ),
    "no_service": ("em_service.stop()", 2),
    "fails": ("assert False", "the test before failed"),
    "breaks": ("os.kill(rig.board.process_id, 9)", "in its hands: the board's driver"),
    "last": ("pass", None),
}

HEAD = """
    import os
    import pytest
    from hotdesk_hil.emservice import Answer, Silence
    from hotdesk_hil.rig import PhoneConfig

    def is_as_after_a_start(phone, service):
        assert phone.lines()[1:-1] == ["Nobody logged in"]
        assert [request.operation for request in service.requests] == ["deviceUserQuery"]
"""


def starts(pytester: pytest.Pytester) -> dict[str, str]:
    """The start that each test had, as the report tells it."""
    return {
        str(case.get("name")).partition("[")[0]: str(told.get("value"))
        for case in ElementTree.parse(pytester.path / "junit.xml").getroot().iter("testcase")
        for told in case.iter("property")
        if told.get("name") == "boot"
    }


def test_a_start_is_shared_where_a_test_leaves_nothing_behind(pytester: pytest.Pytester) -> None:
    tests = [
        f"""
    def test_{name}(phone, rig, em_service):
        is_as_after_a_start(phone, em_service)
        {deed}
"""
        for name, (deed, _) in CASES.items()
    ]
    pytester.makepyfile(HEAD + "".join(tests))
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=len(CASES) - 1, failed=1, errors=1)
    found = list(starts(pytester).values())
    assert found[0] == "its own: the phone was off"
    for (name, (_, expected)), told in zip(CASES.items(), found[1:], strict=False):
        if isinstance(expected, int):
            assert told.startswith(f"shared, test {expected} "), (name, told)
        else:
            assert told.startswith("its own: "), (name, told)
            assert str(expected) in told, (name, told)


def test_what_is_to_be_different_costs_a_start(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import socket
        import pytest
        from hotdesk_hil.rig import Phone, PhoneConfig

        def test_first(phone): pass

        class TestAnother:
            @pytest.fixture
            def phone_config(self, em_service):
                return PhoneConfig([f"10.0.2.2:{em_service.port}"], "emphone", "phone-demo-certificate",
                                   language="de")

            @pytest.fixture
            def phone(self, rig, em_service, phone_config):
                rig.boot(phone_config, until="on")
                return Phone(rig)

            def test_german(self, phone):
                phone.wait_for("Niemand angemeldet", timeout=20)

        def test_second(phone): pass

        @pytest.fixture
        def mary(em_service):
            em_service.login("SEP003094C25B15", "mary")

        def test_mary(mary, phone):
            assert phone.lines()[1] == "Logged in: mary"

        def test_third(phone, em_service):
            global taken
            port = em_service.port
            em_service.stop()
            taken = socket.create_server(("127.0.0.1", port))

        def test_port_is_taken(phone, em_service):
            assert em_service.port != taken.getsockname()[1]

        def test_by_itself(rig):
            assert not rig.is_on

        def test_last(phone): pass
        """
    )
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=8)
    assert starts(pytester) == {
        "test_first": "its own: the phone was off",
        "test_second": "its own: the phone was off",
        "test_mary": "its own: somebody is logged in before the test",
        "test_third": "its own: the test before left another screen than the phone has after its start",
        "test_port_is_taken": "its own: another configuration than that of the test before",
        "test_last": "its own: the phone was off",
    }
