"""A delay for the signals that end the process, used while C code runs that must not be interrupted.

Two cases need this:

- C code calls back into Python. If a signal handler raises an exception in the callback, CFFI prints and drops the
  exception (CFFI documentation, "Extern Python"): the process goes on as if there had been no signal, and the callback
  seems to have failed.
- soundfile closes a file. If a signal handler raises an exception after libsndfile has freed the file and before
  soundfile has recorded this, soundfile closes the file a second time, and the process ends with SIGABRT.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def delay_signals() -> Iterator[None]:
    """Delay SIGTERM and SIGINT until the block ends.

    The function has no effect outside the main thread, because Python runs signal handlers in the main thread only.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    handlers = {name: signal.signal(name, lambda number, _: received.append(number)) for name in _SIGNALS}
    try:
        yield
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)
        for number in received:
            signal.raise_signal(number)
