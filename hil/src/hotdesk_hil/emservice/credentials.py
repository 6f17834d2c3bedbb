"""Who signs a request: application users with their certificate, end users with PIN or password, and changes.

Must never show a secret: what is refused says which kind was wrong, never what was sent.
"""

from __future__ import annotations

import hmac
import secrets
from typing import NamedTuple

from hotdesk_hil.emservice import hashes
from hotdesk_hil.emservice.changes import Hash
from hotdesk_hil.emservice.clock import Clock
from hotdesk_hil.emservice.cluster import (
    ApplicationUser,
    Cluster,
    EndUserCredential,
    User,
    check_secret,
    fold,
)
from hotdesk_hil.emservice.codes import Code, Refused
from hotdesk_hil.emservice.document import Document
from hotdesk_hil.emservice.store import Store

SYSTEM_USER = "CCMSysUser"
"""The application user as whom the login application signs."""
CACHE_SECONDS = 120
"""How long the credential cache lets an old secret pass after it was last right."""

# The kinds of account under which changed secrets are kept: an application and a person may have one ID, and
# a person has a PIN and a password.
_APPLICATION, _PIN, _PASSWORD = "application", "user", "password"
_WORDS = {_APPLICATION: "certificate", _PIN: "PIN", _PASSWORD: "password"}

Firsts = tuple[tuple[str, str | None], ...]
"""Kinds of secret that an account may sign with, each with the cluster file's (None: it has none)."""


class Caller(NamedTuple):
    """Who signed a request: an application user, or an end user with his PIN or password."""

    id: str
    proxy_rights: bool
    is_end_user: bool

    def may_act_on(self, user: str) -> bool:
        """Tells whether the caller may act on `user`: with proxy rights on everyone, else on himself only."""
        return self.proxy_rights or (self.is_end_user and fold(self.id) == fold(user))

    def may_use(self, profile: str | None, user: User | None) -> bool:
        """Tells whether the caller may name `profile`: with proxy rights any, else one of `user`, himself."""
        if self.proxy_rights or profile is None or user is None:
            return True
        return fold(profile) in map(fold, user.profiles)


class Credentials:
    """The accounts of one cluster with the secrets that hold now. Who calls holds the store's lock."""

    def __init__(self, cluster: Cluster, store: Store, clock: Clock) -> None:
        self._cluster = cluster
        self._store = store
        self._clock = clock
        # Another one in each process, unless the cluster has it: nobody but the login application knows it.
        named = cluster.application_users.get(fold(SYSTEM_USER))
        self.system_user = named or ApplicationUser(SYSTEM_USER, secrets.token_urlsafe(24))
        # Changed secrets that this process has seen; the store has but their hashes.
        self._known: dict[str, str] = {}
        # Per account the secrets that were right lately, and how long each lasts.
        self._cache: dict[str, dict[str, float]] = {}

    def authenticate(self, document: Document, now: float) -> Caller:
        """Returns who signed, at `now`; raises `Refused` with 2, 3 or 27."""
        if not document.app_id or not document.certificate.strip():
            raise Refused(Code.CANNOT_AUTHORIZE, "appID or appCertificate is blank")
        if document.encrypted:
            what = "appEncryptedCertificate cannot be checked, its cipher is not public"
            raise Refused(Code.INVALID_APP_USER, f"{what}: send appCertificate")
        key = fold(document.app_id)
        application = self._cluster.application_users.get(key)
        if application is None and key == fold(self.system_user.id):
            application = self.system_user
        if application is not None:
            firsts = ((_APPLICATION, application.certificate),)
            self._check(application, key, firsts, document.certificate, now)
            return Caller(application.id, application.proxy_rights, False)
        user = self._cluster.users.get(key)
        if user is None:
            what = "is neither an application user nor a user of this cluster"
            raise Refused(Code.INVALID_APP_USER, f"{document.app_id} {what}")
        self._check(user, key, self._firsts(user), document.certificate, now)
        return Caller(user.id, user.proxy_rights, True)

    def has_pin(self, user: User, pin: str, now: float) -> bool:
        """Tells whether this is a user's PIN, whatever the EM service takes for his certificate."""
        return self._is_right(f"{_PIN} {fold(user.id)}", user.pin, pin, now)

    def must_change_pin(self, user: User) -> bool:
        """Tells whether a user's PIN has expired and was not changed since."""
        return user.must_change and self._store.secret(f"{_PIN} {fold(user.id)}") is None

    def change_pin(self, user: User, pin: str) -> None:
        """Gives a user a new PIN; raises `ValueError` for one that is blank or too long."""
        check_secret(pin)
        self._keep(f"{_PIN} {fold(user.id)}", user.id, pin, f"change of PIN by {user.id}")

    def change(self, account: str, secret: str, cause: str) -> None:
        """Gives an account a new certificate, PIN or password; the state keeps a salted hash of it.

        Of an end user the one changes that the service checks; where it takes either, the PIN. An application
        user takes precedence over an end user of the same ID, as in a request. Raises `KeyError` for an
        account that the cluster does not hold, `ValueError` for a secret that is blank or too long.
        """
        check_secret(secret)
        key = fold(account)
        entry = self._cluster.application_users.get(key) or self._cluster.users.get(key)
        if entry is None:
            raise KeyError(f"account {account!r} is not in this cluster")
        self._keep(f"{self._changed_kind(entry)} {key}", entry.id, secret, cause)

    def _keep(self, place: str, account: str, secret: str, cause: str) -> None:
        self._store.change_secret(self._clock.now(), place, account, hashes.salted(secret), cause)
        self._known[place] = secret
        now = self._clock.now()
        lately = self._cache.get(place, {})
        self._cache[place] = {old: until for old, until in lately.items() if now < until}

    def clear(self) -> None:
        """Forgets every changed secret and cached one."""
        self._known.clear()
        self._cache.clear()

    def _changed_kind(self, entry: ApplicationUser | User) -> str:
        if isinstance(entry, ApplicationUser):
            return _APPLICATION
        password_only = self._cluster.service.end_user_credential is EndUserCredential.PASSWORD
        return _PASSWORD if password_only else _PIN

    def _firsts(self, user: User) -> Firsts:
        """Returns what an end user may sign with, as the cluster file has it."""
        checked = self._cluster.service.end_user_credential
        pin, password = (_PIN, user.pin), (_PASSWORD, user.password)
        if checked is EndUserCredential.EITHER:
            return (pin, password)
        return (pin,) if checked is EndUserCredential.PIN else (password,)

    def _check(self, entry: ApplicationUser | User, key: str, firsts: Firsts, given: str, now: float) -> None:
        for kind, first in firsts:
            if self._is_right(f"{kind} {key}", first, given, now):
                break
        else:
            raise Refused(Code.INVALID_APP_USER, self._why(entry, key, firsts, given))
        if entry.must_change and self._store.secret(f"{kind} {key}") is None:
            raise Refused(Code.CHANGE_PASSWORD, f"{entry.id} must change the {_WORDS[kind]} first")

    def _is_right(self, place: str, first: str | None, given: str, now: float) -> bool:
        changed = self._store.secret(place)
        if changed is not None:
            right = self._is_changed_one(place, changed, given)
        else:
            right = first is not None and _same(first, given)
        if right and self._cluster.service.credential_cache:
            self._cache.setdefault(place, {})[given] = now + CACHE_SECONDS
        return right or self._is_cached(place, given, now)

    def _is_cached(self, place: str, given: str, now: float) -> bool:
        lately = self._cache.get(place, {})
        return any(now < until and _same(secret, given) for secret, until in lately.items())

    def _is_changed_one(self, place: str, changed: Hash, given: str) -> bool:
        known = self._known.get(place)
        if known is not None:
            return _same(known, given)
        # After a restart: the hash is slow on purpose, so it is computed until the secret has come once.
        right = hashes.matches(changed, given)
        if right:
            self._known[place] = given
        return right

    def _why(self, entry: ApplicationUser | User, key: str, firsts: Firsts, given: str) -> str:
        """Returns which kind of secret is wrong, and whether what was sent is of the other kind."""
        words = " and ".join(_WORDS[kind] for kind, _ in firsts)
        if isinstance(entry, User) and len(firsts) == 1:
            ((kind, first),) = firsts
            other, secret = (_PASSWORD, entry.password) if kind == _PIN else (_PIN, entry.pin)
            changed = self._store.secret(f"{other} {key}") is not None
            if secret is not None and not changed and _same(secret, given):
                return f"this is the {_WORDS[other]} of {entry.id}; the service checks the {words}"
            if first is None and self._store.secret(f"{kind} {key}") is None:
                return f"{entry.id} has no password in this cluster"
        return f"not the {words} of {entry.id}"


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())
