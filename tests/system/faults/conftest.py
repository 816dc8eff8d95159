# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of faults share besides ../conftest.py."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import harness  # noqa: E402
import logins  # noqa: E402


@pytest.fixture
def faulty(world, daemon_host):
    """Logins to which something happens, in this world."""
    return logins.Logins(world, daemon_host)


@pytest.fixture(scope="session")
def scarce(stage):  # pylint: disable=unused-argument
    """The library made of scarce.c."""
    return harness.compiled("faults/scarce", "-shared", "-fPIC")
