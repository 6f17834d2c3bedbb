"""The tables of codes as mappings, `hotdesk.codes.em_service[26].remedy`, and what a screen shows explained.

The rows are the core's. A code that no table has is normal: it gives a row that knows only its code.
"""

from collections.abc import Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

from ._native import code_rows, explain_rows

__all__ = [
    "FAMILIES",
    "CodeRow",
    "CodeTable",
    "azure_mfa",
    "em_app",
    "em_service",
    "emcc",
    "explain",
    "rows",
    "vip",
]

FAMILIES = ("em-service", "em-app", "emcc", "phone", "symptom", "vip", "azure-mfa")
Code = TypeVar("Code", int, str)


class CodeRow(NamedTuple):
    """What is documented of a code; `None` where nothing is. `who` must act."""

    family: str
    code: int | str | None
    name: str | None
    meaning: str | None
    who: str | None
    remedy: str | None


def rows(family: str) -> list[CodeRow]:
    """Return every row of a family; `phone` has a row for each source of a number."""
    if family not in FAMILIES:
        raise ValueError(f"unknown family {family!r}; expected one of {', '.join(FAMILIES)}")
    return [CodeRow(*row) for row in code_rows() if row[0] == family]


def explain(text: str) -> list[CodeRow]:
    """Return what a number (`26`, `vip:6009`) or a text of a screen can mean; empty for anything else.

    Several numbers and texts in quotes are all read. Where a row is read from a symbolic result of Azure MFA
    (`SUCCESS_NO_PIN`), its meaning says that it is mapped by text.
    """
    return [CodeRow(*row) for row in explain_rows(text)]


class CodeTable(Mapping[Code, CodeRow], Generic[Code]):
    """One family's rows by code. Only documented codes are in it and counted, but any can be looked up.

    A VIP code is text of four hexadecimal digits, looked up in either case; 7000, which the voice service
    uses for something else, has the row of a push here. A code that is not in the table has its row in
    `others`: an EMCC code without a meaning of its own means what the service says.
    """

    def __init__(self, family: str, others: "CodeTable[Code] | None" = None) -> None:
        self.family = family
        self._rows: dict[object, CodeRow] = {}
        for row in rows(family):
            self._rows.setdefault(row.code, row)
        self._others = others

    def __getitem__(self, code: Code) -> CodeRow:
        row = self._rows.get(_folded(code))
        if row is not None:
            return row
        if self._others is not None and code in self._others:
            return self._others[code]
        return CodeRow(self.family, code, None, None, None, None)

    def __contains__(self, code: object) -> bool:
        return _folded(code) in self._rows

    def __iter__(self) -> Iterator[Code]:
        return iter(self._rows)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<CodeTable {self.family}, {len(self)} codes>"


def _folded(code: object) -> object:
    return code.upper() if isinstance(code, str) else code


em_service: CodeTable[int] = CodeTable("em-service")
em_app: CodeTable[int] = CodeTable("em-app")
emcc: CodeTable[int] = CodeTable("emcc", others=em_service)
vip: CodeTable[str] = CodeTable("vip")
azure_mfa: CodeTable[int] = CodeTable("azure-mfa")
