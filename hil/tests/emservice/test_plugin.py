"""The pytest plugin in a project that knows nothing of this one but the installed package."""

from __future__ import annotations

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
        assert b"<exists/>" in connection.getresponse().read()
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
