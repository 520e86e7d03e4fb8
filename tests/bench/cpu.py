# SPDX-License-Identifier: ISC
"""User and system time of processes and all below them, in us, by program: cpu.py PID …"""

import os
import sys

tick = 1e6 / os.sysconf("SC_CLK_TCK")
stat = {}
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        text = open(f"/proc/{pid}/stat").read()
        name = open(f"/proc/{pid}/comm").read().strip()
    except OSError:
        continue
    fields = text.rpartition(")")[2].split()
    stat[int(pid)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) * tick, name)
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
