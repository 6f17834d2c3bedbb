"""Places of labgrid's coordinator: whether this user has the place of a rig file, and what board is there.

A place that is not there, not acquired, somebody else's or without its exporter is an error of the rig,
which says what to do. Acquiring and releasing is labgrid-client's: nothing here changes a place.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from getpass import getuser
from socket import gethostname

import grpc
from labgrid import Environment, Target
from labgrid.remote.common import Place, ResourceEntry
from labgrid.remote.generated import labgrid_coordinator_pb2 as messages
from labgrid.remote.generated.labgrid_coordinator_pb2_grpc import CoordinatorStub
from labgrid.resource.common import ResourceManager
from labgrid.resource.remote import RemotePlace, RemotePlaceManager
from labgrid.util import labgrid_version
from labgrid.util.proxy import proxymanager

from .errors import RigError

BOARD = "NetworkEmulatedBoard"
DEFAULT_ADDRESS, DEFAULT_PORT = "127.0.0.1:20408", 20408
ANSWER_DEADLINE = 10.0
# The coordinator tells sessions apart by connection, and labgrid has one in this process, too.
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


def board_of(environment: Environment, place: str) -> str | None:
    """Returns the rig file's name of the emulated board at an acquired place. None: it is a board on a bench.

    `place` is a name, or `+` for that of the reservation LG_TOKEN. Raises RigError where this user does not
    have it, or it has nothing.
    """
    known = _Known.of(environment)
    found = known.acquired(place)
    if not found.acquired_resources:
        matches = ", ".join(map(str, found.matches)) or "none"
        raise RigError(
            f"the place {found.name} has no resources: its matches ({matches}) fit none that is exported; "
            f"release it, labgrid-client -p {found.name} add-match 'EXPORTER/GROUP/*', and acquire it again"
        )
    paths = [(exporter, group, name) for exporter, group, _, name in found.acquired_resources]
    if gone := {exporter for exporter, *path in paths if (exporter, *path) not in known.resources}:
        raise RigError(
            f"the exporter {', '.join(sorted(gone))} of the place {found.name} is gone: start it there, then "
            f"labgrid-client -p {found.name} release, and acquire"
        )
    _catch_up(known.address)
    entries = [known.resources[path] for path in paths]
    boards = [entry.args["rig"] for entry in entries if entry.cls == BOARD]
    if len(boards) > 1:
        raise RigError(
            f"the place {found.name} has {len(boards)} emulated boards: a place is for one; "
            f"labgrid-client -p {found.name} show"
        )
    return boards[0] if boards else None


def _catch_up(address: str) -> None:
    """Has labgrid's own session learn what has changed, since it listens only while somebody waits for it.

    One whose coordinator has gone, or is another one, is forgotten: labgrid connects again.
    """
    manager = RemotePlaceManager.get()
    if manager.session is None:
        return
    synchronised = asyncio.wait_for(manager.session.sync_with_coordinator(), ANSWER_DEADLINE)
    try:
        up_to_date = manager.loop.run_until_complete(synchronised)
    except TimeoutError:
        up_to_date = False
    if not up_to_date or manager.url != address:
        del ResourceManager.instances[RemotePlaceManager]


def explained(target: Target, error: Exception) -> Exception:
    """Returns what the coordinator says of an error: that this user has the place no more. Else the error."""
    place = next((each for each in target.resources if isinstance(each, RemotePlace)), None)
    if place is None:
        return error
    try:
        board_of(target.env, place.name)
    except RigError as said:
        return said
    return error


@dataclass(frozen=True)
class _Known:
    """What the coordinator knows."""

    address: str
    user: str
    places: list[Place]
    resources: dict[tuple[str, str, str], ResourceEntry]
    """By exporter, group and name."""

    @classmethod
    def of(cls, environment: Environment) -> _Known:
        """Asks the coordinator."""
        address = os.environ.get("LG_COORDINATOR", DEFAULT_ADDRESS)
        address = environment.config.get_option("coordinator_address", address)
        # As labgrid-client has them.
        host, user = os.environ.get("LG_HOSTNAME", gethostname()), os.environ.get("LG_USERNAME", getuser())
        target = proxymanager.get_grpc_address(address, default_port=DEFAULT_PORT)
        try:
            with grpc.insecure_channel(target, options=OWN_CONNECTION) as channel:
                stub = CoordinatorStub(channel)
                answer = stub.GetPlaces(messages.GetPlacesRequest(), timeout=ANSWER_DEADLINE)
                places = [Place.from_pb2(each) for each in answer.places]
                return cls(address, f"{host}/{user}", places, _resources(stub, f"{host}/{user}"))
        except grpc.RpcError as error:
            raise RigError(
                f"no labgrid coordinator answers at {address}: start labgrid-coordinator there, "
                f"or name another one with LG_COORDINATOR=HOST:PORT ({error.details()})"
            ) from error

    def acquired(self, name: str) -> Place:
        """Returns a place that this user has acquired."""
        place = self._place(name)
        if not place.acquired:
            raise RigError(f"the place {place.name} is not acquired: labgrid-client -p {place.name} acquire")
        if self.user not in (place.acquired, *place.allowed):
            raise RigError(
                f"the place {place.name} is acquired by {place.acquired}: wait for it, "
                f"labgrid-client reserve --wait name={place.name}, "
                f"or have them let you in, labgrid-client -p {place.name} allow {self.user}"
            )
        return place

    def _place(self, name: str) -> Place:
        if name.startswith("+"):
            token = name[1:] or os.environ.get("LG_TOKEN")
            found = [each for each in self.places if token and each.reservation == token]
            if not found:
                raise RigError(
                    "no place is allocated to a reservation of yours: labgrid-client reserve --wait --shell "
                    "KEY=VALUE prints its LG_TOKEN, which is to be exported"
                )
            return found[0]
        # As for labgrid-client, a part of a name or of an alias will do.
        found = [each for each in self.places if each.name == name] or [
            each for each in self.places if any(name in other for other in (each.name, *each.aliases))
        ]
        if len(found) == 1:
            return found[0]
        if found:
            several = ", ".join(sorted(each.name for each in found))
            raise RigError(f"{name} may be {several}: name one of these places")
        there = ", ".join(sorted(each.name for each in self.places)) or "none"
        raise RigError(
            f"the coordinator at {self.address} has no place {name} (there are: {there}): "
            f"name one of them, or labgrid-client -p {name} create"
        )


def _resources(stub: CoordinatorStub, user: str) -> dict[tuple[str, str, str], ResourceEntry]:
    """Returns all that exporters export."""
    startup = messages.StartupDone(version=labgrid_version(), name=user)
    asking = [
        messages.ClientInMessage(startup=startup),
        messages.ClientInMessage(subscribe=messages.Subscribe(all_resources=True)),
        messages.ClientInMessage(sync=messages.Sync(id=1)),
    ]
    answers = stub.ClientStream(iter(asking), timeout=ANSWER_DEADLINE)
    found = {}
    for answer in answers:
        for update in answer.updates:
            if update.HasField("resource"):
                path = update.resource.path
                entry = ResourceEntry(ResourceEntry.data_from_pb2(update.resource))
                found[path.exporter_name, path.group_name, path.resource_name] = entry
        if answer.HasField("sync"):
            break
    answers.cancel()
    return found
