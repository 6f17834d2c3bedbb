"""What became of a call, message or push of Azure Multi-Factor Authentication.

There is a result whether somebody was authenticated or not, so none can be turned into yes or no: the
verdict is the boolean that the call itself returned. The service was switched off in 2020; its numbers are in
logs and reports.
"""

from dataclasses import dataclass
from typing import NoReturn, final

from .codes import CodeRow, azure_mfa, explain

__all__ = ["CallResult", "parse"]


@final
@dataclass(frozen=True, slots=True)
class CallResult:
    """A result, documented or not. It explains; it is neither true nor false, and no `vip.Verdict`."""

    code: int

    @property
    def row(self) -> CodeRow:
        """What is documented of it; a row that knows only its code where nothing is."""
        return azure_mfa[self.code]

    def __bool__(self) -> NoReturn:
        raise TypeError("a call result does not say whether anybody was authenticated")


def parse(text: str) -> CallResult:
    """Read a number, or the symbolic name of a report (`SUCCESS_NO_PIN`), which is mapped by its description.

    Raises `ValueError` for anything else.
    """
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit() and len(stripped) <= 5:
        return CallResult(int(stripped))
    found = {row.code for row in explain(stripped) if row.family == azure_mfa.family}
    if "_" in stripped and len(found) == 1:
        (code,) = found
        if isinstance(code, int):
            return CallResult(code)
    raise ValueError("not a result of Azure MFA: give its number, or its name as a report has it")
