"""The faults of the matrix: what fails, how it is made, and at which moments it makes sense.

A fault strikes before the phone does something and lasts until it is healed. Everything that it may touch is
in `Surroundings`; nothing here looks at a screen.
"""

from __future__ import annotations

import enum
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ...emservice import (
    AcceptInSilence,
    Answer,
    CloseWithoutAnswer,
    CutAnswer,
    Delay,
    Disguise,
    Dribble,
    EmService,
    Fault,
    Form,
    PretendSuccess,
    Refuse,
    RefuseConnection,
    ResetAnswer,
    ResetConnection,
    Silence,
    WrongLength,
)
from ...emservice.faults import ConnectionFault
from .. import keypad
from ..name_server import Manner
from ..network import Network
from ..phone import Phone
from ..rig import Rig
from ..waiting import pass_time
from ..wire import Part

USER, SOMEBODY_ELSE = "a", "d"
"""Who logs in on the phone, and who may be logged in by others."""
ELSEWHERE = "SEP402CF4915265"
"""Another phone."""

SOON, PATIENT, LONG = 15.0, 40.0, 90.0
"""Seconds of the board's time within which a phone says what became of it."""
WORKS = 30.0
"""Seconds after the end of a fault within which phone and service agree and the phone works."""

SUCCESS = b"<response><success/></response>"
TAGGED = bytes.fromhex("ffffffffffff020000000009810000010800") + bytes(1500)
BROADCAST = bytes.fromhex("ffffffffffff0200000000090806") + bytes(46)
LENGTHS = (*range(1, 60), 1515, 1518, 1519, 2000, 2048, 4096, 9000)
FLOOD = 8000
# Changes of a setting that wear the flash.
WRITES = 8
# Its place in the list of settings.
BRIGHTNESS = "3"
# So long after the last key, of this machine's time, the phone has written.
POWER_FAILS = 30.0


class Moment(enum.Enum):
    """What the phone does under a fault."""

    boot = "boot"
    query = "query"
    login = "login"
    logout = "log-out"

    @property
    def operation(self) -> str:
        """The request that the service gets then."""
        return {"login": "login", "log-out": "logout"}.get(self.value, "deviceUserQuery")


ALL = tuple(Moment)
AWAKE = (Moment.query, Moment.login, Moment.logout)
CHANGES = (Moment.login, Moment.logout)
KEPT = (Moment.boot,)


@dataclass(frozen=True)
class Surroundings:
    """Everything around a phone that may fail, and the dice of this fault at this moment."""

    rig: Rig
    network: Network
    service: EmService
    moment: Moment
    dice: random.Random = field(default_factory=random.Random)

    def heal(self) -> None:
        """Nothing fails any more."""
        self.service.faults.clear()
        self.network.heal()
        if "foreign-frames" in self.rig.capabilities and self.rig.is_on:
            self.rig.foreign_frames.flood(0)


Strike = Callable[[Surroundings], None]


@dataclass(frozen=True)
class FaultCase:
    """A fault.

    `strike` makes it before the deed, at boot before the power comes, `meanwhile` after the deed's last
    key, at boot after the power came; `holds` fails where something is not so that must be once it is over.
    `needs` are capabilities of the board; `boot_text` is what the phone says for ever where it cannot even
    begin. `lies`: the service says what is not so. `by_chance`: chance decides what becomes of the deed.
    `restarts`: the phone is switched on or reset.
    """

    subject: str
    name: str
    strike: Strike = lambda _: None
    meanwhile: Strike = lambda _: None
    holds: Strike = lambda _: None
    moments: tuple[Moment, ...] = ALL
    needs: tuple[str, ...] = ()
    told_within: float = SOON
    boot_text: str = ""
    lies: bool = False
    by_chance: bool = False
    restarts: bool = False

    @property
    def title(self) -> str:
        """Its name in the table."""
        return self.name + ("*" if self.lies else "") + ("~" if self.by_chance else "")


def frames(**faults: float | Part) -> Strike:
    """A fault of the network's."""
    return lambda around: around.network.strike(**faults)


def of_service(fault: Fault | ConnectionFault, times: int | None = None) -> Strike:
    """A fault of the service's, for what is asked at this moment."""

    def strike(around: Surroundings) -> None:
        operation = None if isinstance(fault, ConnectionFault) else around.moment.operation
        around.service.faults.add(fault, times=times, operation=operation)

    return strike


def at_boot(strike: Strike) -> Strike:
    """A fault that must be there before the power comes, and elsewhere comes while something is done."""
    return lambda around: strike(around) if around.moment is Moment.boot else None


def names(manner: Manner = Manner.answers, delay: float = 0.0) -> Strike:
    """A fault of the name server's."""

    def strike(around: Surroundings) -> None:
        around.network.names.manner, around.network.names.delay = manner, delay

    return strike


def receive(*given: bytes) -> Strike:
    """Frames of others."""
    return lambda around: around.rig.foreign_frames.receive(given)


def flap(around: Surroundings) -> None:
    """The cable is out and in three times."""
    around.network.flap(3, 0.1)


def cut_power(around: Surroundings) -> None:
    """The power fails some time after the deed began."""
    pass_time(around.rig.screen.clock, around.dice.uniform(0.0, 0.8))
    around.rig.strategy.power_cycle()


def pull_reset(around: Surroundings) -> None:
    """Somebody presses the reset key some time after the deed began."""
    pass_time(around.rig.screen.clock, around.dice.uniform(0.0, 0.8))
    around.rig.strategy.reset()


def storm(around: Surroundings) -> None:
    """Somebody presses keys as fast as the line takes them, but those that change something."""
    keys = keypad.STAR + keypad.POUND + keypad.UP + keypad.DOWN + keypad.LEFT + keypad.RIGHT + "7890"
    around.rig.keypad.press(*(around.dice.choice(keys) for _ in range(60)))


def noise(around: Surroundings) -> None:
    """The keypad's line is disturbed."""
    around.rig.keypad.send(around.dice.randbytes(200).replace(b"+", b"-"))


def set_brightness(around: Surroundings, choice: str) -> None:
    """Sets the brightness at the phone, which writes to its flash."""
    phone = Phone(around.rig)
    phone.open_menu()
    phone.choose("Settings")
    phone.wait_title("Settings")
    phone.press(BRIGHTNESS)
    phone.wait_title("Brightness")
    phone.press(choice)


def holds_brightness(*values: str) -> Strike:
    """Fails where the phone's brightness is none of these."""

    def look(around: Surroundings) -> None:
        phone = Phone(around.rig)
        phone.open_menu()
        phone.choose("Settings")
        phone.wait_title("Settings")
        screen = phone.select(BRIGHTNESS)
        phone.to_idle()
        if str(screen.selected).split()[-1] not in values:
            raise AssertionError(f"the brightness is not {' or '.join(values)}:\n{screen}")

    return look


def wear_flash(around: Surroundings) -> None:
    """Somebody sets the brightness over and over, low in the end, so that sectors of the flash are erased."""
    for count in range(WRITES):
        set_brightness(around, "12"[count % 2])
        Phone(around.rig).wait("the settings saved", lambda s: "Saved." in s.flowing)
        Phone(around.rig).to_idle()


def fail_in_write(around: Surroundings) -> None:
    """The power fails in one of the writes that a setting takes."""
    around.rig.board.fail_power(around.dice.randint(1, 4))
    set_brightness(around, "2")
    end = time.monotonic() + POWER_FAILS
    while around.rig.board.counters()["on"]:
        if time.monotonic() > end:
            raise AssertionError(f"the phone wrote less than a setting takes:\n{Phone(around.rig).screen}")
        time.sleep(0.02)


def somebody_else(around: Surroundings) -> None:
    """An administrator puts somebody else on this phone."""
    if around.service.sessions().get(around.rig.device_name):
        around.service.logout(around.rig.device_name)
    around.service.login(around.rig.device_name, SOMEBODY_ELSE)


def nobody_any_more(around: Surroundings) -> None:
    """An administrator logs whoever is here out."""
    if around.rig.device_name in around.service.sessions():
        around.service.logout(around.rig.device_name)


def already_elsewhere(around: Surroundings) -> None:
    """The user has logged in on another phone."""
    around.service.login(ELSEWHERE, USER)


NETWORK = "Network"
NAMES = "Names and addresses"
CONNECTIONS = "Connections"
HTTP = "HTTP"
XML = "XML"
SERVICE = "The service"
PHONE = "The phone"

FAULTS: tuple[FaultCase, ...] = (
    FaultCase(
        NETWORK, "a tenth of the frames is lost", frames(loss=0.1), told_within=PATIENT, by_chance=True
    ),
    FaultCase(
        NETWORK,
        "a third of the frames is lost",
        frames(loss=0.33),
        moments=CHANGES,
        told_within=LONG,
        by_chance=True,
    ),
    FaultCase(NETWORK, "frames are 0.3 s late", frames(delay=0.3)),
    FaultCase(NETWORK, "frames overtake each other", frames(reorder=0.3)),
    FaultCase(NETWORK, "frames come twice", frames(repeat=0.3)),
    FaultCase(
        NETWORK,
        "a twentieth of the frames is damaged",
        frames(damage=0.05),
        told_within=PATIENT,
        by_chance=True,
    ),
    FaultCase(
        NETWORK, "requests are lost", frames(cut=Part.request), moments=(Moment.query,), told_within=PATIENT
    ),
    FaultCase(
        NETWORK,
        "answers are lost",
        frames(cut=Part.answer),
        moments=(Moment.logout,),
        told_within=PATIENT,
    ),
    FaultCase(
        NETWORK,
        "nothing passes",
        frames(cut=Part.everything),
        moments=(Moment.boot, Moment.login),
        told_within=PATIENT,
        boot_text="Waiting for address",
    ),
    FaultCase(NETWORK, "requests are answered by a reset", frames(reset=Part.request)),
    FaultCase(NETWORK, "answers are replaced by a reset", frames(reset=Part.answer)),
    FaultCase(
        NETWORK,
        "the cable is out",
        at_boot(lambda around: around.network.unplug()),
        lambda around: around.network.unplug(),
        needs=("link", "link-state"),
        boot_text="Waiting for link",
        by_chance=True,
    ),
    FaultCase(
        NETWORK, "the link flaps", meanwhile=flap, needs=("link",), told_within=PATIENT, by_chance=True
    ),
    FaultCase(
        NETWORK,
        "8,000 broadcasts a second",
        meanwhile=lambda around: around.rig.foreign_frames.flood(FLOOD),
        needs=("foreign-frames",),
    ),
    FaultCase(
        NETWORK,
        "200 full frames with a VLAN tag",
        meanwhile=receive(*[TAGGED] * 200),
        needs=("foreign-frames",),
    ),
    FaultCase(
        NETWORK,
        "runts and giants",
        meanwhile=receive(*((BROADCAST + bytes(9000))[:length] for length in LENGTHS)),
        needs=("foreign-frames",),
    ),
    FaultCase(
        NAMES,
        "no DHCP server",
        lambda around: around.network.take_dhcp_away(),
        boot_text="Waiting for address",
    ),
    FaultCase(
        NAMES,
        "another address",
        lambda around: around.network.lease("10.0.2.25", 3600),
        moments=(Moment.boot,),
    ),
    FaultCase(
        NAMES, "a lease of 5 s", lambda around: around.network.lease("10.0.2.26", 5), moments=(Moment.boot,)
    ),
    FaultCase(NAMES, "the name server is silent", names(Manner.is_silent), told_within=PATIENT),
    FaultCase(NAMES, "the name server refuses", names(Manner.refuses)),
    FaultCase(NAMES, "the name server fails", names(Manner.server_failure)),
    FaultCase(
        NAMES,
        "the name server sends garbage",
        names(Manner.sends_garbage),
        moments=AWAKE,
        told_within=PATIENT,
    ),
    FaultCase(NAMES, "the name server takes 2 s", names(delay=2.0)),
    FaultCase(NAMES, "the name is not known", lambda around: around.network.forget_service()),
    FaultCase(
        NAMES,
        "the name is that of nobody",
        lambda around: around.network.misname_service(),
        moments=(Moment.query,),
        told_within=PATIENT,
    ),
    FaultCase(NAMES, "the service moved, and so did its name", lambda around: around.network.move_service()),
    FaultCase(
        NAMES,
        "the service moved, and its name did not",
        lambda around: around.network.move_service(told=False),
    ),
    FaultCase(CONNECTIONS, "connections are refused", of_service(RefuseConnection())),
    FaultCase(
        CONNECTIONS,
        "connections are taken in silence",
        of_service(AcceptInSilence()),
        moments=(Moment.query,),
        told_within=PATIENT,
    ),
    FaultCase(CONNECTIONS, "connections are reset", of_service(ResetConnection()), by_chance=True),
    FaultCase(
        CONNECTIONS, "no answer, carried out", of_service(Silence()), moments=CHANGES, told_within=PATIENT
    ),
    FaultCase(
        CONNECTIONS,
        "no answer, not carried out",
        of_service(Silence(executed=False)),
        moments=(Moment.query,),
        told_within=PATIENT,
    ),
    FaultCase(CONNECTIONS, "closed, carried out", of_service(CloseWithoutAnswer())),
    FaultCase(
        CONNECTIONS,
        "closed, not carried out",
        of_service(CloseWithoutAnswer(executed=False)),
        moments=CHANGES,
    ),
    FaultCase(CONNECTIONS, "cut in the status line", of_service(CutAnswer(after=9))),
    FaultCase(CONNECTIONS, "reset in the answer", of_service(ResetAnswer(after=60))),
    FaultCase(
        CONNECTIONS, "the answer takes 5 s", of_service(Delay(5.0)), moments=(Moment.query, Moment.login)
    ),
    FaultCase(HTTP, "302, carried out", of_service(Answer(None, status=302)), moments=AWAKE),
    FaultCase(HTTP, "404, not carried out", of_service(Answer(b"", status=404, executed=False))),
    FaultCase(HTTP, "500, carried out", of_service(Answer(None, status=500)), moments=AWAKE),
    FaultCase(
        HTTP, "503 with a success, not carried out", of_service(Answer(SUCCESS, status=503, executed=False))
    ),
    FaultCase(HTTP, "Content-Length is too large", of_service(WrongLength(7)), told_within=PATIENT),
    FaultCase(HTTP, "Content-Length is too small", of_service(WrongLength(-7))),
    FaultCase(HTTP, "byte by byte", of_service(Dribble(size=1))),
    FaultCase(HTTP, "chunked", of_service(Dribble(size=7, framing="chunked")), moments=AWAKE),
    FaultCase(
        HTTP, "the end of the connection is the end", of_service(Answer(framing="close")), moments=AWAKE
    ),
    FaultCase(HTTP, "a header of 5 kB", of_service(Answer(headers={"X-Trace": "x" * 5000})), moments=AWAKE),
    *(
        FaultCase(XML, f"the answer's form is {form.value}", of_service(Disguise(form)), moments=AWAKE)
        for form in Form
    ),
    FaultCase(XML, "an empty body, not carried out", of_service(Answer(b"", executed=False)), moments=AWAKE),
    FaultCase(
        XML,
        "a page in HTML, not carried out",
        of_service(Answer(b"<html>Sorry</html>", executed=False)),
        moments=AWAKE,
    ),
    FaultCase(
        XML,
        "the answer to another question, not carried out",
        of_service(Answer(b"<response><checkUserResults/></response>", executed=False)),
        moments=AWAKE,
    ),
    FaultCase(SERVICE, "busy once (26)", of_service(Refuse(26), times=1), told_within=PATIENT),
    FaultCase(SERVICE, "busy twice (26)", of_service(Refuse(26), times=2), moments=(Moment.login,)),
    FaultCase(SERVICE, "its database failed (6)", of_service(Refuse(6)), moments=AWAKE),
    FaultCase(
        SERVICE,
        "its database failed (6) after it was carried out",
        of_service(Refuse(6, executed=True)),
        moments=CHANGES,
        lies=True,
    ),
    FaultCase(
        SERVICE, "it says success and does nothing", of_service(PretendSuccess()), moments=CHANGES, lies=True
    ),
    FaultCase(SERVICE, "the application user is not accepted (3)", of_service(Refuse(3)), moments=AWAKE),
    FaultCase(SERVICE, "a code that nobody knows (9999)", of_service(Refuse(9999)), moments=AWAKE),
    FaultCase(SERVICE, "a failure without a code", of_service(Refuse(None)), moments=AWAKE),
    FaultCase(SERVICE, "somebody else was logged in", somebody_else),
    FaultCase(SERVICE, "the login was ended", nobody_any_more, moments=(Moment.query, Moment.logout)),
    FaultCase(SERVICE, "the user is on another phone", already_elsewhere, moments=(Moment.login,)),
    FaultCase(
        PHONE, "the power fails", meanwhile=cut_power, restarts=True, told_within=PATIENT, by_chance=True
    ),
    FaultCase(
        PHONE,
        "somebody presses the reset key",
        meanwhile=pull_reset,
        restarts=True,
        told_within=PATIENT,
        by_chance=True,
    ),
    FaultCase(PHONE, "60 keys at once", meanwhile=storm, told_within=PATIENT, by_chance=True),
    FaultCase(PHONE, "noise on the keypad's line", meanwhile=noise),
    FaultCase(
        PHONE,
        "the power fails in a write to flash",
        fail_in_write,
        holds=holds_brightness("high", "low"),
        moments=KEPT,
        needs=("settings-without-power",),
    ),
    FaultCase(
        PHONE,
        f"a setting was changed {WRITES} times",
        wear_flash,
        holds=holds_brightness("low"),
        moments=KEPT,
        needs=("settings-without-power",),
    ),
)
