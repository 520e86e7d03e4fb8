# SPDX-License-Identifier: ISC
"""Waiting for conditions."""

import select
import time


def until(condition, seconds=30):
    """What the condition gives once it is true; fails when it does not become so."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, "it did not come to be"
        select.select([], [], [], 0.02)
