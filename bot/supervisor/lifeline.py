"""No orphans: a process of ours ends when the one that started it is gone, however it went.

The starter holds the other end of our standard input; when it dies, even by kill -9, we read the end.
"""

from __future__ import annotations

import os
import signal
import stat
import threading
import time

GRACE_SECONDS = 5.0


def hold_on() -> None:
    """Watches the lifeline from a thread of its own; a process started by hand has none."""
    if not stat.S_ISFIFO(os.fstat(0).st_mode):
        return
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    # Not sys.stdin: a thread in its buffer would crash the interpreter at its end.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
