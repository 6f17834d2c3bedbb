"""What `hotdesk.parse` returns: frozen, comparable, and silent about secrets."""

import ast
import inspect
import pickle
import traceback
from collections.abc import Sequence
from pathlib import Path

import hotdesk
import pytest
from conftest import sample, vectors
from hotdesk import _native

SECRET = "apppasswd"


def test_a_login_matches_by_position_and_by_name() -> None:
    match hotdesk.parse(sample("login")):
        case hotdesk.Login(hotdesk.AppInfo("appid"), "SEP003094C25B15", user, exclusive_duration=minutes):
            assert (user, minutes) == ("john", 60)
        case other:
            pytest.fail(f"not a login: {other!r}")


def test_a_duration_is_minutes_or_indefinite_or_none() -> None:
    def login(duration: str) -> object:
        document = sample("login").replace(b"<time>60</time>", duration.encode())
        return hotdesk.parse(document).exclusive_duration

    assert login("<time>0</time>") == 0
    assert login("<indefinite/>") == "indefinite"
    assert hotdesk.parse(sample("login").replace(b"exclusiveDuration", b"x")).exclusive_duration is None


def test_lists_are_sequences_of_rows() -> None:
    results = hotdesk.parse(sample("device-user-results"))
    (device,) = results.devices
    assert isinstance(results.devices, Sequence)
    assert results.devices[0] == results.devices[-1] == device
    assert (device in results.devices, results.devices.index(device), results.devices.count(device)) == (
        True,
        0,
        1,
    )
    assert results.devices[:5] == (device,)
    for outside in (1, -2):
        with pytest.raises(IndexError):
            results.devices[outside]
    match results:
        case hotdesk.DeviceUserResults([hotdesk.DeviceResult(name)]):
            assert name == device.name
        case _:
            pytest.fail("a list is no pattern of a sequence")
    assert (device.name, device.status, device.user) == ("SEP402CF4915265", "loggedIn", "em@cisco.com")
    assert (device.last_login, device.emcc) == ("em", False)


def test_a_failure_carries_code_name_and_text() -> None:
    failure = hotdesk.parse(sample("failure"))
    assert failure == hotdesk.parse(sample("failure"))
    assert (failure.code, failure.name) == (3, "Invalid App User")
    assert failure.text == "Could not authenticate 'appid'"


def test_equal_messages_are_equal_and_hash_alike() -> None:
    for vector in vectors():
        if vector.refused is None:
            one, other = hotdesk.parse(vector.input), hotdesk.parse(vector.input)
            assert one == other, vector.name
            assert hash(one) == hash(other), vector.name
            assert one is not other
    assert hotdesk.parse(sample("login")) != hotdesk.parse(sample("logout"))


def test_another_certificate_makes_another_message() -> None:
    changed = sample("login").replace(SECRET.encode(), b"other")
    assert hotdesk.parse(sample("login")) != hotdesk.parse(changed)


def test_no_attribute_can_be_set() -> None:
    login = hotdesk.parse(sample("login"))
    with pytest.raises(AttributeError):
        login.user_id = "mary"
    with pytest.raises(AttributeError):
        login.anything = 1


def test_a_repr_shows_every_attribute_and_masks_the_certificate() -> None:
    shown = repr(hotdesk.parse(sample("login")))
    assert shown == (
        "Login(app=AppInfo(id='appid', certificate=Secret('***'), encrypted=False), "
        "device_name='SEP003094C25B15', user_id='john', device_profile='UserDevProf', exclusive_duration=60, "
        "login_type=None, remote_ip_addr=None, is_via_header_set=None)"
    )


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = hotdesk.parse(sample("login")).app.certificate
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r}", f"{[secret]}"):
        assert SECRET not in shown
    assert secret.expose() == SECRET


def test_a_secret_cannot_be_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(hotdesk.parse(sample("login")).app.certificate)


def test_a_traceback_of_a_refusal_holds_no_secret() -> None:
    document = sample("login").replace(b"apppasswd", b"apppasswd&more")
    try:
        hotdesk.parse(document)
    except hotdesk.Refused as refused:
        shown = "".join(traceback.format_exception(refused)) + repr(refused) + str(refused.args)
        assert SECRET not in shown
        assert "more" not in shown
    else:
        pytest.fail("a bare & was read")


def test_refused_is_an_error_and_a_value_error_and_pickles() -> None:
    with pytest.raises(hotdesk.Error) as caught:
        hotdesk.parse(b"<response>\n  <maybe/>\n</response>")
    error = caught.value
    assert isinstance(error, ValueError)
    assert str(error) == f"{error.line}:{error.column}: {error.message}"
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.args, copy.position) == (hotdesk.Refused, error.args, error.position)


@pytest.mark.parametrize("data", [None, 1, bytearray(b"<a/>"), ["<a/>"]])
def test_data_of_another_type_is_a_type_error_that_names_it(data: object) -> None:
    with pytest.raises(TypeError, match=f"bytes or str, not {type(data).__name__}"):
        hotdesk.parse(data)


def test_a_lone_surrogate_is_refused_by_python() -> None:
    with pytest.raises(UnicodeEncodeError):
        hotdesk.parse("<response>\ud800</response>")


def test_the_stub_names_every_class_attribute_and_function_of_the_module() -> None:
    stub = ast.parse(Path(_native.__file__).with_name("_native.pyi").read_text(encoding="utf-8"))
    classes = {node.name: node for node in stub.body if isinstance(node, ast.ClassDef)}
    functions = {node.name for node in stub.body if isinstance(node, ast.FunctionDef)}
    module = {name: value for name, value in vars(_native).items() if not name.startswith("__")}
    bases = {name: classes.pop(name) for name in ("_Part", "_Written")}
    assert set(classes) == {name for name, value in module.items() if inspect.isclass(value)}
    assert functions == {name for name, value in module.items() if not inspect.isclass(value)}
    for name, node in classes.items():
        above = [bases[base.id] for base in node.bases if isinstance(base, ast.Name)]
        items = [item for part in (node, *above) for item in part.body]
        attributes = [item.name for item in items if isinstance(item, ast.FunctionDef)]
        in_stub = [item for item in attributes if not item.startswith("__")]
        in_module = [item for item in vars(module[name]) if not item.startswith("__")]
        assert sorted(in_stub) == sorted(in_module), name
        matched = getattr(module[name], "__match_args__", ())
        assert tuple(in_stub)[: len(matched)] == matched, name


def test_the_package_exports_what_the_module_has() -> None:
    public = {name for name in vars(_native) if not name.startswith("_")}
    # The tables are shown as mappings, in `hotdesk.codes`; the table of HTTP statuses is for the clients.
    # Wrapped by hotdesk.codes, the client, hotdesk.vip and hotdesk.logs.
    inner = {
        "code_rows",
        "explain_rows",
        "status_of_change",
        "trace_runs",
        "Traces",
        "vip_answer",
        "vip_records",
        "vip_row",
    }
    assert public - inner <= set(hotdesk.__all__)
    assert all(hasattr(hotdesk, name) for name in hotdesk.__all__)
