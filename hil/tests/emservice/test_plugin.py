"""The pytest plugin in a project that knows nothing of this one but the installed package."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

QUICK = ("-p", "no:cacheprovider", "-p", "no:schemathesis")
"""Of what else is installed here, nothing is wanted."""

USES_IT = """
    import http.client
    from urllib.parse import quote

    XML = ("<query><appInfo><appID>{app}</appID><appCertificate>{certificate}</appCertificate></appInfo>"
           "<checkUser><userID>{user}</userID></checkUser></query>")

    def test_it(em_service):
        connection = http.client.HTTPConnection("127.0.0.1", em_service.port, timeout=10)
        connection.request("POST", "/emservice/EMServiceServlet", "xml=" + quote(XML, safe=""),
                           {{"Content-Type": "application/x-www-form-urlencoded"}})
        assert b"<exists>" in connection.getresponse().read()
        assert em_service.wait_for_request("checkUser").code is None
"""


def test_the_fixture_serves_the_demo_cluster(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USES_IT.format(app="john", certificate="12345", user="john"))
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=1)


def test_the_ini_option_names_another_cluster(pytester: pytest.Pytester) -> None:
    cluster = Path(pytester.path) / "mine.toml"
    cluster.write_text('[[application_user]]\nid = "me"\ncertificate = "c"\n[[user]]\nid = "u"\npin = "1"\n')
    pytester.makeini("[pytest]\nem_cluster = mine.toml\n")
    pytester.makepyfile(USES_IT.format(app="me", certificate="c", user="u"))
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=1)


def test_the_plugin_loads_nothing_of_the_rig(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import subprocess, sys

        def test_it():
            code = "import sys, hotdesk_hil.plugin; print({'labgrid', 'locust', 'PIL'} & {*sys.modules})"
            assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\\n"
        """
    )
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=1)


def test_workers_of_xdist_have_services_of_their_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os, pytest

        @pytest.mark.parametrize("n", range(12))
        def test_it(em_service, n):
            assert em_service.sessions() == {}
            em_service.login("SEP003094C25B15", "john")
            assert os.environ["PYTEST_XDIST_WORKER"] in ("gw0", "gw1", "gw2")
        """
    )
    done = pytester.runpytest_subprocess(*QUICK, "-n", "3")
    done.assert_outcomes(passed=12)


TLS = """
    import socket, ssl

    def test_it(em_service, em_ca):
        trust = ssl.create_default_context(cafile=em_ca / "ca.pem")
        assert em_service.tls_url == f"https://127.0.0.1:{em_service.tls_port}/emservice/EMServiceServlet"
        with socket.create_connection(("127.0.0.1", em_service.tls_port), timeout=10) as plain:
            trust.wrap_socket(plain, server_hostname="127.0.0.1").close()
        PORT
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_the_ini_option_em_tls_serves_tls(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nem_tls = true\n")
    pytester.makepyfile(TLS.replace("PORT", ""))
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=1)


def test_the_ini_option_em_port_is_the_port_of_tls_where_there_is_tls(pytester: pytest.Pytester) -> None:
    port = free_port()
    pytester.makeini(f"[pytest]\nem_tls = true\nem_port = {port}\n")
    pytester.makepyfile(TLS.replace("PORT", f"assert em_service.tls_port == {port} != em_service.port"))
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=1)


def test_the_ini_option_em_port_is_the_port(pytester: pytest.Pytester) -> None:
    port = free_port()
    pytester.makeini(f"[pytest]\nem_port = {port}\n")
    pytester.makepyfile(
        f"def test_it(em_service):\n    assert (em_service.port, em_service.tls_url) == ({port}, None)"
    )
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=1)


def test_the_ini_option_em_provisioning_serves_the_files_of_phones(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nem_provisioning = true\n")
    pytester.makepyfile(
        """
        from urllib.request import urlopen

        def test_it(em_service):
            em_service.login("SEP003094C25B15", "john")
            content = urlopen(em_service.provisioning_url + "SEP003094C25B15.cnf.xml").read()
            assert content == em_service.phone_file("SEP003094C25B15")
            assert em_service.wait_for_request("phoneFile").users == ("john",)
            assert em_service.tftp_url == f"tftp://127.0.0.1:{em_service.tftp_port}/"
        """
    )
    pytester.runpytest_subprocess(*QUICK).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("ini", "what"),
    [
        ("em_port = https", "em_port: 'https' is not 0 to 65535"),
        ("em_cluster = gone.toml", "em_cluster: *gone.toml: cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_ini_option_is_one_line(pytester: pytest.Pytester, ini: str, what: str) -> None:
    pytester.makeini(f"[pytest]\n{ini}\n")
    pytester.makepyfile("def test_it(em_service):\n    pass")
    done = pytester.runpytest_subprocess(*QUICK)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([f"*{what}"])
    done.stdout.no_fnmatch_line("*Traceback*")


def test_a_port_that_is_taken_is_one_line(pytester: pytest.Pytester) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        pytester.makeini(f"[pytest]\nem_port = {port}\n")
        pytester.makepyfile("def test_it(em_service):\n    pass")
        done = pytester.runpytest_subprocess(*QUICK)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([f"*em_port: 127.0.0.1:{port}: Address already in use; *"])


def test_the_report_of_a_failed_test_shows_what_arrived(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import http.client

        def test_wrong_path(em_service):
            connection = http.client.HTTPConnection("127.0.0.1", em_service.port, timeout=10)
            connection.request("POST", "/emservice", "xml=secret")
            assert connection.getresponse().status == 200

        def test_silent(em_service):
            assert em_service.wait_for_request(timeout=0)

        def test_fine(em_service):
            pass
        """
    )
    done = pytester.runpytest_subprocess(*QUICK, "--show-capture=all")
    done.assert_outcomes(passed=1, failed=2)
    done.stdout.fnmatch_lines(
        [
            "*em_service*",
            "POST /emservice: 404: the service is at /emservice/EMServiceServlet",
            "*em_service*",
            "nothing arrived",
        ]
    )
    done.stdout.no_fnmatch_line("*xml=secret: *")
