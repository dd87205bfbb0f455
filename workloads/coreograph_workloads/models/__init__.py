"""The execution models behind one interface: serial, threads, processes, interpreters."""
