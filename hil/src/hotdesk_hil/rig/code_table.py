"""The table of codes, a file in Markdown that a run writes and a run is held against: what the screen said of
each code of the service and the login application, word for word, and on which rigs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from .errors import RigError

PROPERTY = "code"
"""Under this name a test's report carries what was said."""

BY_APP = "by the login application"
"""What the moments of a phone end with whose people log in through the login application."""

HEAD = """\
# Codes

What the screen says of each code of the service and of the login application, word for word, as measured by

```
python -m pytest hil/suites/test_codes.py --rig {rigs} --write-codes hil/CODES.md
python -m pytest hil/suites/features/test_emapp_codes.py --rig {rigs} \\
    --image lm3s6965evb=ELF --image w5500-evb-pico=ELF --write-codes hil/CODES.md
```

The service answers with the code where somebody logs in, where somebody logs out, and where the phone asks
who is logged in. 26 is not here: the phone waits and tries again by itself. 31 to 47 are those of Cross
Cluster. What is said *by the login application* comes of what is wrong with the cluster, with the service
URL or with what is typed, on images with the features `browser` and `provisioning`, which `cargo xtask test
features` builds. The suites hold what is said against this table.

| code | at | the screen says | rigs |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Saying:
    """What the screen of one rig said of a code at a moment."""

    code: int
    moment: str
    rig: str
    text: str


class CodeTable:
    """A table: texts by code, moment and rig."""

    def __init__(self, texts: dict[tuple[int, str, str], str]) -> None:
        self._texts = texts

    @classmethod
    def read(cls, file: Path) -> CodeTable:
        """Reads a file, an empty table where there is none. Raises RigError where it is no such table."""
        texts: dict[tuple[int, str, str], str] = {}
        for number, line in enumerate(file.read_text("utf-8").splitlines() if file.is_file() else (), 1):
            columns = [each.strip() for each in line.strip("|").split("|")] if line.startswith("|") else []
            if not columns or columns[0] == "code" or columns[0].startswith("---"):
                continue
            if len(columns) != 4 or not columns[0].isdecimal():
                raise RigError(f"{file}, line {number}: not a row of code, moment, text and rigs")
            for rig in columns[3].split(", "):
                texts[int(columns[0]), columns[1], rig] = columns[2]
        return cls(texts)

    def said(self, code: int, moment: str, rig: str) -> str | None:
        """Returns what the table has, None where it has nothing."""
        return self._texts.get((code, moment, rig))

    def put(self, saying: Saying) -> None:
        """Puts what was said in its row."""
        self._texts[saying.code, saying.moment, saying.rig] = written(saying.text)

    def text(self) -> str:
        """Returns the table in Markdown: one row for all rigs that say the same."""
        rigs: dict[tuple[int, str, str], list[str]] = {}
        for (code, moment, rig), text in sorted(self._texts.items()):
            rigs.setdefault((code, moment, text), []).append(rig)
        head = HEAD.format(rigs=",".join(sorted({rig for *_, rig in self._texts})))
        return head + "".join(
            f"| {code} | {moment} | {text} | {', '.join(names)} |\n"
            for (code, moment, text), names in rigs.items()
        )


def written(text: str) -> str:
    """Returns a text as a cell has it."""
    return text.replace("|", "/")


def as_property(saying: Saying) -> tuple[str, dict[str, object]]:
    """Returns what was said as a test's report carries it, also from another process."""
    return PROPERTY, asdict(saying)
