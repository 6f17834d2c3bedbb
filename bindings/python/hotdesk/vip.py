"""What Symantec VIP answered: statuses, verdicts of a push, one-time codes, reporting records.

What a number means follows from the call that was made, so each call has a reader of its own: 7000 is an
approval in the answer to a poll, and a call that is still going on in that of the voice service. Nothing here
is true or false by itself: match on the class of what a reader returns. Only `Approved` and `CodeAccepted`
say yes.

It sends nothing: README.md says which client to use with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, NoReturn, TypeAlias, final

from . import _native
from .codes import CodeRow
from .errors import Error

__all__ = [
    "Answer",
    "Approved",
    "CallFailed",
    "Changed",
    "CodeAccepted",
    "CodeWrong",
    "Denied",
    "Expired",
    "NotCompleted",
    "NotFound",
    "Pending",
    "Push",
    "PushNotSent",
    "PushSent",
    "Record",
    "RequirementsNotMet",
    "Status",
    "UnknownVerdict",
    "UnreadableRecord",
    "Verdict",
    "VoiceEnded",
    "VoiceInProgress",
    "WrongAnswer",
    "parse",
    "read_code",
    "read_poll",
    "read_push",
    "read_voice",
    "records",
]

_Parts: TypeAlias = tuple[str, str | None, str | None, str | None, str | None, str | None, str | None]

_SENT = "6040"
_WRONG_CODE = "6009"
_INVALID_CODE = "49B5"
_NUMBER_PENDING = "7140"
_NUMBER_FAILED = "7141"
_VOICE_IN_PROGRESS = "7000"

_PUSHES = ("authenticateuserwithpushresponse", "authenticatecredentialsresponse")
_POLLS = ("pollpushstatusresponse",)
_CODES = (
    "authenticateuserresponse",
    "authenticatecredentialsresponse",
    "checkotpresponse",
    "validateresponse",
)
_CALLS = {_PUSHES: "a push", _POLLS: "the poll of a push", _CODES: "the check of a code"}


class WrongAnswer(Error, ValueError):
    """An answer is none to the call that was made: it says nothing about it, above all not yes.

    `message` says what does not fit.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


# Answers as they are


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status and what explains it. Codes are in upper case; `message` varies, so match on the code."""

    code: str
    message: str | None = None
    detail: str | None = None
    detail_message: str | None = None
    transaction_id: str | None = None
    credential_id: str | None = None
    credential_type: str | None = None

    @property
    def detail_row(self) -> CodeRow | None:
        """What is documented of the detail, `None` where there is no detail."""
        return None if self.detail is None else _row(self.detail, "detail")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A credential that a push was meant for. Where the service did not send it, nobody was asked."""

    credential_id: str | None = None
    sent: bool | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it is, with its two levels; `read_push` and its like say what it means.

    `operation` is the name of its element, `number` that of a number challenge.
    """

    operation: str
    status: Status
    request_id: str | None = None
    number: str | None = None
    pushes: tuple[Push, ...] = ()
    transactions: tuple[Status, ...] = ()


def parse(data: bytes | str) -> Answer:
    """Read a SOAP answer of VIP User Services, or an older one with `ReasonCode`.

    Raises `hotdesk.Refused` with the position where it is no such answer; a SOAP fault is none.
    """
    operation, request_id, number, status, transactions, pushes = _native.vip_answer(data)
    return Answer(
        operation=operation,
        status=_status(status),
        request_id=request_id,
        number=number,
        pushes=tuple(Push(credential_id=credential, sent=sent) for credential, sent in pushes),
        transactions=tuple(map(_status, transactions)),
    )


def _status(parts: _Parts) -> Status:
    code, message, detail, detail_message, transaction, credential, kind = parts
    return Status(
        code=code.upper(),
        message=message,
        detail=detail and detail.upper(),
        detail_message=detail_message,
        transaction_id=transaction,
        credential_id=credential,
        credential_type=kind,
    )


def _row(code: str, of: str = "status") -> CodeRow:
    row = _native.vip_row(code, of)
    return CodeRow("vip", code, None, None, None, None) if row is None else CodeRow(*row)


# What a call came to


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    status: Status

    _of: ClassVar[str] = "status"

    @property
    def row(self) -> CodeRow:
        """What is documented of the status as an answer to this call."""
        return _row(self.status.code, self._of)

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is neither true nor false; match on its class")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CallFailed(_Outcome):
    """The service did not do what was asked: nobody was asked, and nothing is known of a person."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PushSent(_Outcome):
    """The push is on its way: no yes. Poll with `transaction_id`, and show `number` where there is one."""

    transaction_id: str
    number: str | None = None
    pushes: tuple[Push, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PushNotSent(_Outcome):
    """The service took the call and sent the push to no credential (`pushSent` is false)."""

    pushes: tuple[Push, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(_Outcome):
    """7000: the user approved the push. The only verdict that says yes."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Pending(_Outcome):
    """7001, or a number challenge that waits (7140): ask again."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Denied(_Outcome):
    """7002, or a wrong number in a number challenge (7141): the user said no."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(_Outcome):
    """7003: a later push took the place of this one, which will have no other verdict."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(_Outcome):
    """7004: the user did not answer in time."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound(_Outcome):
    """7005: the service has no such push."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompleted(_Outcome):
    """7006: the push could not start, or no answer came back so far."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsNotMet(_Outcome):
    """7008: the device did not meet `requestParameters`; `status.detail` says which (7120 to 7125)."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownVerdict(_Outcome):
    """A status of a push that no table has. It is no yes."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAccepted(_Outcome):
    """0000: the one-time code is right."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWrong(_Outcome):
    """6009: the one-time code is wrong; `invalid` where the detail says so (49B5)."""

    @property
    def invalid(self) -> bool:
        """Whether the service says that the code was not valid, not merely that the check failed."""
        return self.status.detail == _INVALID_CODE


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceInProgress(_Outcome):
    """7000 of the voice service: the call is going on. That is no approval."""

    _of: ClassVar[str] = "voice"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceEnded(_Outcome):
    """Any other status of the voice service: what became of the call, not who was authenticated."""

    _of: ClassVar[str] = "voice"


Verdict: TypeAlias = (
    Approved
    | Pending
    | Denied
    | Changed
    | Expired
    | NotFound
    | NotCompleted
    | RequirementsNotMet
    | UnknownVerdict
    | CallFailed
)

_VERDICTS: dict[str, type[Verdict]] = {
    "7000": Approved,
    "7001": Pending,
    "7002": Denied,
    "7003": Changed,
    "7004": Expired,
    "7005": NotFound,
    "7006": NotCompleted,
    "7008": RequirementsNotMet,
}


def read_push(data: bytes | str, *, request_id: str | None = None) -> PushSent | PushNotSent | CallFailed:
    """Read the answer to a push: `authenticateUserWithPush`, or `authenticateCredentials` with
    `pushAuthData`.

    It is never a verdict: 6040 says that the push was sent. Raises `WrongAnswer` for the answer to another
    call or another `request_id`, `hotdesk.Refused` for anything else.
    """
    answer = _answer(data, _PUSHES, request_id)
    status = answer.status
    if status.code != _SENT:
        return CallFailed(status=status)
    if answer.pushes and all(push.sent is False for push in answer.pushes):
        return PushNotSent(status=status, pushes=answer.pushes)
    if status.transaction_id is None:
        raise WrongAnswer("6040 without a transactionId: nothing can be polled")
    return PushSent(
        status=status,
        transaction_id=status.transaction_id,
        number=answer.number,
        pushes=answer.pushes,
    )


def read_poll(data: bytes | str, *, transaction_id: str, request_id: str | None = None) -> Verdict:
    """Read the answer to `pollPushStatus`: what became of the push `transaction_id`.

    Raises `WrongAnswer` for the answer to another call, `request_id` or push, and for one that has the push
    twice.
    """
    answer = _answer(data, _POLLS, request_id)
    if answer.status.code != "0000":
        return CallFailed(status=answer.status)
    found = [status for status in answer.transactions if status.transaction_id == transaction_id]
    if len(found) != 1:
        raise WrongAnswer(f"the answer has the transaction that was asked for {len(found)} times")
    (status,) = found
    # What a number challenge says goes before an approval: the tap alone is not enough.
    if status.detail == _NUMBER_FAILED:
        return Denied(status=status)
    if status.detail == _NUMBER_PENDING and status.code in ("7000", "7001"):
        return Pending(status=status)
    return _VERDICTS.get(status.code, UnknownVerdict)(status=status)


def read_code(data: bytes | str, *, request_id: str | None = None) -> CodeAccepted | CodeWrong | CallFailed:
    """Read the answer to the check of a one-time code: `authenticateUser`, `authenticateCredentials` with
    `otpAuthData`, `checkOtp`, or `Validate` of the older service.
    """
    status = _answer(data, _CODES, request_id).status
    if status.code == "0000":
        return CodeAccepted(status=status)
    return CodeWrong(status=status) if status.code == _WRONG_CODE else CallFailed(status=status)


def read_voice(data: bytes | str, *, request_id: str | None = None) -> VoiceInProgress | VoiceEnded:
    """Read the answer of the voice service: whether its call is still going on. It never authenticates."""
    status = _checked(parse(data), request_id).status
    if status.code == _VOICE_IN_PROGRESS:
        return VoiceInProgress(status=status)
    return VoiceEnded(status=status)


def _answer(data: bytes | str, calls: tuple[str, ...], request_id: str | None) -> Answer:
    answer = parse(data)
    if answer.operation.lower() not in calls:
        raise WrongAnswer(f"{answer.operation} is not the answer to {_CALLS[calls]}")
    return _checked(answer, request_id)


def _checked(answer: Answer, request_id: str | None) -> Answer:
    if request_id is not None and answer.request_id != request_id:
        raise WrongAnswer("the answer is to another request: its requestId is not the one that was sent")
    return answer


# Reporting records


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record of the reporting service. `json` is all of it, as text; it may name people."""

    line: int
    code: str
    json: str = field(repr=False)

    @property
    def row(self) -> CodeRow:
        """What is documented of the code."""
        return _row(self.code)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRecord:
    """A record without a code that can be read, where it is, and why."""

    line: int
    column: int
    reason: str


def records(data: bytes | str) -> Iterator[Record | UnreadableRecord]:
    """Read records of the Real-time Transaction Reporting Service: one JSON object, an array, or one a line.

    A record that cannot be read is an `UnreadableRecord` in its place, and hides no other.
    """
    given = data.encode() if isinstance(data, str) else data
    for line, column, start, end, code, reason in _native.vip_records(given):
        if code is None:
            yield UnreadableRecord(line=line, column=column, reason=reason or "")
        else:
            text = given[start:end].decode(errors="replace")
            yield Record(line=line, code=code.upper(), json=text)
