"""`python -m hotdesk_hil.rig.place`: where in the source a phone was, by what it tells after a fault.

The phone keeps addresses, and of a panic its line. The debug information of the image has the rest: of the
image that ran, which the build ID tells. Reads the image only, never a phone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.dwarf.descriptions import describe_form_class
from elftools.elf.elffile import ELFFile

from .errors import RigError

ID_BYTES = 8
# Paths in a package itself, and in the compiler's library, start from where the compiler ran.
OWN_FOLDERS = ("src", "library")
FUNCTION, INLINED = "DW_TAG_subprogram", "DW_TAG_inlined_subroutine"


@dataclass(frozen=True)
class Place:
    """A line of a source file, and the function it is in."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}"


class Source:
    """What an image's debug information says of addresses."""

    def __init__(self, kernel: Path) -> None:
        """Reads an image."""
        try:
            file = ELFFile.load_from_path(kernel)
            build = file.get_section_by_name(".build_id")
            if not build or not file.has_dwarf_info():
                raise RigError(f"{kernel} has no build ID or no debug information")
            self.build = build.data()[-ID_BYTES:].hex()
            self._dwarf = file.get_dwarf_info()
            units = list(self._dwarf.iter_CUs())
            # Functions, each before what is inlined into it: first address, end, entry.
            self._calls = [call for unit in units for call in self._spans(unit)]
            # First address, end, unit, number of the file, line.
            self._rows = [row for unit in units for row in self._lines(unit)]
        except (OSError, ELFError) as error:
            raise RigError(f"cannot read {kernel}: {error}") from error

    def frames(self, address: int) -> list[Place]:
        """The places of an address: that of its instruction, then where each inlined function was called.

        An odd address is one that a call returns to, as the link register has it; the call is before it.
        """
        at = address - 3 if address % 2 else address
        calls = [die for low, high, die in self._calls if low <= at < high]
        row = next((row for low, high, *row in self._rows if low <= at < high), None)
        if not calls or not row:
            return []
        unit, number, line = row
        places = []
        for die in reversed(calls):
            places.append(Place(self._file(unit, number), line, _name(die)))
            if die.tag == INLINED:
                number = die.attributes["DW_AT_call_file"].value
                line = die.attributes["DW_AT_call_line"].value if "DW_AT_call_line" in die.attributes else 0
        return places

    def panic(self, line: int, calls: Iterable[int]) -> Place | None:
        """The place of a panic in this line: the innermost call that is in such a line."""
        known = [address for address in calls if address]
        frames = [place for address in known for place in self.frames(address)]
        # Where the compiler made one call of several that are in one inlined function, the call has line 0.
        for number in (line, 0):
            if found := next((place for place in frames if place.line == number), None):
                return replace(found, line=line)
        # The inlined functions differ: the line is one of those that the whole function is made of.
        return next((place for address in known if (place := self._somewhere_in(address, line))), None)

    def _somewhere_in(self, address: int, line: int) -> Place | None:
        """The place of a line in the function around an address, if only one file has such a line there."""
        function = next((die for low, high, die in self._calls if low <= address < high), None)
        spans = list(self._ranges(function)) if function else []
        files = {
            self._file(unit, number)
            for start, _, unit, number, row_line in self._rows
            if row_line == line and any(low <= start < high for low, high in spans)
        }
        return Place(files.pop(), line, _name(function)) if len(files) == 1 else None

    def _spans(self, unit: Any) -> Iterator[tuple[int, int, Any]]:
        for die in unit.iter_DIEs():
            if die.tag in (FUNCTION, INLINED):
                yield from ((low, high, die) for low, high in self._ranges(die) if high > low)

    def _ranges(self, die: Any) -> Iterator[tuple[int, int]]:
        low, high = (die.attributes.get(name) for name in ("DW_AT_low_pc", "DW_AT_high_pc"))
        if low and high:
            is_length = describe_form_class(high.form) == "constant"
            yield low.value, high.value + (low.value if is_length else 0)
        elif ranges := die.attributes.get("DW_AT_ranges"):
            base = die.cu.get_top_DIE().attributes["DW_AT_low_pc"].value
            for entry in self._dwarf.range_lists().get_range_list_at_offset(ranges.value, die.cu):
                if hasattr(entry, "base_address"):
                    base = entry.base_address
                else:
                    start = 0 if entry.is_absolute else base
                    yield start + entry.begin_offset, start + entry.end_offset

    def _lines(self, unit: Any) -> Iterator[tuple[int, int, Any, int, int]]:
        before = None
        for entry in self._dwarf.line_program_for_CU(unit).get_entries():
            if (state := entry.state) is None:
                continue
            if before and before.address < state.address:
                yield before.address, state.address, unit, before.file, before.line
            before = None if state.end_sequence else state

    def _file(self, unit: Any, number: int) -> str:
        header = self._dwarf.line_program_for_CU(unit).header
        # Before version 5 both are counted from 1, and folder 0 is where the compiler ran.
        first = 0 if header.version >= 5 else 1
        entry = header.file_entry[number - first]
        folder = entry.dir_index - first
        folders = header.include_directory
        path = Path(folders[folder].decode() if folder >= 0 else "", entry.name.decode())
        if path.parts[0] in OWN_FOLDERS:
            path = Path(unit.get_top_DIE().attributes["DW_AT_comp_dir"].value.decode(), path)
        return str(path)


def _name(die: Any) -> str:
    """The path of a function or of what was inlined."""
    for origin in ("DW_AT_abstract_origin", "DW_AT_specification"):
        if origin in die.attributes:
            return _name(die.get_DIE_from_attribute(origin))
    parts = []
    while die is not None and die.tag != "DW_TAG_compile_unit":
        if name := die.attributes.get("DW_AT_name"):
            parts.append(name.value.decode())
        die = die.get_parent()
    return "::".join(reversed(parts))


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the places of addresses. Returns the exit status."""
    summary = (__doc__ or "").partition("\n")[0].partition(": ")[2]
    parser = argparse.ArgumentParser(prog="python -m hotdesk_hil.rig.place", description=summary)
    parser.add_argument("--image", type=Path, required=True, help="the image that ran, an ELF file")
    parser.add_argument("--line", type=int, help="the line of a panic, which About and the log tell")
    parser.add_argument(
        "address",
        nargs="+",
        type=lambda text: int(text, 16),
        help="in hexadecimal digits, as About and the log have it",
    )
    options = parser.parse_args(arguments)
    try:
        source = Source(options.image)
        print(f"build {source.build}")
        if options.line is not None:
            place = source.panic(options.line, options.address)
            print(f"panic at {place}" if place else f"no call is in line {options.line}: is it this build?")
        for address in options.address:
            frames = source.frames(address) or ["not in this image"]
            print(f"{address:08X} {frames[0]}")
            for frame in frames[1:]:
                print(f"         {frame}")
    except RigError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
