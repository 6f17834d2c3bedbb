"""Certificates as call managers and others make them, and what this package says of each: the table of
bindings/README.md.

    python bindings/tests/certificates.py python3.10 python3.11 python3.12 python3.13

makes an environment of its own for each interpreter, asks there, and writes the table. `test_certificates.py`
holds the table to it.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PHONE = "SEP003094C25B15"
ANSWER = (
    f"<response><deviceUserResults><device name='{PHONE}'><none/></device></deviceUserResults></response>"
)
README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- certificates: begin -->\n", "<!-- certificates: end -->\n"


@dataclass
class Case:
    """A service's certificates, what the client's `ca` holds, and what the client must say.

    `chain` are the certificates that the service shows, its own first; `key` is that one's. `says` is None
    where it must be accepted. `setting` changes the service's TLS.
    """

    title: str
    names: str
    chain: list[Any]
    key: Any
    ca: list[Any]
    says: str | None = None
    setting: Callable[[ssl.SSLContext], None] | None = None
    der: bool = False
    host: str = "localhost"

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.title}; {self.names}"


def cases() -> list[Case]:
    """Make all cases."""
    from certificate_cases import make

    return make()


def ask(url: str, ca: str) -> str:
    """Ask a service with both clients; return `accepted`, or what both say."""
    import asyncio

    import hotdesk
    from hotdesk.client import AsyncClient, Client, Retry

    app = hotdesk.AppInfo(id="tester", certificate=hotdesk.Secret("secret"))
    retry = Retry(attempts=1)

    async def asked() -> None:
        async with AsyncClient(url, app, ca=ca, retry=retry) as client:
            await client.device_users(PHONE)

    def said(how: Callable[[], object]) -> str:
        try:
            how()
        except hotdesk.Error as error:
            return re.sub(r"(localhost|127\.0\.0\.1):\d+", "HOST", str(error)).replace(ca, "ca.pem")
        return "accepted"

    with Client(url, app, ca=ca, retry=retry) as client:
        one = said(lambda: client.device_users(PHONE))
    other = said(lambda: asyncio.run(asked()))
    return one if one == other else f"{one}, but AsyncClient: {other}"


@contextmanager
def served(folder: Path) -> Iterator[list[tuple[Case, str, str]]]:
    """Run a service for each case; gives the cases with URL and the file for `ca`."""
    from cryptography.hazmat.primitives import serialization

    made: list[tuple[Case, str, str]] = []
    with contextlib.ExitStack() as stack:
        for number, case in enumerate(cases()):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            # The service may do what clients must not take: short keys, old versions.
            context.set_ciphers("ALL:@SECLEVEL=0")
            pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in case.chain)
            pem += case.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            file = folder / f"{number}.pem"
            file.write_bytes(pem)
            context.load_cert_chain(file)
            if case.setting is not None:
                case.setting(context)
            ca = folder / f"{number}-ca.pem"
            encoding = serialization.Encoding.DER if case.der else serialization.Encoding.PEM
            ca.write_bytes(b"".join(one.public_bytes(encoding) for one in case.ca))
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=_serve, args=(listener, context), daemon=True).start()
            made.append((case, f"https://{case.host}:{listener.getsockname()[1]}", str(ca)))
        yield made


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        tls = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with contextlib.suppress(OSError), tls:
            try:
                tls.do_handshake()
            except OSError:
                # What is not read would make a reset of the end, and that can overtake the alert.
                with socket.socket(fileno=tls.detach()) as plain:
                    plain.shutdown(socket.SHUT_WR)
                    while plain.recv(65536):
                        pass
                continue
            if tls.recv(65536):
                tls.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(ANSWER)}\r\n\r\n{ANSWER}".encode())
                tls.recv(65536)


def rows(columns: dict[str, dict[str, str]], made: list[Case]) -> str:
    """Return the table: a row a case, a column a version."""
    lines = [
        f"| service's certificate | `ca` holds | {' | '.join(columns)} | what is said |",
        f"|---|---|{'---|' * len(columns)}---|",
    ]
    for case in made:
        cells = ["yes" if column[case.name] == "accepted" else "no" for column in columns.values()]
        said = sorted({column[case.name] for column in columns.values()} - {"accepted"})
        lines.append(
            f"| {case.title} | {case.names} | {' | '.join(cells)} | {' / '.join(map(_short, said))} |"
        )
    return "\n".join(lines) + "\n"


def _short(said: str) -> str:
    said = said.removeprefix("the certificate of HOST is refused: ")
    said = re.sub(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", "…", said)
    return re.sub(r"\d{4}-\d\d-\d\d", "DATE", said)


def main(interpreters: list[str]) -> None:
    """Ask under each interpreter, and write the table."""
    bindings = README.parent
    columns: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run = lambda *command: subprocess.run(command, check=True)  # noqa: E731
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, bindings)
        (wheel,) = folder.glob("hotdesk-*.whl")
        with served(folder) as made:
            places = json.dumps([(case.name, url, ca) for case, url, ca in made])
            for number, interpreter in enumerate(interpreters):
                environment = folder / f"environment-{number}"
                run(interpreter, "-m", "venv", environment)
                python = next(environment.glob("[bS]*/python*"))
                run(python, "-m", "pip", "install", "-q", "-c", bindings / "constraints.txt", wheel)
                command = [python, __file__, "--ask"]
                done = subprocess.run(command, input=places, capture_output=True, text=True, check=True)
                columns.update(json.loads(done.stdout))
            table = rows(columns, [case for case, _, _ in made])
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    README.write_text(before + BEGIN + table + END + rest.partition(END)[2], encoding="utf-8")
    print(table)


if __name__ == "__main__":
    if sys.argv[1:] == ["--ask"]:
        version = ".".join(map(str, sys.version_info[:2]))
        print(json.dumps({version: {key: ask(url, ca) for key, url, ca in json.load(sys.stdin)}}))
    else:
        main(sys.argv[1:])
