"""The command `hotdesk`.

What it prints on standard output is for programs. What went wrong goes to standard error in one line, which
never holds text of a message: it might be a PIN.

Exit codes: 0 done, 2 usage or bad input.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from . import __version__, decode
from .errors import Refused

DONE = 0
BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; wrong usage leaves through `SystemExit(2)`."""
    options = _parser().parse_args(arguments)
    try:
        return _decode(options.file)
    except BrokenPipeError:
        # The reader has gone. Point standard output elsewhere, so that the interpreter's last flush is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hotdesk", description="Extension Mobility messages on the command line."
    )
    parser.add_argument("--version", action="version", version=f"hotdesk {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    command = commands.add_parser(
        "decode",
        help="print a message as JSON",
        description="Print a message (a request, a query or an answer, as XML) as one JSON object on one "
        "line. A certificate is never printed.",
        epilog="exit codes: 0 done; 2 the message is refused (one line on standard error says "
        "'hotdesk: LINE:COLUMN: what is wrong'), the file cannot be read, or wrong usage",
    )
    command.add_argument(
        "file", metavar="FILE", nargs="?", help="the message; standard input if absent or '-'"
    )
    return parser


def _decode(file: str | None) -> int:
    try:
        data = _read(file)
    except OSError as error:
        return _fail(f"cannot read {file or 'standard input'}: {error.strerror}")
    try:
        line = decode(data)
    except Refused as refused:
        return _fail(str(refused))
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()
    return DONE


def _read(file: str | None) -> bytes:
    if file is None or file == "-":
        return sys.stdin.buffer.read()
    with open(file, "rb") as stream:
        return stream.read()


def _fail(what: str) -> int:
    print(f"hotdesk: {what}", file=sys.stderr)
    return BAD_INPUT
