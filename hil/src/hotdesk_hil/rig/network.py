"""The network between a phone and its service, and everything that can go wrong in it.

Where the board's frames pass through the rig (capability `frames`), faults strike there, and both ends see
what a bad network does. Elsewhere a proxy between phone and service does what a proxy can. The phone finds
its service by name, so that name servers can fail and the service can move.

| fault | at the frame | by the proxy |
|---|---|---|
| delay, cut, reset | yes | yes, of connections; the kernels on both sides see a network that is well |
| loss, reorder, repeat, damage, DHCP, service moved | yes | no: RigError |
| name server gone, wrong, slow | by a name server of the rig's, on every board | |
| link | on boards with the capability `link`; the phone knows on those with `link-state` | |
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import TracebackType

from .configuration import PhoneConfig
from .demo_cluster import HOST_AS_SEEN_BY_PHONE
from .errors import RigError
from .name_server import Manner, NameServer
from .packets import Lease
from .proxy import Proxy, ProxyFaults
from .rig import Rig
from .waiting import pass_time
from .wire import NOTHING_WRONG, Dhcp, Part

SERVICE_NAME = "em.hotdesk.test"
"""The name under which the phone finds the service."""
NOBODY = "10.0.2.77"
"""An address at which nobody is."""
MOVED = "10.0.2.4"
"""The address to which a service moves."""

BY_THE_PROXY = {"delay", "cut", "reset"}


class Network:
    """The network of one phone and the service at this port of this machine. A context manager.

    Faults add up, strike from now on, also while the board is off, and last until `heal()`.

    ```python
    with Network(rig, service.port) as network:
        rig.boot(network.configured(cluster.phone_config(service.port)))
        network.strike(cut=Part.answer)
        phone.log_in("john", "12345")
        phone.wait_title("Login uncertain", seconds=60)
        network.heal()
    ```
    """

    def __init__(self, rig: Rig, port: int) -> None:
        self._rig = rig
        self._open = ExitStack()
        self.names = NameServer({SERVICE_NAME: [HOST_AS_SEEN_BY_PHONE]})
        """The phone's name server."""
        self._proxy = None if "frames" in rig.capabilities else Proxy("127.0.0.1", port)
        self._port = port

    def __enter__(self) -> Network:
        self._open.enter_context(self.names)
        if self._proxy is not None:
            self._open.enter_context(self._proxy)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.heal()
        self._open.close()

    @property
    def service(self) -> str:
        """Name and port of the service, as the phone is told them."""
        return f"{SERVICE_NAME}:{self._port if self._proxy is None else self._proxy.port}"

    def configured(self, config: PhoneConfig) -> PhoneConfig:
        """Returns a phone's configuration with the service and the name server of this network."""
        return replace(config, services=[self.service], name_servers=[self.names.as_seen_by_phone])

    def strike(
        self,
        *,
        loss: float | None = None,
        delay: float | None = None,
        reorder: float | None = None,
        repeat: float | None = None,
        damage: float | None = None,
        cut: Part | None = None,
        reset: Part | None = None,
    ) -> None:
        """Has these faults strike: shares of frames, seconds, what is cut or reset. See `wire.WireFaults`.

        Raises RigError for what a proxy cannot do, where the board's frames do not pass through the rig.
        """
        given = {"loss": loss, "delay": delay, "reorder": reorder, "repeat": repeat, "damage": damage}
        given |= {"cut": cut, "reset": reset}
        faults = {name: value for name, value in given.items() if value is not None}
        if self._proxy is None:
            self._rig.frames.faults = replace(self._rig.frames.faults, **faults)
            return
        if wrong := faults.keys() - BY_THE_PROXY:
            raise self._cannot(", ".join(sorted(wrong)))
        self._proxy.faults = replace(self._proxy.faults, **faults)

    def take_dhcp_away(self) -> None:
        """No DHCP server answers."""
        self._wire(dhcp=Dhcp.absent)

    def lease(self, address: str, seconds: int) -> None:
        """The DHCP server gives this address, 10.0.2.15 to 10.0.2.30, for so long."""
        self._wire(dhcp=Lease(address, seconds))

    def move_service(self, *, told: bool = True) -> None:
        """The service is at another address; `told` the name server knows. Where it was, it is refused."""
        self._wire(moved_to=MOVED)
        if told:
            self.names.answer(SERVICE_NAME, [MOVED])

    def misname_service(self) -> None:
        """The name server gives the address of nobody."""
        self.names.answer(SERVICE_NAME, [NOBODY])

    def forget_service(self) -> None:
        """The name server knows no such name."""
        self.names.forget(SERVICE_NAME)

    def unplug(self) -> None:
        """The cable is out."""
        self._rig.link.set_link(up=False)

    def flap(self, times: int, seconds: float) -> None:
        """The cable is out and in so often, as long out as in, and in at the end."""
        for _ in range(times):
            for up in (False, True):
                self._rig.link.set_link(up=up)
                pass_time(self._rig.screen.clock, seconds)

    def heal(self) -> None:
        """Nothing is wrong any more: frames, cable, name server, address of the service."""
        if self._proxy is None:
            self._rig.frames.faults = NOTHING_WRONG
        else:
            self._proxy.faults = ProxyFaults()
        self.names.manner, self.names.delay = Manner.answers, 0.0
        self.names.answer(SERVICE_NAME, [HOST_AS_SEEN_BY_PHONE])
        if "link" in self._rig.capabilities and self._rig.is_on:
            self._rig.link.set_link(up=True)

    @contextmanager
    def fault(self, **faults: float | Part) -> Iterator[None]:
        """Has faults strike (see `strike`) for a while; at the end of it nothing is wrong any more."""
        self.strike(**faults)
        try:
            yield
        finally:
            self.heal()

    def _wire(self, **faults: object) -> None:
        if self._proxy is not None:
            raise self._cannot(", ".join(faults))
        self._rig.frames.faults = replace(self._rig.frames.faults, **faults)

    def _cannot(self, what: str) -> RigError:
        return RigError(
            f"{self._rig.name} cannot have {what}: its frames do not pass through the rig; "
            'a test that needs them says so, @pytest.mark.needs("frames")'
        )
