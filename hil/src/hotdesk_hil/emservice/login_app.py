"""What the login application does: pages to log in and out, to choose a profile, to change a PIN.

Sources: traces of EMApp, the feature configuration guide, the phones' user guide, public clients; where they
are silent, README.md lists what was chosen. Must never know of HTTP or sockets, nor put a PIN into a page.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import Enum
from urllib.parse import unquote

from hotdesk_hil.emservice import app_pages as pages
from hotdesk_hil.emservice.app_factor import FactorSteps
from hotdesk_hil.emservice.app_pages import BACKSPACE, EXIT, SUBMIT, Field, Page, SoftKey, UrlTooLong
from hotdesk_hil.emservice.app_pins import Pins
from hotdesk_hil.emservice.app_request import (
    CHANGE,
    FACTOR,
    FORM,
    LOGIN,
    LOGIN_TYPES,
    LOGOUT,
    REFRESH,
    Asked,
)
from hotdesk_hil.emservice.app_service import EmClient, Failed, Unreachable
from hotdesk_hil.emservice.cluster import User, fold
from hotdesk_hil.emservice.codes import AppCode, AppRefused, Code
from hotdesk_hil.emservice.emcc import DEFAULT_CLUSTER_ID, Emcc, Visitor
from hotdesk_hil.emservice.second_factor import SecondFactor
from hotdesk_hil.emservice.service import Service
from hotdesk_hil.emservice.traces import Traces

APP_PATH = "/emapp/EMAppServlet"
CHANGE_PATH = "/changecredential/ChangeCredentialServlet"
REFRESH_SECONDS = 3
"""After how many seconds a phone loads the page behind that of a result."""

# What a person is called by each login type: the field's name, the prompt, and what may be typed.
_CALLED = {
    "UID": ("User ID", "Enter user ID and PIN"),
    "DN": ("Extension", "Enter extension and PIN"),
    "SP": ("Self-Service ID", "Enter self-service ID and PIN"),
}
_AGAIN = (AppCode.AUTHENTICATION, AppCode.BLANK, Code.CANNOT_AUTHORIZE)
"""Refusals that are shown on the form itself. 2 is the wrong PIN of a user of another cluster."""
_SHOWN_AS = {
    Code.EMCC_CONFIGURATION: AppCode.AUTHENTICATION,
    Code.EMCC_NO_ANSWER: Code.USER_UNKNOWN,
    Code.EMCC_CLUSTER_NOT_VALID: AppCode.AUTHENTICATION,
}
"""Codes that phones show under another number."""


class Outage(Enum):
    """A part of the cluster that is down: each has a code of the login application."""

    EM_SERVICE = "EM service"
    DIRECTORY = "directory"
    DATABASE = "database"


class LoginApp:
    """The login application of one cluster. `outages` tells what is down, at each request."""

    def __init__(
        self,
        service: Service,
        pins: Pins,
        client: EmClient,
        outages: Callable[[], frozenset[Outage]],
        emcc: Emcc,
        traces: Traces,
        factor: SecondFactor | None = None,
    ) -> None:
        self._service = service
        self._cluster = service.cluster
        self._pins = pins
        self._client = client
        self._emcc = emcc
        self._traces = traces
        self._outages = outages
        self._operations: dict[str, Callable[[Asked], Awaitable[Page]]] = {
            FORM: self._form,
            LOGIN: self._login,
            LOGOUT: self._logout,
            REFRESH: self._refresh,
            CHANGE: self._change_pin,
            FACTOR: self._second_factor,
        }
        self.factor = None
        if factor is not None:
            self.factor = FactorSteps(factor, service.clock, APP_PATH, self._admit, traces)

    def with_user(self, asked: Asked) -> Asked:
        """Returns the request with the user whom a token of the menu stands for."""
        if asked.operation == FACTOR:
            user = "" if self.factor is None else self.factor.user_of(asked.factor_token or "")
            return replace(asked, user=user)
        return asked if asked.token is None else replace(asked, user=self._pins.user_of(asked.token))

    async def answer(self, asked: Asked) -> Page:
        """Carries a request out and returns its page."""
        try:
            return await self._operations[asked.operation](asked)
        except AppRefused as refused:
            return self.refusal(asked, refused.code, refused.detail)
        except Failed as failed:
            return self.refusal(asked, failed.code, failed.text)
        except Unreachable as error:
            return self.refusal(asked, AppCode.SERVICE_CONNECTION, str(error))
        except sqlite3.Error as error:
            return self.refusal(asked, Code.DATABASE, f"the state file cannot be used: {error}")
        except UrlTooLong as error:
            return self.refusal(asked, AppCode.PROFILE_ABSENT, f"the next page's URL is too long: {error}")

    def refusal(self, asked: Asked, code: int, detail: str | None) -> Page:
        """Returns the page that shows a code: the form again where the person may correct what was typed."""
        words = shown(code, is_logout=asked.operation == LOGOUT)
        if code in _AGAIN and asked.operation == LOGIN:
            try:
                return Page(self._login_form(asked, words, asked.user), code=code, detail=detail)
            except UrlTooLong:
                pass
        return Page(pages.text(words), code=code, detail=detail)

    def done(self, asked: Asked, words: str) -> Page:
        """Returns the page of a result, behind which the phone loads another one and restarts."""
        url = asked.url(APP_PATH, device=asked.device, refresh="true")
        return Page(pages.text(words), refresh=f"{REFRESH_SECONDS}; url={url}")

    # The form, or the question whether to log out

    async def _form(self, asked: Asked) -> Page:
        self._check_url(asked)
        guest = self._emcc.guest(asked.device)
        if guest is not None:
            self._traces.login_status(asked.device, guest.user, None)
            return Page(_question(guest.user, unquote(guest.logout_address)))
        state = await self._client.device(asked)
        self._traces.login_status(asked.device, state.user, state.previous)
        if state.user is None:
            last = state.previous if self._cluster.service.remember_last_user else None
            return Page(self._login_form(asked, None, last or ""))
        return Page(_question(state.user, asked.url(APP_PATH, device=asked.device, doLogout="true")))

    def _login_form(self, asked: Asked, words: str | None, user: str) -> bytes:
        name, prompt = _CALLED[asked.login_type or "UID"]
        letters = asked.login_type in (None, "UID") and self._cluster.service.alphanumeric_user_id
        more = {"EMCC": "true"} if asked.emcc else {}
        more |= {"loginType": asked.login_type} if asked.login_type else {}
        more |= {"headsetbasedem": "true"} if asked.headset else {}
        change = SoftKey("ChangePIN", asked.url(CHANGE_PATH, device=asked.device))
        return pages.form(
            pages.FORM_TITLE,
            words or prompt,
            asked.url(APP_PATH, device=asked.device, **more),
            [Field(name, "userid", "A" if letters else "N", user), Field("PIN", "seq", "NP")],
            [SUBMIT, BACKSPACE, EXIT, change],
        )

    def _check_url(self, asked: Asked) -> None:
        """Checks what the service URL brings, before anybody is asked for a PIN."""
        if Outage.DATABASE in self._outages():
            raise AppRefused(AppCode.INIT_FAILED, "the database of the cluster cannot be read")
        if not asked.device:
            raise AppRefused(AppCode.DEVICE_EMPTY, "the service URL has no device=#DEVICENAME#")
        if asked.login_type is not None and asked.login_type not in LOGIN_TYPES:
            raise AppRefused(AppCode.LOGIN_TYPE, f"loginType is one of {', '.join(LOGIN_TYPES)}")
        if asked.emcc is None:
            raise AppRefused(AppCode.EMCC_DEVICE, "EMCC is neither true nor absent: correct the service URL")

    # Login: the PIN is checked before the device and the profile

    async def _login(self, asked: Asked) -> Page:
        try:
            self._check_url(asked)
        except AppRefused as refused:
            return Page(pages.text(shown(refused.code)), code=refused.code, detail=refused.detail)
        if asked.token is not None:
            user = self._pins.granted(asked.token, asked.device, asked.remote)
        else:
            user = await self._authenticated(asked)
            if isinstance(user, User) and self._service.must_change_pin(user):
                self._traces.pin_must_change()
                detail = f"{user.id} must change the PIN first"
                body = self._change_form(asked, shown(Code.EMCC_CHANGE_PIN), user.id)
                return Page(body, code=Code.EMCC_CHANGE_PIN, detail=detail)
            self._traces.authenticated(user.id, _in_order(user))
        if fold(asked.device) not in self._cluster.devices:
            raise AppRefused(AppCode.PROFILE_ABSENT, f"{asked.device} is not a device of this cluster")
        if not user.profiles:
            raise AppRefused(AppCode.PROFILE_ABSENT, f"associate a device profile with {user.id}")
        _chosen(user, asked.profile)
        if self.factor is not None and asked.token is None:
            return await self.factor.begin(user, asked)
        return await self._admit(user, asked)

    async def _second_factor(self, asked: Asked) -> Page:
        if self.factor is None:
            raise AppRefused(AppCode.AUTHENTICATION, "this cluster asks for no second factor")
        if Outage.DATABASE in self._outages():
            raise AppRefused(AppCode.INIT_FAILED, "the database of the cluster cannot be read")
        return await self.factor.step(asked)

    async def _admit(self, user: User | Visitor, asked: Asked) -> Page:
        """Logs a user in who has shown everything that is asked for; lets him choose a profile first."""
        profile = _chosen(user, asked.profile)
        if profile is None and len(user.profiles) > 1:
            token = asked.token or self._pins.grant(user, asked.device, asked.remote)
            return Page(self._profile_menu(asked, user, token))
        if asked.token is not None:
            self._pins.spend(asked.token)
        chosen = profile or user.profiles[0]
        if isinstance(user, Visitor):
            address = asked.url(APP_PATH, device=asked.device, doLogout="true")
            await self._emcc.login(user, chosen, asked.device, address)
        else:
            await self._client.login(user.id, chosen, asked)
        self._traces.app_done("Login", user.id, asked.device)
        return self.done(asked, "Login successful.")

    async def _authenticated(self, asked: Asked) -> User | Visitor:
        """Returns who logs in, the PIN being right; raises `AppRefused` else."""
        pin = asked.pins.get("seq", "")
        by_headset = asked.headset and not self._cluster.service.headset_pin
        if not asked.user or not (pin.strip() or by_headset):
            raise AppRefused(AppCode.BLANK, "user ID or PIN is blank")
        called = self._cluster.called(asked.user, asked.login_type)
        if len(called) > 1:
            raise AppRefused(AppCode.NUMBER_SHARED, f"{asked.user} belongs to several users")
        user = called[0] if called else None
        exists = await self._client.has_user(asked.user if user is None else user.id, asked)
        if user is None or not exists:
            self._traces.user_unknown(asked.user)
            return await self._of_another_cluster(asked, pin)
        self._traces.user_found(user.id)
        if Outage.DIRECTORY in self._outages():
            self._traces.directory_failed()
            raise AppRefused(AppCode.DIRECTORY, "the directory that PINs are checked in cannot be reached")
        if pin or not by_headset:
            self._check_pin(user, pin)
        return user

    def _check_pin(self, user: User, pin: str) -> None:
        try:
            self._pins.check(user, pin)
        except AppRefused:
            self._traces.pin(is_right=False)
            raise
        self._traces.pin(is_right=True)

    async def _of_another_cluster(self, asked: Asked, pin: str) -> Visitor:
        """Returns a user whom another cluster knows, the PIN being right there; raises `AppRefused` else."""
        if not asked.emcc or asked.headset:
            raise AppRefused(AppCode.AUTHENTICATION, f"{asked.user} is not a user of this cluster")
        if not self._cluster.service.emcc_activated:
            raise AppRefused(AppCode.EMCC_NOT_ACTIVATED, "EMCC is not activated in this cluster")
        if self._cluster.service.cluster_id in ("", DEFAULT_CLUSTER_ID):
            raise AppRefused(AppCode.CLUSTER_ID, "give the cluster an ID of its own: cluster_id")
        device = self._cluster.devices.get(fold(asked.device))
        if device is not None and not device.emcc_capable:
            raise AppRefused(AppCode.EMCC_DEVICE, f"{device.name} or its load does not support EMCC")
        self._traces.clusters_asked(asked.user)
        return await self._emcc.authenticate(asked.user, asked.login_type, pin, device, asked.device)

    def _profile_menu(self, asked: Asked, user: User | Visitor, token: str) -> bytes:
        """Writes a menu of the profiles, the default one first; the token stands for the PIN."""
        names = _in_order(user)
        rest = names[asked.row :]
        fits = pages.ITEM_LIMIT if len(rest) <= pages.ITEM_LIMIT else pages.ITEM_LIMIT - 1
        at = {"device": asked.device, "t": token}
        items = []
        for index, name in enumerate(rest[:fits], asked.row + 1):
            url = asked.url(APP_PATH, **at, profile=name)
            if len(url) > pages.URL_LIMIT:  # the number of the profile is shorter than its name
                url = asked.url(APP_PATH, **at, profile=f"{index}")
            items.append((name, url))
        if len(rest) > fits:
            items.append(("More", asked.url(APP_PATH, **at, **{"from": f"{asked.row + fits}"})))
        return pages.menu("Select Profile", items)

    # Logout, and what follows a result

    async def _logout(self, asked: Asked) -> Page:
        if Outage.DATABASE in self._outages():
            raise AppRefused(AppCode.INIT_FAILED, "the database of the cluster cannot be read")
        if not asked.device:
            raise AppRefused(AppCode.DEVICE_EMPTY, "the URL has no device")
        await self._client.logout(asked)
        self._traces.app_done("Logout", None, asked.device)
        return self.done(asked, "Logout successful.")

    async def _refresh(self, asked: Asked) -> Page:  # noqa: ARG002 (every operation takes it)
        return Page(pages.text("Please wait, the phone restarts."))

    # The servlet for a new PIN

    async def _change_pin(self, asked: Asked) -> Page:
        if not asked.change:
            return Page(self._change_form(asked, "Enter your PINs", asked.user))
        user = self._cluster.users.get(fold(asked.user))
        old, new, confirmed = (asked.pins.get(name, "") for name in ("oldpin", "newpin", "confirmnewpin"))
        code: int = AppCode.AUTHENTICATION
        if user is not None and self._pins.is_locked(user):
            words, detail = "Contact system administrator", f"{user.id} is locked"
        elif not asked.user or not old or not new:
            code, words, detail = AppCode.BLANK, "User ID or PIN is blank", "user ID or a PIN is blank"
        elif user is None:
            words, detail = "User ID or PIN is wrong", f"{asked.user} is not a user of this cluster"
        elif (why := self._wrong(user, old)) is not None:
            words, detail = "User ID or PIN is wrong", why
        elif new != confirmed:
            words, detail = "New PINs do not match", "newpin and confirmnewpin differ"
        elif new == old:
            words, detail = "New PIN is the current PIN", "newpin and oldpin are the same"
        else:
            try:
                self._service.change_pin(user, new)
            except ValueError as error:
                words, detail = "New PIN is not valid", f"newpin {error}"
            else:
                return Page(pages.text("PIN change is complete.", title="PIN Change Successful"))
        return Page(self._change_form(asked, words, asked.user), code=code, detail=detail)

    def _wrong(self, user: User, pin: str) -> str | None:
        """Returns why a PIN is not taken, None where it is; a wrong one counts here as well."""
        try:
            self._pins.check(user, pin)
        except AppRefused as refused:
            return refused.detail
        return None

    def _change_form(self, asked: Asked, prompt: str, user: str) -> bytes:
        fields = [
            Field("User ID", "userid", "A" if self._cluster.service.alphanumeric_user_id else "N", user),
            Field("Current PIN", "oldpin", "NP"),
            Field("New PIN", "newpin", "NP"),
            Field("Confirm PIN", "confirmnewpin", "NP"),
        ]
        keys = [SoftKey("Change", SUBMIT.url), BACKSPACE, EXIT]
        url = asked.url(CHANGE_PATH, changePin="true", device=asked.device)
        return pages.form(pages.CHANGE_TITLE, prompt, url, fields, keys)


def shown(code: int, *, is_logout: bool = False) -> str:
    """Returns what a screen shows of a code."""
    code = _SHOWN_AS.get(code, code)
    if code in _AGAIN:
        return f"Please try to login again ({code:d})"
    if code == AppCode.LOGIN_TYPE:
        return f"LoginType invalid({code:d})"
    if code in (AppCode.NUMBER_SHARED, Code.NUMBER_SHARED):
        return f"DN has multiple users({code:d})"
    if code == Code.EMCC_CHANGE_PIN:
        return f"PIN change required ({code:d})"
    return f"{'Logout' if is_logout else 'Login'} is unavailable ({code:d})"


def _question(user: str, logout_address: str) -> bytes:
    yes, no = SoftKey("Yes", logout_address), SoftKey("No", EXIT.url)
    return pages.text(f"{user} is logged in.", prompt="Log out?", soft_keys=(yes, no))


def _in_order(user: User | Visitor) -> list[str]:
    """Returns the profiles of a user, the default one first."""
    default = fold(user.default_profile or "")
    return sorted(user.profiles, key=lambda name: fold(name) != default)


def _chosen(user: User | Visitor, profile: str | None) -> str | None:
    """Returns the profile of that name or number in the menu; raises `AppRefused` for neither."""
    if profile is None:
        return None
    names = _in_order(user)
    named = next((name for name in names if fold(name) == fold(profile)), None)
    if named is None and profile.isascii() and profile.isdecimal() and 0 < int(profile[:6]) <= len(names):
        named = names[int(profile[:6]) - 1]
    if named is None:
        raise AppRefused(AppCode.PROFILE_ABSENT, f"{profile} is not a device profile of {user.id}")
    return named
