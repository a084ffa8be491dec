"""Adopts orphans, as tini, `docker --init`, systemd --user and some test runners do, and starts servers below itself.

usage: subreaper.py [--session] COMMAND... [--beside COMMAND...]
Every server is in the process group of this program, or with --session in a session of its own. What the one --beside
prints is thrown away. Everything ends with this program.
"""
import ctypes
import os
import signal
import subprocess
import sys

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if libc.prctl(PR_SET_CHILD_SUBREAPER, 1) != 0:
    sys.exit("prctl: " + os.strerror(ctypes.get_errno()))
args = sys.argv[1:]
session = args[0] == "--session"
if session:
    args = args[1:]
first, beside = args, []
if "--beside" in args:
    at = args.index("--beside")
    first, beside = args[:at], args[at + 1 :]
if beside:
    subprocess.Popen(beside, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)
subprocess.Popen(first, start_new_session=session, preexec_fn=die_with_parent)
while True:
    try:
        os.wait()
    except ChildProcessError:
        sys.exit(0)
