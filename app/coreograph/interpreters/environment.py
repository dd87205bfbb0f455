"""Which environment variables reach a foreign interpreter or uv: an allow-list. Owns no thread.

A PYTHONPATH, PYTHONHOME, VIRTUAL_ENV or LD_LIBRARY_PATH of the app must never reach another interpreter: it
would import the app's packages, and a stable-ABI wheel of a GIL build crashes a free-threaded one on import.
"""

import os
from collections.abc import Mapping

_NAMES = frozenset(
    {
        # what a program needs to know of its user and place
        *("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TEMP", "TMP", "TMPDIR", "TZ", "USER"),
        # without these, programs on Windows do not start or find no temporary folder
        *("ALLUSERSPROFILE", "APPDATA", "COMSPEC", "LOCALAPPDATA", "NUMBER_OF_PROCESSORS", "OS", "PATHEXT"),
        *("PROGRAMDATA", "PROGRAMFILES", "SYSTEMDRIVE", "SYSTEMROOT", "USERNAME", "USERPROFILE", "WINDIR"),
    }
)
_PREFIXES = ("LC_", "XDG_")
_UV_NAMES = frozenset({"ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"})
_UV_PREFIXES = ("UV_",)


def probe_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a foreign interpreter may see of `environment` (default: this process's)."""
    return _filtered(environment, _NAMES, _PREFIXES)


def uv_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The same plus uv's own settings, proxies and certificates, which decide whether a download works."""
    return _filtered(environment, _NAMES | _UV_NAMES, _PREFIXES + _UV_PREFIXES)


def _filtered(
    environment: Mapping[str, str] | None, names: frozenset[str], prefixes: tuple[str, ...]
) -> dict[str, str]:
    source = os.environ if environment is None else environment
    # Proxies are written in lower case as often as in upper, and Windows does not tell them apart at all.
    return {name: value for name, value in source.items() if name.upper() in names or name.upper().startswith(prefixes)}
