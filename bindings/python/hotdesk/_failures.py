"""What went wrong in a command: one line for people on standard error, one object of JSON for programs on
standard output, and the exit code.

A line never holds text of a message that was sent: it might be a PIN. Text of a service is escaped.
"""

import argparse
import json
import re
import shlex
import sys
import traceback
from pathlib import Path

from ._shown import shown
from .errors import (
    AnswerLost,
    BrokenAnswer,
    CertificateRefused,
    Error,
    ServiceRefused,
    TransportError,
    TurnedAway,
    Unreachable,
)

DONE = 0
REFUSED = 1
BAD_INPUT = 2
NOT_REACHED = 3
BUG = 70
STOPPED = 130

_KINDS = (
    (ServiceRefused, "refused", REFUSED),
    (CertificateRefused, "certificate", NOT_REACHED),
    (TurnedAway, "turnedAway", NOT_REACHED),
    (Unreachable, "unreachable", NOT_REACHED),
    (AnswerLost, "lost", NOT_REACHED),
    (BrokenAnswer, "broken", NOT_REACHED),
    (KeyboardInterrupt, "stopped", STOPPED),
    (EOFError, "stopped", STOPPED),
)


def tell(error: BaseException, options: argparse.Namespace) -> int:
    """Say what went wrong; return the exit code."""
    kind, code = sort(error)
    if code == BAD_INPUT and not _expected(error):
        kind, code = "bug", BUG
        traceback.print_exception(error)
    message = _message(error, kind) + hint(error, options)
    fail(message)
    if getattr(options, "json", False):
        print_json({"error": document(error, kind, message, code)})
    return code


def sort(error: BaseException) -> tuple[str, int]:
    """Return the kind of a failure and its exit code."""
    found = ((kind, code) for of, kind, code in _KINDS if isinstance(error, of))
    return next(found, ("input", BAD_INPUT))


def fail(message: str, code: int = BAD_INPUT) -> int:
    """Print one line on standard error; return the exit code."""
    print(f"hotdesk: {shown(message)}", file=sys.stderr)
    return code


def document(error: BaseException, kind: str, message: str, code: int) -> dict[str, object]:
    """Return what `--json` prints of a failure; each key is always there."""
    keys = ("service", "code", "name", "text", "done")
    return {
        "kind": kind,
        "message": message,
        **{key: getattr(error, key, None) for key in keys},
        "exit": code,
    }


def print_json(document: object) -> None:
    """Print JSON on one line, in UTF-8 whatever the terminal has, and nothing that moves a cursor."""
    line = escaped(json.dumps(document, ensure_ascii=False))
    sys.stdout.flush()
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


def escaped(line: str) -> str:
    """Return JSON whose control and bidirectional characters are escapes."""
    return line if line.isascii() else re.sub(r"[^\x00-\x7e]", _escape, line)


def _escape(match: "re.Match[str]") -> str:
    one = match.group()
    return one if shown(one) == one else json.dumps(one)[1:-1]


def _expected(error: BaseException) -> bool:
    """Tell whether it was raised to tell something: our errors, and others that our own code raised."""
    if isinstance(error, (Error, OSError)):
        return True
    if not isinstance(error, ValueError):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and Path(trace.tb_frame.f_code.co_filename).parent == Path(__file__).parent


def _message(error: BaseException, kind: str) -> str:
    if kind == "bug":
        return f"this is a bug of hotdesk ({type(error).__name__}); please report it with the lines above"
    if kind == "stopped":
        return "stopped"
    if isinstance(error, UnicodeError):
        return "an argument is not valid text; check the encoding of this terminal"
    if isinstance(error, OSError):
        return f"{error.filename or 'standard output'}: {error.strerror}"
    return str(error)


def hint(error: BaseException, options: argparse.Namespace) -> str:
    """Return which command or option helps with a refusal."""
    code = error.code if isinstance(error, ServiceRefused) else None
    device, user = (shlex.quote(getattr(options, name, None) or name.upper()) for name in ("device", "user"))
    hints = {
        2: "; check --app and its password",
        3: "; check --app, and that --cert-file or the variable holds the password of that application user",
        18: f"; `hotdesk take-over {device} {user}` logs that user out first",
        25: f"; `hotdesk where {user}` says on which phone, `hotdesk logout` logs out there",
    }
    return hints.get(code or 0, "") if not isinstance(error, TransportError) else ""
