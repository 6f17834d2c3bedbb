"""What boards can do that not every board can, and why one cannot: what a rig file says of it.

A test says what it needs, `@pytest.mark.needs("link")`. A rig file says each capability: as one of the
target's `features`, as labgrid calls them, or under the option `cannot`, with the reason in a sentence.
One of which it says nothing is a mistake in the rig file: nothing is left out silently.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from labgrid import Environment, target_factory
from labgrid.config import Config
from labgrid.exceptions import InvalidConfigError, NoConfigFoundError

from .. import package_data
from . import remote
from .errors import RigError

TARGET = "main"

CAPABILITIES = {
    "board-keys": "keys on the board itself can be pressed and held",
    "fault-status": "the processor says why it faulted",
    "foreign-frames": "frames of others can come in from the cable",
    "frames": "the Ethernet frames pass through the rig: recorded, lost, late, changed",
    "hard-fault": "a hard fault reaches the phone's handler",
    "instruction-time": "time goes on with the instructions, at a speed of the board's own",
    "link": "the network cable can be plugged out",
    "link-state": "the phone learns that the cable is out",
    "memory": "memory can be read",
    "processor": "the processor can be made to go on elsewhere",
    "reset-cause": "after a reset the board knows that its watchdog was the cause",
    "sd-card": "the configuration is on an SD card",
    "settings-without-power": "what is set on the phone outlasts the power",
    "stack-guard": "a stack that runs over is caught",
    "watchdog-interrupt": "the watchdog tells where the phone was stuck before it resets",
}
"""Each capability, and what a board can do that has it."""


@dataclass(frozen=True)
class Capabilities:
    """What a rig file says: what its board can do, and for the rest the reason."""

    features: frozenset[str]
    reasons: dict[str, str]

    def __contains__(self, capability: str) -> bool:
        return known(capability) in self.features

    def missing(self, *needed: str) -> dict[str, str]:
        """Returns those of the needed capabilities that the board lacks, each with its reason."""
        return {each: self.reasons[each] for each in needed if each not in self}


def known(capability: str) -> str:
    """Returns the capability. Raises RigError where there is none of this name."""
    if capability not in CAPABILITIES:
        raise RigError(f"no capability is named {capability!r}; there are {', '.join(CAPABILITIES)}")
    return capability


class _RigEnvironment(Environment):
    """labgrid's environment. What rig files import is run once a process: a driver is registered once."""

    def __attrs_post_init__(self) -> None:
        self.targets = {}
        self.config = Config(self.config_file)
        for name in self.config.get_imports():
            _imported(name)


@cache
def _imported(name: str) -> None:
    """Imports a module, or a file by its path, as labgrid does."""
    if not name.endswith(".py"):
        importlib.import_module(name)
        return
    spec = importlib.util.spec_from_file_location(Path(name).stem, name)
    if spec is None or spec.loader is None or not Path(name).is_file():
        raise RigError(f"the rig file imports {name}, which is not there")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)


def environment(rig_file: Path) -> Environment:
    """Reads a rig file and finds what it names. Raises RigError when it is missing or describes no rig."""
    try:
        read = _RigEnvironment(str(rig_file))
    except (NoConfigFoundError, InvalidConfigError) as error:
        unset = re.search("unknown variable '(LG_[A-Z]+)'", error.msg)
        what = f": export {unset[1]} first" if unset else ""
        raise RigError(f"the rig cannot be described: {error.msg}{what}") from error
    if TARGET not in (read.config.get_targets() or {}):
        raise RigError(f"{rig_file} describes no target {TARGET!r}")
    _look_at_place(read)
    for section in ("images", "paths"):
        for name, path in read.config.data.get(section, {}).items():
            read.config.data[section][name] = str(package_data.find(str(path), Path(read.config.base)))
    return read


def _look_at_place(read: Environment) -> None:
    """Takes what a rig file does not say from the board at its place, if it names one and has it.

    That is features, image, font and tools, as the rig file of the emulated board has them.
    """
    target = read.config.get_targets()[TARGET]
    resources, drivers = target_factory.normalize_config(target)
    place = next(iter(resources.get("RemotePlace", {})), None)
    if place is None:
        return
    name = remote.board_of(read, place)
    if (name is not None) != ("RemoteBoardDriver" in drivers):
        there = f"the emulated {name}" if name else "no emulated board"
        raise RigError(
            f"the place {place} has {there}: {read.config.filename} is for another one; hil/README.md, "
            '"Boards on other machines"'
        )
    if name is None:
        return
    file = package_data.RIGS / f"{name}.yaml"
    if not file.is_file():
        raise RigError(f"the place {place} has a {name}, unknown here: take the exporter's hotdesk-hil")
    board = environment(file).config.data
    theirs, options = board["targets"][TARGET], target.setdefault("options", {})
    options["cannot"] = theirs["options"]["cannot"] | options.get("cannot", {})
    target.setdefault("features", [each for each in theirs["features"] if each not in options["cannot"]])
    options.setdefault("board", f"{theirs['options']['board']}, at the place {place}")
    for each in target["drivers"] if isinstance(target["drivers"], list) else [target["drivers"]]:
        if "ScreenDriver" in each:
            each["ScreenDriver"] = theirs["drivers"]["ScreenDriver"] | each["ScreenDriver"]
    for section in ("images", "tools"):
        read.config.data[section] = board.get(section, {}) | read.config.data.get(section, {})


@lru_cache
def capabilities(rig_file: Path) -> Capabilities:
    """Reads what the board of a rig can do. Raises RigError where the file does not say all of it."""
    read = environment(rig_file)
    features = {known(feature) for feature in read.config.get_targets()[TARGET].get("features", ())}
    said = read.config.get_target_option(TARGET, "cannot", {}) or {}
    reasons = {known(name): text for name, text in said.items()}
    if both := features & reasons.keys():
        raise RigError(f"{rig_file}: {', '.join(sorted(both))} under features and under cannot")
    if silent := CAPABILITIES.keys() - features - reasons.keys():
        raise RigError(
            f"{rig_file} does not say {', '.join(sorted(silent))}: "
            "list it under features, or under cannot with the reason"
        )
    return Capabilities(frozenset(features), reasons)
