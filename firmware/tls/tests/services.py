"""Services with TLS for the tests beside: one for each certificate, and one for each setting.

Prints a line `NAME PORT FILE` for each, FILE being what a client trusts; ends when standard input does.
"""

import sys
from pathlib import Path

from hotdesk_hil.emservice import (
    ApplicationUser,
    CertificateFlaw,
    CertificateShape,
    Cluster,
    Device,
    EmService,
    TlsSettings,
    TlsVersion,
    User,
)

SERVICES = {
    **{kind.value: TlsSettings(kind) for kind in (*CertificateShape, *CertificateFlaw)},
    "1.2 only": TlsSettings(version=TlsVersion.TLS_1_2),
    "1.3 only": TlsSettings(version=TlsVersion.TLS_1_3),
    "self-signed, 1.3 only": TlsSettings(CertificateShape.SELF_SIGNED, TlsVersion.TLS_1_3),
    "wrong key, 1.3 only": TlsSettings(CertificateFlaw.WRONG_KEY, TlsVersion.TLS_1_3),
    "client certificate, 1.3 only": TlsSettings(version=TlsVersion.TLS_1_3, client_certificate=True),
    "client certificate": TlsSettings(version=TlsVersion.TLS_1_2, client_certificate=True),
}


def cluster(settings: TlsSettings) -> Cluster:
    """Whom the phone of the tests and its person find there."""
    return Cluster(
        application_users=[ApplicationUser("emphone", "app&secret<9>")],
        users=[User("john", "73519", profiles=("DPJOHN",))],
        devices=[Device("SEP003094C25B15")],
        tls=settings,
    )


folder = Path(sys.argv[1])
services = []
for name, settings in SERVICES.items():
    service = EmService(cluster(settings), tls_port=0, ca=folder / name)
    service.start()
    services.append(service)
    print(f"{name}\t{service.tls_port}\t{service.authority.file}", flush=True)
print(f"http\t{services[0].port}\t{services[0].authority.file}", flush=True)
print(flush=True)
sys.stdin.read()
