"""Text of others as it can be shown to people: in a terminal, a log, an error.

A name of a service must not be able to move the cursor, to hide itself, or to look like a line of ours.
"""

import unicodedata

# Control characters, formatting characters (among them those that turn the direction of writing), halves of
# surrogate pairs, and line ends.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def shown(text: str) -> str:
    """Return a text with control, formatting and bidirectional characters as escapes of Python."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(one) if unicodedata.category(one) in _ESCAPED else one for one in text)


def _escape(one: str) -> str:
    return one.encode("unicode_escape", "surrogatepass").decode("ascii")
