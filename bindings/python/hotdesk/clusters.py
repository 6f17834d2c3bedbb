"""Which cluster a command is for, and who asks there: from arguments, `hotdesk.toml`, the environment, a
prompt.

A secret is never in the file itself, never echoed, and never in an error.
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

FILE = "hotdesk.toml"
CERTIFICATE_VARIABLE = "HOTDESK_CERT"
APP_VARIABLE = "HOTDESK_APP"


@dataclass(frozen=True)
class Cluster:
    """One cluster: where its services are, and where its credential is found."""

    name: str
    service: str
    backup: str | None = None
    ca: str | None = None
    allow_http: bool = False
    app_id: str | None = None
    certificate_env: str | None = None
    certificate_file: str | None = None

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
            return Secret(os.environ[variable])
        if sys.stdin.isatty():
            return Secret(getpass.getpass(f"Certificate of {app_id} on {self.name}: "))
        raise ValueError(f"there is no certificate; set {variable} or give --cert-file")


def certificate_file(name: str) -> Secret:
    """Read a certificate from a file that only its owner can read; one line end at its end is no part of
    it.
    """
    path = Path(name)
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise ValueError(f"{path} can be read by others than its owner; chmod 600 it")
            return Secret(file.read().decode().removesuffix("\n").removesuffix("\r"))
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text") from None


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
            try:
                return _clusters(tomllib.loads(path.read_text(encoding="utf-8")), path.parent)
            except OSError as error:
                raise ValueError(f"cannot read {path}: {error.strerror}") from None
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from None
    return {}, None


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


def _clusters(tables: Mapping[str, Any], folder: Path) -> tuple[dict[str, Cluster], str | None]:
    if unknown := set(tables) - {"default", "cluster"}:
        raise ValueError(f"unknown key {min(unknown)!r}; known: default, [cluster.NAME]")
    found = tables.get("cluster", {})
    if not isinstance(found, dict) or not all(isinstance(table, dict) for table in found.values()):
        raise ValueError("cluster must be tables, [cluster.NAME]")
    return {name: _cluster(name, table, folder) for name, table in found.items()}, tables.get("default")


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
