"""Strategies of hypothesis for messages: each makes what can be sent, or what a service can answer.

Where hypothesis is installed it finds them by itself: `hypothesis.strategies.from_type(hotdesk.Login)` makes
logins whose XML is read back as the same login.
"""

from typing import Any, TypeVar

from hypothesis import strategies as st

import hotdesk

T = TypeVar("T")

NAME_CHARACTERS = 128
CERTIFICATE_BYTES = 256

# What XML can carry, but for line ends and tabs, which attributes do not keep.
_CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")


def names() -> st.SearchStrategy[str]:
    """Return names of devices, users and profiles: no blanks around, not empty, up to 128 characters."""
    texts = st.text(_CHARACTERS, min_size=1, max_size=NAME_CHARACTERS)
    # A % is read as the start of an escape in some answers.
    return texts.filter(lambda text: text == text.strip() and "%" not in text)


def secrets() -> st.SearchStrategy[hotdesk.Secret]:
    """Return passwords, not blank, up to 256 bytes."""
    texts = st.text(_CHARACTERS, min_size=1, max_size=CERTIFICATE_BYTES // 4)
    return texts.filter(lambda text: bool(text.strip())).map(hotdesk.Secret)


def app_infos() -> st.SearchStrategy[hotdesk.AppInfo]:
    """Return who asks."""
    return st.builds(hotdesk.AppInfo, id=names(), certificate=secrets(), encrypted=st.booleans())


def durations() -> st.SearchStrategy[Any]:
    """Return how long a login can hold: minutes, `"indefinite"`, or `None`."""
    return st.none() | st.just("indefinite") | st.integers(0, 2**32 - 1)


def logins() -> st.SearchStrategy[hotdesk.Login]:
    """Return logins."""
    return st.builds(
        hotdesk.Login,
        app=app_infos(),
        device_name=names(),
        user_id=names(),
        device_profile=st.none() | names(),
        exclusive_duration=durations(),
        login_type=st.none() | st.sampled_from(["UID", "DN", "SP"]),
    )


def _queries(kind: type[T], rows: str) -> st.SearchStrategy[T]:
    asked: Any = st.lists(names(), min_size=1, max_size=5)
    return st.builds(kind, app=app_infos(), **{rows: asked})


def device_results() -> st.SearchStrategy[hotdesk.DeviceResult]:
    """Return devices and who uses them."""
    on = st.builds(
        hotdesk.DeviceResult, name=names(), status=st.just("loggedIn"), user=names(), last_login=names()
    )
    off = st.builds(
        hotdesk.DeviceResult, name=names(), status=st.just("loggedOut"), last_login=st.none() | names()
    )
    return on | off | st.builds(hotdesk.DeviceResult, name=names(), status=st.just("doesNotExist"))


def of(kind: type) -> st.SearchStrategy[Any]:
    """Return the strategy of a class; raise `KeyError` where it has none of its own."""
    return {
        hotdesk.Secret: secrets,
        hotdesk.AppInfo: app_infos,
        hotdesk.Login: logins,
        hotdesk.Logout: lambda: st.builds(hotdesk.Logout, app=app_infos(), device_name=names()),
        hotdesk.LogoutAll: lambda: st.builds(hotdesk.LogoutAll, app=app_infos()),
        hotdesk.DeviceUserQuery: lambda: _queries(hotdesk.DeviceUserQuery, "devices"),
        hotdesk.UserDevicesQuery: lambda: _queries(hotdesk.UserDevicesQuery, "users"),
        hotdesk.CheckUser: lambda: _queries(hotdesk.CheckUser, "users"),
        hotdesk.DeviceProfileQuery: lambda: _queries(hotdesk.DeviceProfileQuery, "users"),
        hotdesk.DeviceResult: device_results,
    }[kind]()
