"""What tools of Python find in the messages: copies with changes, annotations, strategies of hypothesis."""

from __future__ import annotations

import copy
import subprocess
import sys
import typing

import hotdesk
import pytest
from hotdesk import _native
from hypothesis import given, settings
from hypothesis import strategies as st
from services import APP, PHONE

NO_MESSAGES = ("Rows", "Secret", "Traces")
CLASSES = [kind for name, kind in vars(_native).items() if isinstance(kind, type) and name not in NO_MESSAGES]
SENT = [
    hotdesk.Login,
    hotdesk.Logout,
    hotdesk.LogoutAll,
    hotdesk.DeviceUserQuery,
    hotdesk.UserDevicesQuery,
    hotdesk.CheckUser,
    hotdesk.DeviceProfileQuery,
]


def test_a_message_is_copied_with_changes() -> None:
    login = hotdesk.Login(app=APP, device_name=PHONE, user_id="john", exclusive_duration=60)
    made = login.__replace__(user_id="mary", exclusive_duration=None)
    assert made == hotdesk.Login(app=APP, device_name=PHONE, user_id="mary")
    assert login.user_id == "john"
    if sys.version_info >= (3, 13):
        assert copy.replace(login, user_id="mary").user_id == "mary"
    with pytest.raises(TypeError):
        login.__replace__(nonsense=1)
    results = hotdesk.DeviceUserResults(devices=[hotdesk.DeviceResult(name=PHONE, status="loggedOut")])
    assert results.__replace__() == results


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_annotations_name_every_attribute(kind: type) -> None:
    hints = typing.get_type_hints(kind)
    assert tuple(hints) == getattr(kind, "__match_args__")  # noqa: B009


def test_annotations_are_types() -> None:
    hints = typing.get_type_hints(hotdesk.Login)
    assert hints["app"] is hotdesk.AppInfo
    assert hints["device_profile"] == str | None
    assert hints["login_type"] == typing.Literal["UID", "DN", "SP"] | None
    assert hints["exclusive_duration"] == int | typing.Literal["indefinite"] | None
    assert typing.get_args(typing.get_type_hints(hotdesk.UserProfiles)["profiles"]) == (
        hotdesk.DeviceProfile,
    )


@pytest.mark.parametrize("kind", SENT, ids=lambda kind: kind.__name__)
def test_what_hypothesis_makes_of_a_type_is_sent_and_read_back(kind: type) -> None:
    @settings(max_examples=50, deadline=None)
    @given(st.from_type(kind))
    def check(message: object) -> None:
        assert isinstance(message, kind)
        assert hotdesk.parse(message.to_xml()) == message  # type: ignore[attr-defined]

    check()


@settings(max_examples=50, deadline=None)
@given(st.from_type(hotdesk.DeviceUserResults))
def test_what_hypothesis_makes_of_an_answer_is_an_answer(answer: hotdesk.DeviceUserResults) -> None:
    assert all(isinstance(row, hotdesk.DeviceResult) for row in answer.devices)


@pytest.mark.parametrize("first", ["hotdesk.strategies", "hypothesis", "hotdesk"])
def test_the_strategies_are_found_whatever_is_imported_first(first: str) -> None:
    script = (
        f"import {first}, warnings; warnings.simplefilter('error'); import hotdesk\n"
        "from hypothesis import find\nfrom hypothesis.strategies import from_type\n"
        "assert find(from_type(hotdesk.Logout), lambda _: True).to_xml()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
