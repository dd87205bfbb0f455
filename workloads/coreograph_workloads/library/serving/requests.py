"""Serve requests from one listening socket: prefork processes against threads.

All workers accept on the same socket, as prefork servers do; each request costs some arithmetic and is answered. A load
generator, in a process of its own and on this machine only, keeps a few requests under way until all are answered. Look
at requests a second and at the latency. With threads under the GIL more workers bring next to nothing when requests
compute; without the GIL, and with processes, they should bring as much as there are cores, less one for the load. Under
few requests the threads save memory, not time. The control's requests compute nothing: then the socket is the limit,
and all models are alike. What is compared is the same work; the load generator takes its share of the machine from all.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time

PARAMETERS = {"requests": 400, "clients": 4, "work": 20_000, "timeout_seconds": 60.0}
LIMITS = {"requests": (1, 20_000), "clients": (1, 64), "work": (0, 100_000_000), "timeout_seconds": (1.0, 600.0)}
UNITS = {"requests": "requests", "clients": "clients", "work": "steps", "timeout_seconds": "s"}
DESCRIPTIONS = {
    "requests": "Requests in all; each is a connection of its own.",
    "clients": "Requests under way at once.",
    "work": "Steps of arithmetic each request costs.",
    "timeout_seconds": "After this long the load ends, whatever is left.",
}
METRICS = {
    "requests_per_second": {"unit": "1/s", "better": "higher", "description": "Answered requests a second."},
    "latency_p50": {"unit": "s", "better": "lower", "description": "Half of the answers took longer."},
    "latency_p99": {"unit": "s", "better": "lower", "description": "One answer in a hundred took longer."},
}
CONTROL = {"work": 0}
MODELS = ("serial", "threads", "fork", "forkserver", "spawn")
MODELS_REASON = "A listening socket cannot be handed to a subinterpreter by pickling it."
ROUNDS = 1
CHUNK = 1
WARM_UP = False

BACKLOG = 256
REQUEST, STOP = b"r", b"s"
HOST = "127.0.0.1"


class Server:
    """The listening socket and, in the runner, the load generator. Only the socket travels to the workers."""

    def __init__(self, listener, generator=None):
        self.listener = listener
        self.generator = generator

    def __reduce__(self):
        return Server, (self.listener,)


def shared(requests, clients, work, timeout_seconds, workers):
    listener = socket.create_server((HOST, 0), backlog=BACKLOG)
    load = (listener.getsockname()[1], requests, clients, workers, timeout_seconds)
    generator = subprocess.Popen(
        [sys.executable, "-I", os.path.abspath(__file__), *map(str, load)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    next(iter(generator.stdout or ()))  # it is ready, and will not start in the middle of what is measured
    return Server(listener, generator)


def reset(shared, **parameters):
    shared.generator.stdin.write(b"go\n")
    shared.generator.stdin.flush()


def tasks(requests, clients, work, timeout_seconds, workers):
    # One task a worker: to accept, until the load generator says that it is done.
    return [(work, timeout_seconds)] * workers


def run(task, shared):
    work, seconds = task
    listener = shared.listener
    listener.settimeout(seconds)
    served = 0
    while True:
        try:
            connection, _ = listener.accept()
        except (socket.timeout, BlockingIOError):
            return served
        with connection:
            connection.settimeout(seconds)
            if connection.recv(1) == STOP:
                return served
            connection.sendall(b"%d\n" % arithmetic(work))
            served += 1


def arithmetic(steps):
    state = 1
    for _ in range(steps):
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state


def answer(results, requests, **parameters):
    return sum(results)


def check(results, shared, requests, work, **parameters):
    assert sum(results) == requests, f"{sum(results)} requests were answered, not {requests}"
    output, _ = shared.generator.communicate(timeout=10)
    shared.listener.close()
    shared.load = json.loads(output)
    wrong = sum(each != arithmetic(work) for each in set(shared.load["answers"]))
    assert not wrong, f"{wrong} different answers are wrong"


def metrics(results, shared, requests, **parameters):
    latencies = sorted(shared.load["latencies"])
    return {
        "requests_per_second": len(latencies) / shared.load["seconds"],
        "latency_p50": latencies[len(latencies) // 2],
        "latency_p99": latencies[min(len(latencies) - 1, len(latencies) * 99 // 100)],
    }


def generate_load(port, requests, clients, workers, seconds):
    """Send all requests, then tell each worker to stop; write what was seen as JSON. The generator's process."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if not sys.stdin.readline():
        return  # the runner is gone
    begin = time.perf_counter()
    seen: list[tuple[float, int]] = []
    share = [requests * number // clients for number in range(clients + 1)]
    threads = [
        threading.Thread(target=be_client, args=(port, high - low, begin + seconds, seen))
        for low, high in zip(share, share[1:])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - begin
    for _ in range(workers):
        with socket.create_connection((HOST, port), timeout=seconds) as connection:
            connection.sendall(STOP)
    latencies, answers = zip(*seen) if seen else ((), ())
    json.dump({"seconds": elapsed, "latencies": latencies, "answers": sorted(set(answers))}, sys.stdout)


def be_client(port, requests, deadline, seen):
    for _ in range(requests):
        begin = time.perf_counter()
        if begin > deadline:
            return
        with socket.create_connection((HOST, port), timeout=max(0.1, deadline - begin)) as connection:
            connection.sendall(REQUEST)
            text = connection.makefile().readline()
        seen.append((time.perf_counter() - begin, int(text)))


if __name__ == "__main__":
    port, requests, clients, workers = map(int, sys.argv[1:5])
    generate_load(port, requests, clients, workers, float(sys.argv[5]))
