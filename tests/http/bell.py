# SPDX-License-Identifier: ISC
"""The bell of push, borrowed from a responder: what is written by SQL is then heard as fast as what a responder commits."""

import ctypes
import os
import socket

PIDFD_GETFD = 438
libc = ctypes.CDLL(None, use_errno=True)


def _of(pid):
    with open(f"/proc/{pid}/environ", "rb") as environ:
        for pair in environ.read().split(b"\0"):
            if pair.startswith(b"BUREAU_PUSH_FD="):
                return int(pair.partition(b"=")[2])
    return None


def _responder(name, home):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm", encoding="ascii") as comm, open(f"/proc/{pid}/environ", "rb") as environ:
                # Of this instance: others may run beside it.
                if comm.read().strip() == name and f"BUREAU_HOME={home}\0".encode() in environ.read():
                    return int(pid)
        except OSError:
            continue
    raise RuntimeError(f"no {name} of {home} runs")


def find(name="bureau-auth", home=None):
    pid = _responder(name, home or os.environ["BUREAU_HOME"])
    got = libc.syscall(PIDFD_GETFD, os.pidfd_open(pid), _of(pid), 0)
    if got < 0:
        raise OSError(ctypes.get_errno(), "the bell cannot be had: " + os.strerror(ctypes.get_errno()))
    return socket.socket(fileno=got)


def ring(bell):
    """Never waits: a full one is ringing already."""
    try:
        bell.send(b"\0", socket.MSG_DONTWAIT)
    except BlockingIOError:
        pass
