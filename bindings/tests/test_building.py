"""Messages made in Python: constructors, XML, form, copies, pickles, and what cannot be sent."""

import copy
import pickle
import string
import threading
from collections.abc import Callable
from urllib.parse import parse_qs
from xml.etree import ElementTree

import hotdesk
import pytest
from conftest import Vector, vectors
from hypothesis import given
from hypothesis import strategies as st

GOOD = [vector for vector in vectors() if vector.refused is None]
APP = hotdesk.AppInfo(id="appid", certificate=hotdesk.Secret("a&b<c>\"'%+ é"))

# What XML can carry, without what a reader trims or turns into a space.
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=60,
).filter(lambda text: text == text.strip(string.whitespace) and text.strip())


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector.name)
def test_every_message_survives_writing_and_reading(vector: Vector) -> None:
    message = hotdesk.parse(vector.input)
    assert hotdesk.parse(message.to_xml()) == message
    (document,) = parse_qs(message.to_form().decode(), strict_parsing=True)["xml"]
    assert document == message.to_xml().decode()


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_any_text_in_any_field_survives_encode_and_parse(app: str, pin: str, user: str, profile: str) -> None:
    login = hotdesk.Login(
        app=hotdesk.AppInfo(id=app, certificate=hotdesk.Secret(pin)),
        device_name=user,
        user_id=user,
        device_profile=profile,
        exclusive_duration="indefinite",
    )
    assert hotdesk.parse(login.to_xml()) == login
    root = ElementTree.fromstring(login.to_xml())
    assert root.findtext("appInfo/appCertificate") == pin
    assert root.findtext("login/userID") == user


@given(st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from([None, True, False])), min_size=1, max_size=5))
def test_any_text_in_an_answer_survives_encode_and_parse(rows: list[tuple[str, str, bool | None]]) -> None:
    results = hotdesk.DeviceUserResults(
        devices=[
            hotdesk.DeviceResult(name=name, status="loggedIn", user=user, emcc=emcc)
            for name, user, emcc in rows
        ]
    )
    assert hotdesk.parse(results.to_xml()) == results


def test_a_constructor_takes_keywords_only_and_checks_types() -> None:
    with pytest.raises(TypeError):
        hotdesk.Logout(APP, "SEP003094C25B15")
    with pytest.raises(TypeError):
        hotdesk.Logout(app=APP, device_name=1)
    with pytest.raises(TypeError, match="not a str"):
        hotdesk.DeviceUserQuery(app=APP, devices="SEP003094C25B15")
    with pytest.raises(TypeError):
        hotdesk.AppInfo(id="john", certificate="a text that is no Secret")
    for wrong in (-1, 2**32, "1h", 1.5):
        with pytest.raises(ValueError, match="whole minutes"):
            hotdesk.Login(app=APP, device_name="d", user_id="u", exclusive_duration=wrong)
    with pytest.raises(ValueError, match="loggedIn loggedOut doesNotExist"):
        hotdesk.DeviceResult(name="d", status="asleep")


def test_a_field_holds_a_plain_str_of_whole_characters() -> None:
    class Loud(str):
        def __repr__(self) -> str:
            return "LOUD"

    logout = hotdesk.Logout(app=APP, device_name=Loud("SEP003094C25B15"))
    assert type(logout.device_name) is str
    assert "LOUD" not in repr(logout)
    with pytest.raises(UnicodeEncodeError):
        hotdesk.Logout(app=APP, device_name="\ud800")


def test_what_cannot_be_sent_names_the_field_and_not_the_value() -> None:
    with pytest.raises(hotdesk.Unsendable, match="deviceName is blank; give it a value") as caught:
        hotdesk.Logout(app=APP, device_name=" ").to_xml()
    assert caught.value.field == "deviceName"
    assert isinstance(caught.value, hotdesk.Error)
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args
    secret = hotdesk.AppInfo(id="john", certificate=hotdesk.Secret("12\x0045"))
    with pytest.raises(hotdesk.Unsendable) as caught:
        hotdesk.Logout(app=secret, device_name="d").to_form()
    assert "U+0000" in str(caught.value)
    assert "45" not in str(caught.value)
    with pytest.raises(hotdesk.Unsendable, match="128 characters"):
        hotdesk.Logout(app=APP, device_name="d" * 129).to_xml()


@pytest.mark.parametrize(
    "row",
    [
        {"status": "loggedIn"},
        {"status": "loggedOut", "user": "john"},
        {"status": "doesNotExist", "last_login": "john"},
    ],
)
def test_a_row_whose_parts_disagree_is_not_written(row: dict[str, str]) -> None:
    results = hotdesk.DeviceUserResults(devices=[hotdesk.DeviceResult(name="SEP003094C25B15", **row)])
    with pytest.raises(hotdesk.Unsendable):
        results.to_xml()


def test_a_text_is_made_once() -> None:
    login = hotdesk.Login(app=APP, device_name="SEP003094C25B15", user_id="john")
    read = hotdesk.parse(login.to_xml())
    assert read.user_id is read.user_id
    assert read.app is read.app


def test_copies_of_what_cannot_change_are_the_thing_itself() -> None:
    login = hotdesk.Login(app=APP, device_name="SEP003094C25B15", user_id="john")
    assert copy.copy(login) is login
    assert copy.deepcopy([login])[0] is login


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector.name)
def test_answers_pickle_and_what_holds_a_secret_does_not(vector: Vector) -> None:
    message = hotdesk.parse(vector.input)
    if vector.expected["kind"] == "response":
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(message, protocol)) == message
    else:
        with pytest.raises(TypeError, match="a Secret cannot be pickled"):
            pickle.dumps(message)


@pytest.mark.parametrize("read", [hotdesk.decode, hotdesk.parse])
def test_another_thread_runs_while_a_large_message_is_read(read: Callable[[bytes], object]) -> None:
    rows = b"".join(b'<user id="u"><none/></user>' for _ in range(200_000))
    document = b"<response><userDevicesResults>" + rows + b"</userDevicesResults></response>"
    running, done = threading.Event(), threading.Event()
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        running.set()
        while not done.is_set():
            ticks += 1

    ticker = threading.Thread(target=tick)
    ticker.start()
    running.wait(10)
    before = ticks
    read(document)
    counted = ticks - before
    done.set()
    ticker.join()
    # With the lock held there is at most one switch before and one after.
    assert counted > 1000
