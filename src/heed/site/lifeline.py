"""A child ends with its parent, also where the parent was killed and could tell nobody: else it would hold port and socket for ever."""

import ctypes
import os
import signal
import sys
import threading
import time

PARENT_DEATH_SIGNAL = 1
LOOK_SECONDS = 0.5


def end_with_parent(sign: int = signal.SIGKILL) -> None:
    """Call it in the child. The kernel sees to it on Linux; elsewhere a thread looks."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, sign)
    else:
        threading.Thread(target=_watch, args=(parent, sign), daemon=True).start()


def _watch(parent: int, sign: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), sign)
