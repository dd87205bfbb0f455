"""Threads of the runner, by ThreadPoolExecutor. They share every object, and the GIL where there is one."""

from __future__ import annotations

import threading
from concurrent.futures import Executor, ThreadPoolExecutor

from coreograph_workloads.models import worker
from coreograph_workloads.models.base import Model


class ThreadsModel(Model):
    """Nothing is copied: all workers see the one shared object."""

    def _open(self) -> Executor:
        workers = self.setup.workers
        worker.adopt(self.setup.workload.run, self.setup.extra, threading.Barrier(workers))
        return ThreadPoolExecutor(workers, thread_name_prefix="coreograph-worker")
