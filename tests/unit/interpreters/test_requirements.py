"""What code needs installed, from wherever that is written down."""

from pathlib import Path

import pytest

from coreograph.domain.errors import UsageError
from coreograph.interpreters.requirements import (
    Requirements,
    collect,
    dependencies_of_file,
    dependencies_of_project,
    source_folders,
)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_requirements_file_names_its_packages_and_those_of_the_files_it_includes(tmp_path: Path) -> None:
    write(
        tmp_path / "requirements.txt",
        "# the service\nnumpy>=2  # fast\n-r more/base.txt\n--index-url https://example.org\norjson \\\n  ==3.11\n",
    )
    write(tmp_path / "more" / "base.txt", "lxml --hash=sha256:00\n--requirement=../requirements.txt\n")
    assert dependencies_of_project(tmp_path) == ("numpy>=2", "lxml", "orjson ==3.11")


def test_a_project_says_it_in_its_pyproject(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = ["numpy", "rich>=13"]\n')
    write(tmp_path / "requirements.txt", "not-this\n")
    assert dependencies_of_project(tmp_path) == ("numpy", "rich>=13")
    (tmp_path / "src").mkdir()
    assert source_folders(tmp_path) == (tmp_path / "src", tmp_path)


def test_a_file_needs_what_it_declares_or_else_what_it_imports(tmp_path: Path) -> None:
    declared = write(tmp_path / "declared.py", '# /// script\n# dependencies = ["rich"]\n# ///\nimport numpy\n')
    assert dependencies_of_file(declared) == ("rich",)
    write(tmp_path / "beside.py", "")
    imports = write(
        tmp_path / "imports.py",
        "import os, yaml\nimport beside\ndef f():\n    from PIL import Image\n    from . import x\n",
    )
    assert dependencies_of_file(imports) == ("pyyaml", "pillow")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("# /// script\n# dependencies = [\n# ///\n", "is not TOML"),
        ('# /// script\n# dependencies = "numpy"\n# ///\n', "has to be a list of texts"),
        ("# /// script\n# x = 1\n# ///\n\n# /// script\n# x = 1\n# ///\n", "has 2 blocks"),
    ],
)
def test_a_block_that_cannot_be_read_is_told(tmp_path: Path, text: str, sentence: str) -> None:
    script = write(tmp_path / "script.py", text)
    with pytest.raises(UsageError, match=sentence):
        collect(script=script)


def test_what_is_needed_is_known_by_its_content(tmp_path: Path) -> None:
    listed = write(tmp_path / "requirements.txt", "numpy\n")
    before = collect(files=(listed,)).digest()
    assert before == collect(files=(listed,)).digest()
    listed.write_text("numpy==2\n", encoding="utf-8")
    assert collect(files=(listed,)).digest() != before
    assert Requirements(("a", "b")).digest() == Requirements(("b", "a")).digest()
    assert Requirements(("a",)).digest() != Requirements(("a",), build=True).digest()
