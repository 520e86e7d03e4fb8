# SPDX-License-Identifier: ISC
"""What the suite shares with that of the API: its client, and people."""

import os
import sys

sys.path.insert(0, os.environ["root"] + "/tests/http")

import pytest  # noqa: E402
import smtp  # noqa: E402
from people import chair, employee, manager  # noqa: E402, F401


@pytest.fixture(scope="session")
def box():
    """The mail server of the instance."""
    with smtp.Box(port=int(os.environ["SMTP_PORT"])) as server:
        yield server
