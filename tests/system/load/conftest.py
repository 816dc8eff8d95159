# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of load share besides ../conftest.py."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import harness  # noqa: E402

# More people than elsewhere: a record counts 64 texts a day.
harness.USERS.extend(f"user{number:02}" for number in range(len(harness.CROWD), 99))
