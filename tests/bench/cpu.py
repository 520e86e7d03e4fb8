# SPDX-License-Identifier: ISC
"""Time on a processor of processes and all below them, in us, by program: cpu.py PID …

As the scheduler counts it: ticks are too coarse for processes that run for microseconds at a time."""

import os
import sys

stat = {}
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        text = open(f"/proc/{pid}/stat").read()
        name = open(f"/proc/{pid}/comm").read().strip()
        us = sum(int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0]) / 1000
                 for task in os.listdir(f"/proc/{pid}/task"))
    except OSError:
        continue
    stat[int(pid)] = (int(text.rpartition(")")[2].split()[1]), us, name)
roots = {int(pid) for pid in sys.argv[1:]}
def below(pid):
    while pid in stat:
        if pid in roots:
            return True
        pid = stat[pid][0]
    return False
sums = {}
for pid, (_, us, name) in stat.items():
    if below(pid):
        sums[name] = sums.get(name, 0) + us
print(" ".join(f"{name}={us:.0f}" for name, us in sorted(sums.items())))
