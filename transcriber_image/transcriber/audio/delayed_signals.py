"""Signals that end the process wait while C code is at work that calls back into Python, or gives memory back.

An exception that a handler raises in such a callback is printed and forgotten (CFFI, "Extern Python"): the process
would go on as if nobody had asked it to end, and the callback would seem to have failed. Between the C code that closes
a file and the note that it is closed, an exception has it closed again, which ends the process by SIGABRT.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def held() -> Iterator[None]:
    """What comes meanwhile is handled at the end. In other threads this is nothing: signals are the main thread's."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    handlers = {each: signal.signal(each, lambda number, _: waiting.append(number)) for each in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for each in waiting:
            signal.raise_signal(each)
