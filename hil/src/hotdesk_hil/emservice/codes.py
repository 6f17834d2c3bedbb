"""The codes that the simulated service answers by itself, one row a code.

Numbers and names are those of "EM service response codes". Must never import the code tables of
hotdesk_core: this list is written from the source a second time, on purpose.
"""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """A response code of the Extension Mobility service; `label` is its documented name."""

    label: str

    PARSING = 1, "Error on Parsing"
    CANNOT_AUTHORIZE = 2, "Cannot authorize App user"
    INVALID_APP_USER = 3, "Invalid App User"
    LOGOUT_DISABLED = 5, "Device logon disabled"
    DATABASE = 6, "Database Error"
    QUERY_TYPE = 8, "Query type undetermined"
    NO_PROXY_RIGHTS = 10, "User lacks app proxy rights"
    DEVICE_UNKNOWN = 11, "Device does not exist"
    PROFILE_NOT_FOUND = 12, "Dev. Profile not found"
    ANOTHER_USER = 18, "Another user logged in"
    NOBODY = 19, "No user logged in"
    LOGIN_DISABLED = 22, "Device logon disabled"
    USER_UNKNOWN = 23, "User not found"
    ELSEWHERE = 25, "User logged in elsewhere"

    def __new__(cls, number: int, label: str) -> Code:
        code = int.__new__(cls, number)
        code._value_ = number
        code.label = label
        return code


class Refused(Exception):
    """The service refuses a request: `code` says why, `detail` says what, where, and what to do.

    `detail` goes into the answer, so it never quotes a certificate or a PIN.
    """

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(f"[{code.value}] {code.label}: {detail}")
        self.code = code
        self.detail = detail
