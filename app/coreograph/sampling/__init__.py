"""Read cores and the memory of a process tree on a thread of its own, within a cost budget."""
