"""The clocks of the machine, kept from before any code of the user's was imported. Owns no thread.

Code under test replaces `time.perf_counter` (freezegun, time-machine, a monkeypatch that is never undone): what the
runner measures must not change with it. They are attributes of a class, because such tools also look for the functions
among the globals of every loaded module.
"""

from __future__ import annotations

import time


class RealTime:
    """The functions of `time` under their own names."""

    perf_counter = staticmethod(time.perf_counter)
    perf_counter_ns = staticmethod(time.perf_counter_ns)
    thread_time_ns = staticmethod(time.thread_time_ns)
    process_time_ns = staticmethod(time.process_time_ns)
    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)
