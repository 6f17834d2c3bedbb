"""Writes the file of a phone as a call manager does: the order of its elements, two blanks before the first
attribute, a prefix that is not declared.

Must never write a PIN or a password: where a call manager has one, the element is empty.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import NamedTuple
from xml.sax.saxutils import escape

from hotdesk_hil.provisioning.settings import LOCALES, Provisioning

DEFAULT_NAME = "XMLDefault.cnf.xml"
"""The file for phones that have none of their own."""
SUFFIX = ".cnf.xml"
_STAMPS = uuid.UUID("5c0b5ea0-6f5b-4b0e-9b70-2f2f7d1f6d4e")


class Person(NamedTuple):
    """Whoever is logged in: what their device profile brings to the phone."""

    user: str
    profile: str
    number: str
    locale: str | None


class Addresses(NamedTuple):
    """Where a phone finds what: the host as the phone knows it, and URLs with their tokens."""

    host: str
    login: str
    change_pin: str


class Version(NamedTuple):
    """What a version is made of: the change that brought it (0: none yet) and when it was."""

    change: int
    at: float


def write(
    device: str, settings: Provisioning, addresses: Addresses, person: Person | None, version: Version
) -> bytes:
    """Returns the file of a device; `person` is who is logged in."""
    locale = (None if person is None else person.locale) or settings.user_locale
    before = "".join(
        [
            f'<device  xsi:type="axl:XIPPhone" ctiid="1" uuid="{{{uuid.uuid5(_STAMPS, device)}}}">\n',
            _tag("fullConfig", "true"),
            _tag("deviceProtocol", "SIP"),
            _tag("sshUserId", ""),
            _tag("sshPassword", ""),
            "<devicePool>\n",
            _tag("name", "Default"),
            "<dateTimeSetting>\n",
            _tag("dateTemplate", "D.M.Y"),
            "<ntps>\n",
            *(_ntp(name) for name in settings.time_servers),
            "</ntps>\n</dateTimeSetting>\n",
            _call_managers(settings, addresses),
            "</devicePool>\n",
            _sip_profile(device, person),
            _tag("loadInformation", settings.load_information),
            "<vendorConfig>\n<webAccess>1</webAccess></vendorConfig>\n",
        ]
    )
    after = "".join(
        [
            _user_locale(locale),
            _tag("deviceSecurityMode", "1"),
            *_urls(settings),
            f'<userId  serviceProfileFile="SPDefault.cnf.xml">{escape("" if person is None else person.user)}'
            "</userId>\n",
            '<phoneServices  useHTTPS="false">\n<provisioning>2</provisioning>\n',
            _phone_service("Extension Mobility", addresses.login),
            _phone_service("Change Credential", addresses.change_pin),
            "</phoneServices>\n</device>\n",
        ]
    )
    return _document(before, after, version)


def write_default(settings: Provisioning, addresses: Addresses, version: Version) -> bytes:
    """Returns the file for phones that have none of their own."""
    before = "<Default>\n" + _call_managers(settings, addresses)
    return _document(before, "".join([*_urls(settings), "</Default>\n"]), version)


def _document(before: str, after: str, version: Version) -> bytes:
    """Puts the version between: it is another one with each change, and with each other content."""
    content = uuid.uuid5(_STAMPS, f"{version.change} {before}{after}")
    stamp = _tag("versionStamp", f"{int(version.at)}-{content}")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{before}{stamp}{after}'.encode()


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n"


def _ntp(name: str) -> str:
    return f"<ntp>\n{_tag('name', name)}{_tag('nameV6', '')}{_tag('ntpMode', 'Unicast')}</ntp>\n"


def _call_managers(settings: Provisioning, addresses: Addresses) -> str:
    names = settings.members or (addresses.host,)
    members = "".join(_member(priority, name) for priority, name in enumerate(names))
    return (
        f"<callManagerGroup>\n{_tag('name', 'Default')}<members>\n{members}</members>\n</callManagerGroup>\n"
    )


def _member(priority: int, name: str) -> str:
    ports = "".join(
        [_tag("ethernetPhonePort", "2000"), _tag("sipPort", "5060"), _tag("securedSipPort", "5061")]
    )
    media = f"<mgcpPorts>\n{_tag('listen', '2427')}{_tag('keepAlive', '2428')}</mgcpPorts>\n"
    return (
        f'<member  priority="{priority}">\n<callManager>\n{_tag("name", name)}{_tag("description", "")}'
        f"<ports>\n{ports}{media}</ports>\n{_tag('processNodeName', name)}</callManager>\n</member>\n"
    )


def _sip_profile(device: str, person: Person | None) -> str:
    label = device if person is None else person.number
    line = "".join(
        [
            '<line  button="1" lineIndex="1">\n',
            _tag("featureID", "9"),
            _tag("featureLabel", label),
            _tag("proxy", "USECALLMANAGER"),
            _tag("port", "5060"),
            _tag("name", label),
            _tag("displayName", "" if person is None else person.user),
            _tag("authName", ""),
            _tag("authPassword", ""),
            "</line>\n",
        ]
    )
    profile = _tag("phoneLabel", "" if person is None else person.profile)
    return f"<sipProfile>\n{profile}<sipLines>\n{line}</sipLines>\n</sipProfile>\n"


def _user_locale(name: str) -> str:
    locale = LOCALES[name]
    inside = [_tag("name", name), _tag("uid", str(locale.uid)), _tag("langCode", locale.code)]
    return f"<userLocale>\n{''.join(inside)}{_tag('winCharSet', 'utf-8')}</userLocale>\n"


def _urls(settings: Provisioning) -> Iterable[str]:
    yield _tag("idleTimeout", str(settings.idle_timeout))
    yield _tag("authenticationURL", settings.authentication_url)
    yield _tag("directoryURL", settings.directory_url)
    yield _tag("idleURL", settings.idle_url)
    yield _tag("informationURL", settings.information_url)
    yield _tag("messagesURL", settings.messages_url)
    yield _tag("proxyServerURL", "")
    yield _tag("servicesURL", settings.services_url)


def _phone_service(name: str, url: str) -> str:
    inside = [_tag("name", name), _tag("url", url), _tag("vendor", ""), _tag("version", "")]
    return f'<phoneService  type="0" category="0">\n{"".join(inside)}</phoneService>\n'
