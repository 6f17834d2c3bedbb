"""The commands that talk to a service: log in and out, ask who is where, take a phone over, work a list off.

Tables are for people; `--json` prints rows in the shape of `hotdesk decode`.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import clusters

if TYPE_CHECKING:
    from .client import Client


def add(commands: Any) -> None:  # noqa: ANN401
    """Add the commands to the parser."""
    common = argparse.ArgumentParser(add_help=False)
    where = common.add_argument_group("which cluster, and who asks")
    where.add_argument("--cluster", metavar="NAME", help="a cluster of hotdesk.toml")
    where.add_argument("--config", metavar="FILE", help="instead of ./hotdesk.toml")
    where.add_argument("--service", metavar="HOST", help="a service: host, host:port or URL")
    where.add_argument("--backup", metavar="HOST", help="a second service of the cluster")
    where.add_argument("--ca", metavar="FILE", help="the authority of its certificate, PEM")
    where.add_argument("--http", action="store_true", help="allow http, which shows every credential")
    where.add_argument("--app", metavar="ID", help="who asks; HOTDESK_APP if absent")
    where.add_argument("--cert-file", metavar="FILE", help="a file with the certificate, mode 600")
    common.add_argument("--json", action="store_true", help="print JSON")

    def command(name: str, does: str, run: Any) -> argparse.ArgumentParser:  # noqa: ANN401
        made = commands.add_parser(name, help=does, description=f"{does.capitalize()}.", parents=[common])
        made.set_defaults(run=run)
        return made

    for name, does, run in (
        ("login", "log a user in on a phone", _login),
        ("take-over", "log a user in, and whoever holds the phone out first", _take_over),
    ):
        made = command(name, does, run)
        made.add_argument("device", metavar="DEVICE")
        made.add_argument("user", metavar="USER")
        made.add_argument("--profile", help="a device profile; the user's default one if absent")
        made.add_argument("--duration", type=_duration, help="whole minutes, or indefinite")
    command("logout", "log out whoever is on a phone", _logout).add_argument("device", metavar="DEVICE")
    made = command("logout-all", "log out every user of the cluster", _logout_all)
    made.add_argument("--yes", action="store_true", help="do not ask for the cluster's name")
    for name, does, run, what in (
        ("who", "show who is on phones", _who, "DEVICE"),
        ("where", "show on which phones users are", _where, "USER"),
        ("profiles", "show the device profiles of users", _profiles, "USER"),
    ):
        command(name, does, run).add_argument("names", metavar=what, nargs="+")


def _duration(text: str) -> int | str:
    if text == "indefinite":
        return text
    if not text.isascii() or not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError("must be whole minutes, or indefinite")
    return int(text)


def client(options: argparse.Namespace) -> "Client":
    """Return a client of the cluster that the options mean."""
    from .client import Client

    return _client(clusters.choose(options), Client)


def _client(cluster: clusters.Cluster, kind: type["Client"]) -> "Client":
    return kind(
        cluster.service, cluster.app(), backup=cluster.backup, ca=cluster.ca, allow_http=cluster.allow_http
    )


def _login(options: argparse.Namespace) -> int:
    with client(options) as service:
        service.login(options.device, options.user, options.profile, options.duration)
    return _done(options, f"{options.user} is logged in on {options.device}")


def _take_over(options: argparse.Namespace) -> int:
    with client(options) as service:
        before = service.take_over(options.device, options.user, options.profile, options.duration)
    gone = f"; {before} was logged out" if before else ""
    return _done(options, f"{options.user} is logged in on {options.device}{gone}", loggedOut=before)


def _logout(options: argparse.Namespace) -> int:
    with client(options) as service:
        service.logout(options.device)
    return _done(options, f"nobody is logged in on {options.device}")


def _logout_all(options: argparse.Namespace) -> int:
    cluster = clusters.choose(options)
    if not options.yes:
        if not sys.stdin.isatty():
            raise ValueError("logout-all asks for the cluster's name; give --yes where nobody can answer")
        print(f"This logs out every Extension Mobility user of {cluster.name}.", file=sys.stderr)
        if input("Type the cluster's name to go on: ") != cluster.name:
            raise ValueError("that is not the cluster's name; nobody was logged out")
    from .client import Client

    with _client(cluster, Client) as service:
        service.logout_all()
    return _done(options, f"everybody is logged out of {cluster.name}")


def _who(options: argparse.Namespace) -> int:
    with client(options) as service:
        rows = service.device_users(*options.names)
    return _show(
        options,
        ["name", "status", "user", "lastLogin", "emcc"],
        ([row.name, row.status, row.user, row.last_login, row.emcc] for row in rows),
    )


def _where(options: argparse.Namespace) -> int:
    with client(options) as service:
        rows = service.user_devices(*options.names)
    return _show(
        options, ["id", "status", "devices"], ([row.id, row.status, list(row.devices)] for row in rows)
    )


def _profiles(options: argparse.Namespace) -> int:
    with client(options) as service:
        users = service.device_profiles(*options.names)
    rows = []
    for user in users:
        failure = user.failure and {
            "code": user.failure.code,
            "name": user.failure.name,
            "text": user.failure.text,
        }
        profiles = [{"name": profile.name, "default": profile.is_default} for profile in user.profiles]
        rows.append([user.id, user.status, failure, profiles])
    return _show(options, ["id", "status", "failure", "profiles"], rows)


def _done(options: argparse.Namespace, says: str, **more: object) -> int:
    if options.json:
        print(json.dumps({"done": True, **more}, ensure_ascii=False))
    else:
        print(says)
    return 0


def _show(options: argparse.Namespace, columns: list[str], rows: Iterable[list[Any]]) -> int:
    if options.json:
        print(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False))
        return 0
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns)
    for row in rows:
        # Text, so that brackets in a name are no markup.
        table.add_row(*(Text(_cell(value)) for value in row))
    Console().print(table)
    return 0


def _cell(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    if isinstance(value, dict) and "default" in value:
        return value["name"] + (" (default)" if value["default"] else "")
    if isinstance(value, dict):
        return f"[{value['code']}] {value['name'] or value['text']}"
    return "" if value is None else str(value)
