"""What is asked of the login application: the parameters of its servlets, read as a servlet reads them.

The first of a repeated parameter counts, names are case-sensitive, unknown ones are ignored. In a query a
plus is a plus, in a form it is a blank. Must never show a PIN: `repr`, the log line and `masked` are without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, unquote_plus

from hotdesk_hil.emservice.document import Document

FORM, LOGIN, LOGOUT, REFRESH, CHANGE = "appForm", "appLogin", "appLogout", "appRefresh", "appChangePin"
FACTOR = "appSecondFactor"
OPERATIONS = (FORM, LOGIN, FACTOR, LOGOUT, REFRESH, CHANGE)
"""What is asked of the login application, as records and faults name it."""
PINS = ("seq", "oldpin", "newpin", "confirmnewpin", "otp")
"""The parameters that hold a PIN or a one-time code."""
SECRETS = (*PINS, "mfa")
"""Those that no page, record or line shows: the second factor's token as well."""
LOGIN_TYPES = ("UID", "SP", "DN")
_ABSENT = ("", "null", "#EMCC#")
_YES = ("true", "yes", "t", "1")


@dataclass(frozen=True)
class Asked:
    """One request. What is absent is empty, or None where that makes a difference.

    `base` is scheme and host as the phone addressed them; URLs of pages begin with it. `device_value` and
    `emcc_value` are as they came, blanks included; `notes` says what of the service URL is odd. `emcc` is
    None where its value is neither yes nor no.
    """

    operation: str
    base: str
    device: str
    device_value: str | None = None
    user: str = ""
    pins: Mapping[str, str] = field(default_factory=dict, repr=False)
    login_type: str | None = None
    emcc: bool | None = False
    emcc_value: str | None = None
    profile: str | None = None
    token: str | None = field(default=None, repr=False)
    factor_token: str | None = field(default=None, repr=False)
    enter_code: bool = False
    cancel: bool = False
    again: bool = False
    row: int = 0
    headset: bool = False
    change: bool = False
    cluster_info: str | None = None
    remote: str | None = None
    via: bool = False
    notes: tuple[str, ...] = ()

    @property
    def document(self) -> Document:
        """What faults look at: operation, device and user."""
        return Document(self.operation, "", "", devices=_names(self.device), users=_names(self.user))

    def url(self, path: str, **parameters: str) -> str:
        """Returns a URL of this application with these parameters; a PIN is never one of them."""
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
        return f"{self.base}{path}?{query}"

    def log_line(self, language: str, charset: str) -> str:
        """Returns the line that the login application writes of each request."""
        is_logout, is_refresh = self.operation == LOGOUT, self.operation == REFRESH
        nobody = "" if self.operation == LOGIN else "null"
        return (
            f"EMApp Request parameters: Logout={'true' if is_logout else 'null'} "
            f"Device Name={self.device_value or 'null'} User Id={self.user or nobody} "
            f"Device Profile={self.profile or 'null'} Refresh={'true' if is_refresh else 'null'} "
            f"Remote Host IP Address = {self.remote} Via Header Set = {str(self.via).lower()} "
            f"getClusterInfo = {self.cluster_info or 'null'} Lang = {language} Charset={charset} "
            f"Emcc = {self.emcc_value or 'null'} LoginType = {self.login_type or 'null'}"
        )


def read(query: str, body: bytes, *, base: str, changes: bool, remote: str | None, via: bool) -> Asked:
    """Reads a request: the query of its address, then the form of a POST; `changes`: to change a PIN."""
    given: dict[str, str] = {}
    for name, value in (*_pairs(query, unquote), *_pairs(body.decode("utf-8", "replace"), unquote_plus)):
        given.setdefault(name, value)
    notes = []
    for name in ("device", "EMCC", "loginType"):
        if given.get(name, "") != given.get(name, "").strip():
            notes.append(f"blank in the service URL: {name}")
    device = given.get("device", "").strip()
    if device == "#DEVICENAME#":
        notes.append("#DEVICENAME# was not replaced: the caller is no phone")
    emcc_value = given.get("EMCC")
    return Asked(
        operation=_operation(given, changes),
        base=base,
        device="" if device == "null" else device,
        device_value=given.get("device"),
        user=given.get("userid", "").strip(),
        pins={name: given[name] for name in PINS if name in given},
        login_type=given.get("loginType", "").strip() or None,
        emcc=_emcc((emcc_value or "").strip()),
        emcc_value=emcc_value,
        profile=given.get("profile", "").strip() or None,
        token=given.get("t") or None,
        factor_token=given.get("mfa") or None,
        enter_code=given.get("enter") == "code",
        cancel=_is_yes(given.get("cancel")),
        again=_is_yes(given.get("again")),
        row=int(given["from"]) if given.get("from", "").isdecimal() and len(given["from"]) < 6 else 0,
        headset=_is_yes(given.get("headsetbasedem")),
        change=_is_yes(given.get("changePin")),
        cluster_info=given.get("getClusterInfo"),
        remote=remote,
        via=via,
        notes=tuple(notes),
    )


def masked(query: str) -> str:
    """Returns a query or form with the values of PINs, codes and the second factor's token masked."""
    return "&".join(
        f"{pair.partition('=')[0]}=***" if unquote(pair.partition("=")[0]) in SECRETS else pair
        for pair in query.split("&")
    )


def _operation(given: Mapping[str, str], changes: bool) -> str:
    if changes:
        return CHANGE
    if _is_yes(given.get("refresh")):
        return REFRESH
    if _is_yes(given.get("doLogout")):
        return LOGOUT
    if given.get("mfa"):
        return FACTOR
    return LOGIN if any(name in given for name in ("userid", "seq", "t")) else FORM


def _pairs(text: str, decode) -> list[tuple[str, str]]:  # noqa: ANN001 (a function of urllib)
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return [(decode(name), decode(value)) for name, _, value in pairs]


def _emcc(value: str) -> bool | None:
    if value in _ABSENT or value.lower() in ("false", "no", "f", "0"):
        return False
    return True if _is_yes(value) else None


def _is_yes(value: str | None) -> bool:
    return (value or "").strip().lower() in _YES


def _names(name: str) -> tuple[str, ...]:
    return (name,) if name else ()
