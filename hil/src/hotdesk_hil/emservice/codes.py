"""The codes of the service, one row a code: those it answers by itself, and those that only a fault brings.

Numbers and names 0 to 30 are those of "EM service response codes", 31 to 47 those of the feature
configuration guide. Must never import the code tables of hotdesk_core: this list is written from the
sources a second time, on purpose.
"""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """A response code of the Extension Mobility service; `label` is its documented name."""

    label: str

    UNKNOWN = 0, "Unknown Error"
    PARSING = 1, "Error on Parsing"
    CANNOT_AUTHORIZE = 2, "Cannot authorize App user"
    INVALID_APP_USER = 3, "Invalid App User"
    POLICY = 4, "Policy Validation error"
    LOGOUT_DISABLED = 5, "Device logon disabled"
    DATABASE = 6, "Database Error"
    AUTO_LOGOUT = 7, "Logout Request Error"
    QUERY_TYPE = 8, "Query type undetermined"
    DIRECTORY = 9, "Dir. User Info Error"
    NO_PROXY_RIGHTS = 10, "User lacks app proxy rights"
    DEVICE_UNKNOWN = 11, "Device does not exist"
    PROFILE_NOT_FOUND = 12, "Dev. Profile not found"
    ANOTHER_USER = 18, "Another user logged in"
    NOBODY = 19, "No user logged in"
    HOTELING_FLAG = 20, "Hoteling flag error"
    HOTELING_STATUS = 21, "Hoteling Status error"
    LOGIN_DISABLED = 22, "Device logon disabled"
    USER_UNKNOWN = 23, "User not found"
    ELSEWHERE = 25, "User logged in elsewhere"
    BUSY = 26, "Busy, please try again"
    CHANGE_PASSWORD = 27, "Change Password"
    UNTRUSTED_ADDRESS = 28, "Untrusted IP Error"
    RIS_DOWN = 29, "RIS down-contact admin"
    PROXY = 30, "Proxy not allowed"
    EMCC_NOT_ACTIVATED = 31, "EMCC not activated for the user"
    EMCC_DEVICE = 32, "Device does not support EMCC"
    EMCC_NO_DUMMY = 33, "No free EMCC dummy device"
    EMCC_VISITING_CLUSTER = 35, "Visiting cluster unknown to the home cluster"
    EMCC_NO_REMOTE = 36, "No remote cluster"
    EMCC_DUPLICATE_DEVICE = 37, "Duplicate device name"
    EMCC_NOT_ALLOWED = 38, "EMCC not allowed"
    EMCC_CONFIGURATION = 39, "Configuration issue"
    EMCC_NO_ANSWER = 40, "No response from remote host"
    EMCC_CHANGE_PIN = 41, "PIN change required"
    EMCC_CLUSTER_ID = 42, "Invalid cluster ID"
    EMCC_DEVICE_SECURITY = 43, "Device security mode"
    EMCC_CLUSTER_NOT_VALID = 44, "Cluster ID not valid"
    EMCC_REMOTE_VERSION = 45, "Remote cluster version not supported"
    EMCC_REMOTE_SECURITY = 46, "Remote cluster security mode not supported"
    NUMBER_SHARED = 47, "DN has multiple users"

    def __new__(cls, number: int, label: str) -> Code:
        code = int.__new__(cls, number)
        code._value_ = number
        code.label = label
        return code


class AppCode(IntEnum):
    """A code of the login application, from "EM application" in the feature configuration guide."""

    label: str

    AUTHENTICATION = 201, "Authentication error"
    BLANK = 202, "Blank user ID or PIN"
    DIRECTORY = 204, "Directory server error"
    PROFILE_ABSENT = 205, "User profile absent"
    DEVICE_EMPTY = 207, "Device name empty"
    SERVICE_CONNECTION = 208, "EM service connection error"
    INIT_FAILED = 210, "Init failed, contact administrator"
    EMCC_NOT_ACTIVATED = 211, "EMCC not activated"
    CLUSTER_ID = 212, "Cluster ID invalid"
    EMCC_DEVICE = 213, "Device does not support EMCC"
    LOGIN_TYPE = 215, "Login type invalid"
    NUMBER_SHARED = 216, "DN has multiple users"

    def __new__(cls, number: int, label: str) -> AppCode:
        code = int.__new__(cls, number)
        code._value_ = number
        code.label = label
        return code


_LABELS = {int(code): code.label for code in (*Code, *AppCode)}


def label_of(number: int) -> str:
    """Returns the documented name of a code of the service or the login application."""
    return _LABELS.get(number, "not documented")


_TEXTS = {
    Code.INVALID_APP_USER: "Could not authenticate '{app_id}'",
    Code.ANOTHER_USER: "Another user logged in: Phone currently has user logged in",
    Code.LOGIN_DISABLED: "Device logon disabled: Device does not allow hoteling",
}
"""Texts of refusals where a source has them: 3 the developer guide, 18 and 22 a client that looks for them
behind the beginning of the text. The others are the code's documented name."""


def text_of(code: Code, app_id: str) -> str:
    """Returns the text of a refusal as the service is known to word it; `app_id` is who signed."""
    return _TEXTS.get(code, code.label).format(app_id=app_id)


class Refused(Exception):
    """The service refuses a request: `code` says why, `detail` says what, where, and what to do.

    `detail` goes into the log and, but for code 3, into the answer: it never quotes a certificate or a PIN.
    """

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(f"[{code.value}] {code.label}: {detail}")
        self.code = code
        self.detail = detail

    def text(self, app_id: str) -> str:
        """Returns the text of the answer; `app_id` is who signed."""
        known = text_of(self.code, app_id)
        if self.code is Code.INVALID_APP_USER:  # who is refused is not told why
            return known
        return f"{known}{'; ' if self.code in _TEXTS else ': '}{self.detail}"


class AppRefused(Exception):
    """The login application refuses: `detail` is for the record, the phone shows the code alone."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(f"[{int(code)}] {label_of(code)}: {detail}")
        self.code = int(code)
        self.detail = detail
