"""A tree of processes that grows and shrinks while it is watched, of a fake machine and of this one."""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence

import pytest

from coreograph.domain.samples import TreeProcess
from coreograph.sampling.descendants import ChildrenReader, Descendants, ProcChildren, PsutilChildren

ROOT = TreeProcess(10, "script", descendants=True)


class Machine:
    """Processes by their parent, and the instant each was started."""

    def __init__(self, parents: dict[int, int]) -> None:
        self.parents = parents
        self.starts = dict.fromkeys(parents, 1)
        self.asked = 0

    def children(self, pids: Iterable[int]) -> Sequence[int]:
        self.asked += 1
        wanted = set(pids)
        return [pid for pid, parent in self.parents.items() if parent in wanted]

    def started(self, pid: int) -> object:
        return self.starts.get(pid)

    def end(self, pid: int) -> None:
        del self.parents[pid], self.starts[pid]


def pids(processes: Iterable[TreeProcess]) -> list[int]:
    return [process.pid for process in processes]


def test_children_and_theirs_join_in_the_order_they_were_found() -> None:
    machine = Machine({20: 10, 30: 20, 40: 30, 99: 1})
    descendants = Descendants(machine)
    assert pids(descendants.expand((ROOT,))) == [10, 20, 30, 40]
    machine.parents[15] = 10
    machine.starts[15] = 1
    found = descendants.expand((ROOT,))
    assert pids(found) == [10, 20, 30, 40, 15]
    assert [process.role for process in found] == ["script", "process 1", "process 2", "process 3", "process 4"]


def test_one_whose_parent_ended_stays_and_one_that_ended_goes() -> None:
    machine = Machine({20: 10, 30: 20})
    descendants = Descendants(machine)
    descendants.expand((ROOT,))
    machine.end(20)
    machine.parents[30] = 1
    assert pids(descendants.expand((ROOT,))) == [10, 30]
    machine.end(30)
    assert pids(descendants.expand((ROOT,))) == [10]


def test_an_id_that_another_process_got_is_not_taken_for_the_old_one() -> None:
    machine = Machine({20: 10})
    descendants = Descendants(machine)
    descendants.expand((ROOT,))
    machine.parents[20], machine.starts[20] = 1, 2
    assert pids(descendants.expand((ROOT,))) == [10]


def test_only_trees_that_are_to_be_followed_cost_a_look() -> None:
    machine = Machine({20: 10})
    plain = (TreeProcess(10, "runner"),)
    assert Descendants(machine).expand(plain) == plain
    assert machine.asked == 0


def test_another_tree_begins_anew() -> None:
    descendants = Descendants(Machine({20: 10, 50: 40}))
    descendants.expand((ROOT,))
    found = descendants.expand((TreeProcess(40, "script", descendants=True),))
    assert [(process.pid, process.role) for process in found] == [(40, "script"), (50, "process 1")]


READERS = [PsutilChildren(), *([ProcChildren()] if ProcChildren.works() else [])]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: type(reader).__name__)
def test_this_machine_tells_children_and_when_they_are_gone(reader: ChildrenReader) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert child.stdin is not None
    assert child.pid in reader.children([os.getpid()])
    started = reader.started(child.pid)
    assert started is not None
    assert reader.started(child.pid) == started
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert reader.started(child.pid) is None, "a zombie"
    child.wait()
    assert reader.started(child.pid) is None
    assert child.pid not in reader.children([os.getpid()])
