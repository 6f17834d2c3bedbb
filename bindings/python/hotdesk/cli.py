"""The command `hotdesk`.

What it prints on standard output is for programs, or a table for people. What went wrong goes to standard
error in one line, which never holds text of a message: it might be a PIN.

Exit codes: 0 done, 1 refused by the service, 2 usage or bad input, 3 no usable answer from the service, 70 a
bug of this command, 130 stopped by Ctrl-C.
"""

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from . import __version__, codes, decode
from ._failures import BAD_INPUT, DONE, REFUSED, escaped, fail, tell
from .errors import Refused

_CODES = (
    "exit codes: 0 done; 1 refused by the service; 2 usage or bad input; "
    "3 no usable answer from the service; 70 a bug of this command; 130 stopped by Ctrl-C"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; wrong usage leaves through `SystemExit(2)`."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot show must not end what is done.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = parser().parse_all(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except BrokenPipeError:
        # The reader has gone. Point standard output elsewhere, so that the interpreter's last flush is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    except (Exception, KeyboardInterrupt) as error:
        return tell(error, options)


class _Parser(argparse.ArgumentParser):
    """A parser that takes no abbreviated options and shows no value: either may be a secret typed in the
    wrong place.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**{"allow_abbrev": False, **options})

    def parse_all(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """Parse, and say what is too much without its values."""
        options, extra = self.parse_known_args(arguments)
        names = [one.partition("=")[0] for one in extra]
        if unknown := [name for name in names if re.fullmatch(r"--?[A-Za-z][\w-]*", name)]:
            self.error(f"unknown option {unknown[0]}; see --help")
        if extra:
            self.error(f"there are more arguments than the command takes ({len(extra)}); see --help")
        return options

    def error(self, message: str) -> NoReturn:
        for said, instead in (
            (r"invalid choice: .*? \(", "must be another word ("),
            (r"invalid int value: .*", "must be a whole number"),
            (r"invalid (\w+) value: .*", "cannot be read"),
            (r"ignored explicit argument .*", "takes no value"),
        ):
            message = re.sub(said, instead, message, flags=re.DOTALL)
        super().error(message)


def parser() -> _Parser:
    """Return the parser of the command line; shell completion is made from it."""
    root = _Parser(
        prog="hotdesk", description="Extension Mobility messages on the command line.", epilog=_CODES
    )
    root.add_argument("--version", action="version", version=f"hotdesk {__version__}")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _messages(commands)
    _tables(commands)
    from . import _logs_cli, _service_cli

    _logs_cli.add(commands)
    _service_cli.add(commands)
    command = commands.add_parser(
        "completion", help="print a completion script", description="Print a script that completes `hotdesk`."
    )
    command.add_argument("shell", choices=["bash", "zsh", "tcsh"])
    command.set_defaults(run=_completion)
    return root


def _messages(commands: "argparse._SubParsersAction[_Parser]") -> None:
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
    command.set_defaults(run=_decode)
    command = commands.add_parser(
        "encode",
        help="make a message from decode's JSON",
        description="Write the XML of a message given as the JSON that decode prints. The certificate of a "
        "request or query, which is the application user's password, comes from --cert-file or HOTDESK_CERT.",
        epilog="exit codes: 0 done; 2 the JSON is no message, the file cannot be read, or wrong usage",
    )
    command.add_argument("file", metavar="FILE", nargs="?", help="the JSON; standard input if absent or '-'")
    command.add_argument(
        "--cert-file", metavar="FILE", help="a file with the application user's password, mode 600"
    )
    command.add_argument("--form", action="store_true", help="write the body of the HTTP request")
    command.set_defaults(run=_encode)


def _tables(commands: "argparse._SubParsersAction[_Parser]") -> None:
    command = commands.add_parser(
        "explain",
        help="say what a code or a text of a screen means",
        description="Say what a number (26, em:26, vip:6009, mfa:14) or what a screen shows means, who must "
        "act and what to do. It never guesses: what several codes show is listed with all of them.",
        epilog="exit codes: 0 done; 1 nothing is known; 2 wrong usage",
    )
    command.add_argument("text", metavar="TEXT", nargs="+", help="a number, or words as a screen shows them")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=_explain)
    command = commands.add_parser("codes", help="list the code tables", description="List the code tables.")
    command.add_argument(
        "family", metavar="FAMILY", nargs="?", choices=codes.FAMILIES, help=", ".join(codes.FAMILIES)
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=_codes)


def _explain(options: argparse.Namespace) -> int:
    found = codes.explain(" ".join(options.text))
    _print_rows(found, as_json=options.json)
    if not found and not options.json:
        return fail("nothing is known of that", REFUSED)
    return DONE if found else REFUSED


def _codes(options: argparse.Namespace) -> int:
    wanted = [options.family] if options.family else codes.FAMILIES
    _print_rows([row for family in wanted for row in codes.rows(family)], as_json=options.json)
    return DONE


def _print_rows(rows: list[codes.CodeRow], *, as_json: bool) -> None:
    if as_json:
        shown = json.dumps([row._asdict() for row in rows], ensure_ascii=False)
    else:
        shown = "\n".join(
            f"[{row.family}] {'' if row.code is None else f'{row.code} '}{row.name}\n"
            f"    {row.meaning}\n    {row.who}: {row.remedy}"
            for row in rows
        )
    _write(shown.encode() + b"\n" if shown else b"")


def _decode(options: argparse.Namespace) -> int:
    try:
        line = decode(_read(options.file))
    except Refused as refused:
        return fail(str(refused))
    _write(escaped(line).encode() + b"\n")
    return DONE


def _encode(options: argparse.Namespace) -> int:
    from . import _json, clusters

    document = _json.read(_read(options.file))
    certificate = None
    if _json.needs_certificate(document):
        if options.cert_file:
            certificate = clusters.certificate_file(options.cert_file)
        elif os.environ.get(clusters.CERTIFICATE_VARIABLE):
            certificate = clusters.certificate_variable(clusters.CERTIFICATE_VARIABLE)
        else:
            return fail(f"there is no password; set {clusters.CERTIFICATE_VARIABLE} or give --cert-file")
    try:
        message = _json.message(document, certificate)
    except (TypeError, OverflowError):
        return fail("a value has another type than hotdesk decode prints")
    _write(message.to_form() if options.form else message.to_xml() + b"\n")
    return DONE


def _completion(options: argparse.Namespace) -> int:
    import shtab

    _write(shtab.complete(parser(), options.shell).encode() + b"\n")
    return DONE


def _read(file: str | None) -> bytes:
    try:
        if file is None or file == "-":
            return sys.stdin.buffer.read()
        with open(file, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise ValueError(f"cannot read {file or 'standard input'}: {error.strerror}") from None


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
