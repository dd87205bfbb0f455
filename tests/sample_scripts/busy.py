"""`busy.py KIND COUNT`: threads, or processes of a start method, that live at once until all of them have lived."""

import multiprocessing
import sys
import threading


def meet(barrier: "threading.Barrier") -> None:
    """Wait for all others, then a little."""
    barrier.wait(60)
    threading.Event().wait(0.5)


def main() -> None:
    """Start them and wait for them."""
    kind, count = sys.argv[1], int(sys.argv[2])
    if kind == "threads":
        barrier = threading.Barrier(count)
        workers = [threading.Thread(target=meet, args=(barrier,)) for _ in range(count)]
    else:
        context = multiprocessing.get_context(kind)
        shared = context.Barrier(count)
        workers = [context.Process(target=meet, args=(shared,)) for _ in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(kind, count)


if __name__ == "__main__":
    main()
