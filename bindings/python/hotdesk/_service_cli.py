"""The commands that talk to a service: log in and out, take a phone over, ask for profiles; `who` and `where`
are in `_who_cli`, `bulk` in `_bulk_cli`.

Tables are for people; `--json` prints rows in the shape of `hotdesk decode`.
"""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from . import _bulk_cli, _output, _who_cli, clusters
from ._failures import fail
from ._shown import shown

if TYPE_CHECKING:
    from .client import Client

ATTEMPTS = 5


def add(commands: Any) -> None:  # noqa: ANN401
    """Add the commands to the parser."""
    common = argparse.ArgumentParser(add_help=False)
    where = common.add_argument_group("which cluster, and who asks")
    where.add_argument("--cluster", metavar="NAME", help="a cluster of hotdesk.toml")
    where.add_argument("--config", metavar="FILE", help="instead of ./hotdesk.toml")
    where.add_argument("--service", metavar="HOST", help="a service: host, host:port or URL")
    where.add_argument("--backup", metavar="HOST", help="a second service of the cluster")
    where.add_argument(
        "--ca", metavar="FILE", help="the authority of its TLS certificate, or that certificate itself"
    )
    where.add_argument("--http", action="store_true", help="allow http, which shows every credential")
    where.add_argument(
        "--app", metavar="ID", help="the application user that asks, with proxy rights; HOTDESK_APP if absent"
    )
    where.add_argument(
        "--cert-file",
        metavar="FILE",
        help="a file with the application user's password (the certificate of the messages), mode 600",
    )
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
    _who_cli.add(command)
    made = command("profiles", "show the device profiles of users", _profiles)
    made.add_argument("names", metavar="USER", nargs="+")
    does = "say whether a cluster can be used: address, TLS, credential, rights, clock"
    made = command("check", does, _check)
    made.add_argument("name", metavar="CLUSTER", nargs="?", help="a cluster of hotdesk.toml")
    made.add_argument("--write", action="store_true", help="write a first hotdesk.toml of the options given")
    _bulk_cli.add(command)


def _duration(text: str) -> int | str:
    if text == "indefinite":
        return text
    if not text.isascii() or not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError("must be whole minutes, or indefinite")
    return int(text)


def client(options: argparse.Namespace) -> "Client":
    """Return a client of the cluster that the options mean."""
    return _client(clusters.choose(options))


def _client(cluster: clusters.Cluster) -> "Client":
    from .client import Client, Retry

    return Client(
        cluster.service,
        cluster.app(),
        backup=cluster.backup,
        ca=cluster.ca,
        allow_http=cluster.allow_http,
        # Who waits at a terminal wants to hear of a service that is not there.
        retry=Retry(attempts=ATTEMPTS),
    )


def _login(options: argparse.Namespace) -> int:
    with client(options) as service:
        service.login(options.device, options.user, options.profile, options.duration)
    return _output.done(options, f"{options.user} is logged in on {options.device}")


def _take_over(options: argparse.Namespace) -> int:
    with client(options) as service:
        before = service.take_over(options.device, options.user, options.profile, options.duration)
    gone = f"; {before} was logged out" if before else ""
    return _output.done(options, f"{options.user} is logged in on {options.device}{gone}", loggedOut=before)


def _logout(options: argparse.Namespace) -> int:
    with client(options) as service:
        service.logout(options.device)
    return _output.done(options, f"nobody is logged in on {options.device}")


def _logout_all(options: argparse.Namespace) -> int:
    cluster = clusters.choose(options)
    if not options.yes:
        if not sys.stdin.isatty():
            raise ValueError("logout-all asks for the cluster's name; give --yes where nobody can answer")
        print(shown(f"This logs out every Extension Mobility user of {cluster.name}."), file=sys.stderr)
        if input("Type the cluster's name to go on: ") != cluster.name:
            raise ValueError("that is not the cluster's name; nobody was logged out")
    with _client(cluster) as service:
        service.logout_all()
    return _output.done(options, f"everybody is logged out of {cluster.name}")


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
    return _output.table(options, ["id", "status", "failure", "profiles"], rows)


def _check(options: argparse.Namespace) -> int:
    from . import _check as checks

    if not options.service:
        options.cluster = options.name or options.cluster
    cluster = clusters.choose(options)
    found = list(checks.steps(cluster))
    words = {True: "good", False: "wrong", None: "unknown"}
    rows = [[step.service, step.step, words[step.ok], step.says] for step in found]
    _output.table(options, ["service", "step", "result", "says"], rows)
    code = checks.code(found)
    if options.write:
        if code:
            raise ValueError("hotdesk.toml is not written, for not all is well")
        fail(f"wrote {checks.write(cluster, options)}")
    return code
