"""Salted hashes of PINs and certificates, for what is kept in the state file.

scrypt makes each guess cost some milliseconds and 4 MiB. That does not save a PIN of a few digits from
someone who has the file and tries them all; it keeps secrets out of sight and out of fixtures. Must never
keep or log what it is given.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from hotdesk_hil.emservice.changes import Hash

_SALT_BYTES = 16
_COST = 2**12
"""scrypt's n; with r 8 and p 1 it takes 4 MiB and a few milliseconds."""


def salted(secret: str) -> Hash:
    """Returns the hash of a secret, with a salt of its own."""
    salt = os.urandom(_SALT_BYTES)
    return Hash(salt, _hash(secret, salt))


def matches(kept: Hash, given: str) -> bool:
    """Tells whether `given` is the secret whose hash was kept."""
    return hmac.compare_digest(kept.hash, _hash(given, kept.salt))


def _hash(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=_COST, r=8, p=1)
