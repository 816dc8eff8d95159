# SPDX-License-Identifier: BSD-2-Clause
"""The whole run moves into a private machine, where there is one to be had; see namespace.py."""
import collections
import functools
import itertools
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import pytest  # noqa: E402

import callers  # noqa: E402
import fresh as fresh_host  # noqa: E402
import gateway_double  # noqa: E402
import harness  # noqa: E402
import hosts  # noqa: E402
import namespace  # noqa: E402
import recipe_machine  # noqa: E402
import recipe_ways  # noqa: E402

_unavailable = []
_numbers = itertools.count(1)
_passed = pytest.StashKey[bool]()
_figures = collections.Counter()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if config.option.collectonly:
        _unavailable.append("nothing is run")
        return
    try:
        namespace.enter(harness.USERS)
    except namespace.Unavailable as reason:
        _unavailable.append(str(reason))


@pytest.fixture(scope="session")
def stage():
    if _unavailable:
        pytest.skip(_unavailable[0])
    root = os.environ.get("SMSOTP_STAGE")
    if not root:
        pytest.fail("SMSOTP_STAGE does not name the installed tree to test")
    # As /run is one; and what another run's tests leave in the stage is not seen here.
    for folder in ("/run", "/var/lib"):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", root + folder], check=True)
    return harness.Stage(root)


@pytest.fixture(scope="session")
def figures():
    """Numbers by what they say: they are printed when all is done."""
    return _figures


def pytest_terminal_summary(terminalreporter):
    for name, number in _figures.items():
        terminalreporter.write_line(f"figure: {number} {name}")


@pytest.fixture(scope="session")
def system_log(stage):  # pylint: disable=unused-argument
    return harness.SystemLog()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if call.when == "call":
        item.stash[_passed] = report.passed


@pytest.fixture
def world(request, stage, system_log):
    """Everything that must hold after any test is checked at its end."""
    made = harness.World(f"/run/world-{next(_numbers)}", stage, system_log)
    try:
        yield made
        if request.node.stash.get(_passed, False):
            made.finish()
        else:
            print("\n".join(made.log_lines()))
    finally:
        made.remove()


@pytest.fixture
def sshd(world):
    """Starts an sshd for this world; options are sshd_config's."""
    started = []

    def start(**options):
        started.append(hosts.Sshd(world, **options))
        return started[-1]
    yield start
    ended = [server.process.poll() for server in started]
    for server in started:
        server.stop()
    # Whatever became of its sessions.
    assert not any(status is not None for status in ended), "sshd itself has ended"


@pytest.fixture(params=callers.CALLERS)
def caller(request, world, sshd):
    """Each of the programs in turn, or those that a test names."""
    if request.param in callers.NOT_HERE:
        pytest.skip(f"{request.param} is not installed")
    return callers.CALLERS[request.param](world, sshd)


@pytest.fixture(scope="session")
def daemon_host(stage):  # pylint: disable=unused-argument
    """The program made of daemon_host.c."""
    return harness.compiled("daemon_host", "peer.c", "unchanged.c", "-lpam")


@pytest.fixture(scope="session")
def threads_host(stage):  # pylint: disable=unused-argument
    """The program made of threads_host.c."""
    return harness.compiled("threads_host", "peer.c", "unchanged.c", "-lpam")


@pytest.fixture(scope="session")
def stopper(stage):  # pylint: disable=unused-argument
    """The program made of stopper.c."""
    return harness.compiled("stopper")


@pytest.fixture(scope="session")
def clock(stage):  # pylint: disable=unused-argument
    """The library made of clock.c."""
    return harness.compiled("clock", "-shared", "-fPIC")


@pytest.fixture(scope="session")
def module_installed(stage):
    if not os.path.exists("/etc/pam.d/common-auth"):
        pytest.skip("the recipes are Debian's: there is no /etc/pam.d/common-auth")
    recipe_machine.install_module(stage)


@pytest.fixture
def machine(world, module_installed):  # pylint: disable=unused-argument
    """The private machine as docs/RECIPES.md finds it."""
    made = recipe_machine.Machine(world)
    yield made
    made.remove()


@pytest.fixture
def recipe(machine):
    """Follows a recipe of docs/RECIPES.md by its name; returns the way in."""
    return functools.partial(recipe_ways.follow, machine)


@pytest.fixture
def ctl(world, stage):
    """Runs smsotpctl on this world's configuration; status is the exit status it must have."""
    def run(*arguments, status=0, **options):
        return harness.Ctl(world, stage.ctl, arguments, status, **options)
    return run


@pytest.fixture
def fresh(stage, system_log):
    """A host on which the module was just installed."""
    made = fresh_host.Fresh(stage, system_log)
    yield made
    made.remove()


@pytest.fixture
def double(world):
    """Starts gateway doubles over TLS, known to this world by their API's name; `more` is put into their files."""
    authority = gateway_double.Authority(world.base)
    started = []

    def start(api, more=""):
        made = gateway_double.Double(api, authority.context("right"))
        started.append(made)
        settings = {"twilio": gateway_double.TWILIO, "vonage": gateway_double.VONAGE}[api]
        settings = dict(settings, base_url=made.url, ca_file=authority.ca_file)
        settings["from"] = {"twilio": "+15005550006", "vonage": "pam"}[api]
        world.gateway(api, hosts.gateway_file(api, **settings) + "\n" + more)
        return made
    yield start
    for made in started:
        made.stop()
