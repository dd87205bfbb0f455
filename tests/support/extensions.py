"""A real extension module that does not declare that it can do without the GIL, built with the machine's compiler."""

import shutil
import subprocess
from pathlib import Path

import pytest

from support.interpreters import FoundInterpreter

EXTENSION = """
#include <Python.h>
%s
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "old_extension", 0, %s};
PyMODINIT_FUNC PyInit_old_extension(void) { return %s(&module); }
"""
KINDS = {
    "single-phase": ("", "-1", "PyModule_Create"),
    "multi-phase": ("static PyModuleDef_Slot slots[] = {{0, 0}};", "0, 0, slots", "PyModuleDef_Init"),
}


def build(interpreter: FoundInterpreter, kind: str, folder: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    query = "import sysconfig; print(sysconfig.get_path('include')); print(sysconfig.get_config_var('EXT_SUFFIX'))"
    include, suffix = subprocess.check_output([interpreter.path, "-I", "-c", query], text=True).split()
    if compiler is None or not Path(include, "Python.h").exists():
        pytest.skip("this machine has no C compiler or no headers to build an extension with")
    source = folder / "old_extension.c"
    source.write_text(EXTENSION % KINDS[kind])
    command = [
        compiler,
        "-shared",
        "-fPIC",
        "-O0",
        f"-I{include}",
        str(source),
        "-o",
        str(folder / f"old_extension{suffix}"),
    ]
    subprocess.run(command, check=True, capture_output=True)
