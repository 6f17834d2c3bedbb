"""The tables of codes as mappings: `hotdesk.codes.em_service[26].remedy`.

The rows are the core's. A number that no table has is normal: it gives a row that knows only its number.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ._native import code_rows

__all__ = ["CodeRow", "CodeTable", "em_service"]


class CodeRow(NamedTuple):
    """What is documented of a code; `None` where nothing is. `who` must act."""

    family: str
    code: int | str | None
    name: str | None
    meaning: str | None
    who: str | None
    remedy: str | None


class CodeTable(Mapping[int, CodeRow]):
    """One family's rows by number. Only documented codes are in it and counted, but any number can be
    looked up.
    """

    def __init__(self, family: str) -> None:
        self.family = family
        self._rows = {row[1]: CodeRow(*row) for row in code_rows() if row[0] == family}

    def __getitem__(self, code: int) -> CodeRow:
        row = self._rows.get(code)
        return CodeRow(self.family, code, None, None, None, None) if row is None else row

    def __contains__(self, code: object) -> bool:
        return code in self._rows

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<CodeTable {self.family}, {len(self)} codes>"


em_service = CodeTable("em-service")
