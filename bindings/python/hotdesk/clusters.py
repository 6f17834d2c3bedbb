"""Which cluster a command is for, and who asks there: from arguments, `hotdesk.toml`, the environment, a
prompt.

What the protocol calls the certificate is the application user's password. It is never in the file itself,
never echoed, and never in an error.
"""

import getpass
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ._native import AppInfo, Secret
from ._shown import shown

FILE = "hotdesk.toml"
CERTIFICATE_VARIABLE = "HOTDESK_CERT"
APP_VARIABLE = "HOTDESK_APP"


@dataclass(frozen=True)
class Cluster:
    """One cluster: where its services are, and where its credential is found.

    `found_here` is whether the file of the working folder says so.
    """

    name: str
    service: str
    backup: str | None = None
    ca: str | None = None
    allow_http: bool = False
    app_id: str | None = None
    certificate_env: str | None = None
    certificate_file: str | None = None
    found_here: bool = False

    @property
    def hosts(self) -> str:
        """The services that get the credential, as people are told."""
        return ", ".join(one for one in (self.service, self.backup) if one)

    def app(self) -> AppInfo:
        """Return who asks; raise `ValueError` where that cannot be found."""
        app_id = self.app_id or os.environ.get(APP_VARIABLE)
        if not app_id:
            raise ValueError(f"who asks is not known; give --app, app_id in {FILE}, or {APP_VARIABLE}")
        return AppInfo(id=app_id, certificate=self._certificate(app_id))

    def _certificate(self, app_id: str) -> Secret:
        if self.certificate_file is not None:
            return certificate_file(self.certificate_file)
        variable = self.certificate_env or CERTIFICATE_VARIABLE
        if os.environ.get(variable):
            if self.found_here and self.certificate_env:
                # The file chose both, and its writer may be another than who runs the command.
                print(
                    f"hotdesk: {FILE} of this folder sends {variable} to {shown(self.hosts)}", file=sys.stderr
                )
            return certificate_variable(variable)
        if sys.stdin is not None and sys.stdin.isatty():
            asked = f"Password of application user {app_id} at {self.hosts} (cluster {self.name}): "
            return Secret(getpass.getpass(shown(asked)))
        raise ValueError(
            f"there is no password of application user {app_id}; set {variable}, or name a file that holds "
            f"it by --cert-file"
        )


def certificate_variable(name: str) -> Secret:
    """Return the certificate, which is a password, that a variable of the environment holds."""
    return _Password(os.environ[name], name).secret()


def certificate_file(name: str) -> Secret:
    """Read a certificate, which is a password, from a file that only its owner can read.

    One line break at its end and a byte order mark are no part of it.
    """
    path = Path(name)
    try:
        with path.open("rb") as file:
            # Elsewhere these bits say nothing about others.
            if sys.platform != "win32" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise ValueError(f"{path} can be read by others than its owner; chmod 600 it")
            password = _Password.of_file(file.read(), str(path))
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    return password.secret()


class _Password:
    """A password that is looked at before it is taken; what shows the variables of a frame shows nothing of
    it.
    """

    def __init__(self, text: str, where: str) -> None:
        self._text = text
        self._where = where
        self._wrong: str | None = None

    @classmethod
    def of_file(cls, data: bytes, where: str) -> "_Password":
        """Make it of what a file holds."""
        # Decoded so, for the exception of bad text would hold the data.
        made = cls(data.decode("utf-8", "surrogateescape").removeprefix("\ufeff"), where)
        if encoding := _other_encoding(data):
            made._wrong = f"{where} is {encoding}; save it as UTF-8"
        line_break = next((end for end in ("\r\n", "\n", "\r") if made._text.endswith(end)), "")
        made._text = made._text.removesuffix(line_break).removesuffix("\ufeff")
        return made

    def secret(self) -> Secret:
        """Return it; raise `ValueError` where it is none."""
        if wrong := self._wrong or self._what_is_wrong():
            raise ValueError(wrong)
        return Secret(self._text)

    def _what_is_wrong(self) -> str | None:
        wanted = "the password of the application user"
        if not self._text:
            return f"{self._where} is empty; it must hold {wanted}"
        if "-----BEGIN " in self._text:
            return (
                f"{self._where} holds a certificate or key of TLS (PEM); what is wanted is {wanted}; a CA is "
                f"named by --ca"
            )
        if any("\ud800" <= one <= "\udfff" for one in self._text):
            return f"{self._where} is not UTF-8 text; it must hold {wanted}, nothing else"
        return None

    def __repr__(self) -> str:
        return f"<password of {self._where}>"


def _other_encoding(data: bytes) -> str | None:
    return "UTF-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else None


def read(file: str | None) -> tuple[dict[str, Cluster], str | None]:
    """Return the clusters of a file and the default one's name; none where no file is named and none is
    there.
    """
    # Here, so that what needs no file needs no tomli, which CPython 3.10 lacks.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    paths = [Path(file)] if file else [Path(FILE), Path.home() / ".config" / "hotdesk" / FILE]
    for path in paths:
        if file or path.exists():
            here = not file and path == Path(FILE)
            try:
                with path.open("rb") as opened:
                    if here:
                        _check_owner(path, os.fstat(opened.fileno()))
                    text = _toml(opened.read())
                return _clusters(tomllib.loads(text), path.parent, here=here)
            except OSError as error:
                raise ValueError(f"cannot read {path}: {error.strerror}") from None
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from None
    return {}, None


def _check_owner(path: Path, status: os.stat_result) -> None:
    """Refuse a file of the working folder that others can have written: it says who gets a password."""
    if sys.platform == "win32":
        return
    if status.st_uid not in (os.geteuid(), 0):
        raise ValueError(
            "it belongs to another user, and says who gets a password; name it by --config to use it"
        )
    if status.st_mode & 0o022:
        raise ValueError("others can write it, and it says who gets a password; chmod go-w it")


def _toml(data: bytes) -> str:
    if encoding := _other_encoding(data):
        raise ValueError(f"it is {encoding}; save it as UTF-8")
    if data.startswith(b"\xef\xbb\xbf"):
        raise ValueError("it starts with a byte order mark (BOM); save it as UTF-8 without one")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(f"line {line} is not UTF-8; save the file as UTF-8") from None


def choose(options: Any) -> Cluster:  # noqa: ANN401
    """Return the cluster that the options of a command mean; raise `ValueError` where they mean none."""
    if options.service:
        cluster = Cluster(options.service, options.service)
    else:
        clusters, default = read(options.config)
        name = options.cluster or default or (next(iter(clusters)) if len(clusters) == 1 else None)
        if name is None:
            raise ValueError(f"which cluster is meant? give --cluster, or --service, or write {FILE}")
        if name not in clusters:
            raise ValueError(f"there is no cluster {name!r}; known: {', '.join(clusters) or 'none'}")
        cluster = clusters[name]
    return _with(cluster, options)


def every(options: Any) -> list[Cluster]:  # noqa: ANN401
    """Return all clusters of the file; raise `ValueError` where there are none or one is named."""
    if options.service or options.cluster:
        raise ValueError(f"--all asks every cluster of {FILE}; leave --cluster and --service out")
    clusters, _ = read(options.config)
    if not clusters:
        raise ValueError(f"there is no cluster; write {FILE}")
    return [_with(cluster, options) for cluster in clusters.values()]


def _with(cluster: Cluster, options: Any) -> Cluster:  # noqa: ANN401
    given = {
        "backup": options.backup,
        "ca": options.ca,
        "app_id": options.app,
        "certificate_file": options.cert_file,
        "allow_http": options.http or None,
    }
    return replace(cluster, **{key: value for key, value in given.items() if value is not None})


def _clusters(
    tables: Mapping[str, Any], folder: Path, *, here: bool
) -> tuple[dict[str, Cluster], str | None]:
    if unknown := set(tables) - {"default", "cluster"}:
        raise ValueError(f"unknown key {min(unknown)!r}; known: default, [cluster.NAME]")
    found = tables.get("cluster", {})
    if not isinstance(found, dict) or not all(isinstance(table, dict) for table in found.values()):
        raise ValueError("cluster must be tables, [cluster.NAME]")
    made = {name: replace(_cluster(name, table, folder), found_here=here) for name, table in found.items()}
    return made, tables.get("default")


def _cluster(name: str, table: Mapping[str, Any], folder: Path) -> Cluster:
    texts = ("service", "backup", "ca", "app_id", "certificate_env", "certificate_file")
    for key, value in table.items():
        if key not in (*texts, "allow_http"):
            known = ", ".join((*texts, "allow_http"))
            raise ValueError(f"[cluster.{name}] has an unknown key {key!r}; known: {known}")
        if not isinstance(value, bool if key == "allow_http" else str):
            what = "true or false" if key == "allow_http" else "a text"
            raise ValueError(f"[cluster.{name}] {key} must be {what}")
    if "service" not in table:
        raise ValueError(f"[cluster.{name}] lacks service")
    # Files stand beside hotdesk.toml, wherever the command runs.
    files = {key: str(folder / table[key]) for key in ("ca", "certificate_file") if key in table}
    return Cluster(name, **{**table, **files})
