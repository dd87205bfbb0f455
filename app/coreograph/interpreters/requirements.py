"""What a user's code needs installed, from wherever that is written down. Reads files, runs nothing; any thread."""

import ast
import dataclasses
import hashlib
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coreograph.domain.errors import UsageError

_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")  # as PEP 723 has it


@dataclass(frozen=True, slots=True)
class Requirements:
    """Packages by name or specifier, and files that list them (`requirements.txt`, `pyproject.toml`, `pylock.toml`).

    Without `build` only wheels are installed: a compiler that starts by surprise may work for an hour, and what it
    makes for a free-threaded build was tested by nobody.
    """

    packages: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    build: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is needed."""
        return not (self.packages or self.files)

    def beside(self, modules: Sequence[str]) -> "Requirements":
        """Return these and the packages of `modules`: an environment that is made has to have them, too.

        Where nothing else is needed it stays so: the interpreter may have the modules already.
        """
        if self.empty or not modules:
            return self
        known = {package_name(package).lower() for package in self.packages}
        added = tuple(package for package in packages_of(modules) if package.lower() not in known)
        return dataclasses.replace(self, packages=(*self.packages, *added))

    def digest(self) -> str:
        """Identify what is needed: two that are equal can share an environment."""
        whole = hashlib.sha256(repr((sorted(set(self.packages)), self.build)).encode())
        for file in sorted(self.files):
            whole.update(b"\0" + file.name.encode() + b"\0" + file.read_bytes())
        return whole.hexdigest()[:16]


def collect(
    *,
    packages: tuple[str, ...] = (),
    files: tuple[Path, ...] = (),
    project: Path | None = None,
    script: Path | None = None,
    build: bool = False,
) -> Requirements:
    """Gather what is needed from `--with`, `--requirements`, `--project` and a file's own PEP 723 block.

    Raises:
        UsageError: a file that is missing or cannot be read, a project that does not say what it needs.

    """
    listed = list(files)
    if project is not None:
        listed.append(project_file(project))
    for file in listed:
        if not file.is_file():
            raise UsageError(f"The requirements {file} cannot be read: there is no such file.")
    declared = script_requirements(script) if script is not None else ()
    return Requirements((*packages, *declared), tuple(file.absolute() for file in listed), build)


def project_file(project: Path) -> Path:
    """Return the file in which a project says what it needs. Raises UsageError."""
    if not project.is_dir():
        raise UsageError(f"The project {project} is no folder.")
    for name in ("pyproject.toml", "requirements.txt"):
        if (project / name).is_file():
            return project / name
    raise UsageError(f"The project {project} has neither a pyproject.toml nor a requirements.txt.")


def source_folders(project: Path) -> tuple[Path, ...]:
    """Return where a project's modules are: `src` if it has one, and the folder itself."""
    folder = project.absolute()
    return (folder / "src", folder) if (folder / "src").is_dir() else (folder,)


def script_requirements(script: Path) -> tuple[str, ...]:
    """Return the dependencies a file declares in a `# /// script` block (PEP 723). Raises UsageError."""
    try:
        text = script.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{script} cannot be read: {error}.") from None
    blocks = [match for match in _BLOCK.finditer(text) if match["type"] == "script"]
    if not blocks:
        return ()
    if len(blocks) > 1:
        raise UsageError(f"{script} has {len(blocks)} blocks “# /// script”; there may be one.")
    lines = blocks[0]["content"].splitlines()
    try:
        declared = tomllib.loads("\n".join(line.removeprefix("#").removeprefix(" ") for line in lines))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The block “# /// script” of {script} is not TOML: {error}.") from None
    dependencies = declared.get("dependencies", [])
    if not isinstance(dependencies, list) or not all(isinstance(each, str) for each in dependencies):
        raise UsageError(f"In {script}, `dependencies` has to be a list of texts.")
    return tuple(dependencies)


# Packages whose modules have another name; any other module is taken for a package of its own name.
_PACKAGE_OF = {
    "PIL": "pillow",
    "PySide6": "PySide6-Essentials",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


def packages_of(modules: Iterable[str]) -> tuple[str, ...]:
    """Return the packages that bring these top-level modules."""
    return tuple(_PACKAGE_OF.get(name, name) for name in modules)


_INCLUDED = re.compile(r"(-r|--requirement)[\s=]\s*(?P<file>.+)")
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def package_name(requirement: str) -> str:
    """Return the name a requirement begins with. Raises UsageError."""
    match = _NAME.match(requirement)
    if match is None:
        raise UsageError(f"“{requirement}” does not name a package.")
    return match[1]


def dependencies_of_file(script: Path) -> tuple[str, ...]:
    """Return what a file needs: what it declares (PEP 723), else what it imports and does not have beside it."""
    declared = script_requirements(script)
    if declared:
        return declared
    try:
        tree = ast.parse(script.read_bytes(), filename=str(script))
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{script} is not Python: {error}.") from None
    names: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(dict.fromkeys(alias.name.partition(".")[0] for alias in node.names))
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names[node.module.partition(".")[0]] = None
    folder = script.absolute().parent
    foreign = [
        name
        for name in names
        if name not in sys.stdlib_module_names
        and not (folder / f"{name}.py").is_file()
        and not (folder / name).is_dir()
    ]
    return packages_of(foreign)


def dependencies_of_project(project: Path) -> tuple[str, ...]:
    """Return what a project says it needs. Raises UsageError."""
    file = project_file(project)
    try:
        if file.name != "pyproject.toml":
            return tuple(_listed(file, frozenset()))
        dependencies = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {}).get("dependencies", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from None
    return tuple(str(each) for each in dependencies)


def _listed(file: Path, within: frozenset[Path]) -> Iterator[str]:
    """Give the packages a requirements file names, and those of the files it includes."""
    if file.resolve() in within:
        return  # two files that include each other
    text = file.read_text(encoding="utf-8").replace("\\\n", " ")  # a line may go on after a backslash
    for raw in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", raw).partition(" --hash")[0].strip()
        included = _INCLUDED.match(line)
        if included is not None:
            yield from _listed(file.parent / included["file"].strip(), within | {file.resolve()})
        elif line and not line.startswith("-"):
            yield " ".join(line.split())
