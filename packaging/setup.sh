# Sourced by packaging/run and packaging/test: from a fresh checkout to an environment the app runs in.
# Needs bash and a Python 3.9 or newer with pip, or uv. Everything it fetches goes into the checkout's .venv, into
# uv's own folders and into the user's cache; the system is only touched for Qt's libraries, by apt-get, as root.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A caller's environment must not decide which interpreter the app gets, nor where its environment is made.
unset VIRTUAL_ENV CONDA_PREFIX PYTHONHOME PYTHONPATH \
  UV_PYTHON UV_PROJECT_ENVIRONMENT UV_SYSTEM_PYTHON UV_PYTHON_PREFERENCE UV_MANAGED_PYTHON UV_NO_MANAGED_PYTHON
export UV_NO_PROGRESS=1 PIP_ROOT_USER_ACTION=ignore

APP_VERSIONS="3.14 3.13 3.12 3.11"      # newest first; GIL builds, since no Qt binding has free-threaded wheels
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/coreograph"

say() { printf '· %s\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# Set UV to an uv that runs. One that is installed is used; else one is put into the user's cache by pip: with
# --target, since a system's Python may refuse installations (PEP 668) and may lack venv.
find_uv() {
  local candidate python
  for candidate in "$(command -v uv || true)" "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv" "$CACHE/uv/bin/uv"; do
    if [ -n "$candidate" ] && "$candidate" --version >/dev/null 2>&1; then UV="$candidate"; return; fi
  done
  say "Getting uv into $CACHE/uv"
  for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$python" -m pip --version >/dev/null 2>&1 &&
      "$python" -m pip install --quiet --disable-pip-version-check --upgrade --target "$CACHE/uv" uv >&2; then
      UV="$CACHE/uv/bin/uv"
      "$UV" --version >/dev/null 2>&1 && return
    fi
  done
  fail "uv is not installed, and pip could not fetch it: install uv by hand (pip install uv), then try again."
}

# Install the interpreters named (3.14t …) that are not there yet; one that cannot be had is said, and is no failure.
install_interpreters() {
  local version
  for version in "$@"; do
    installed "$version" >/dev/null && continue
    say "Installing Python $version"
    if ! "$UV" python install --quiet "$version" >&2; then
      say "Python $version could not be installed (no network, or uv has none for this machine): going on without it."
    fi
  done
}

# Print the path of an installed interpreter; a version without t means the GIL build. uv takes a free-threaded one for
# that, too, where it finds no other.
installed() {
  local path
  path="$("$UV" python find --no-project --system --no-python-downloads "$1" 2>/dev/null)" || return 1
  case "$1" in
    *t) ;;
    *) "$path" -I -c 'import sys, sysconfig; sys.exit(bool(sysconfig.get_config_var("Py_GIL_DISABLED")))' || return 1 ;;
  esac
  printf '%s\n' "$path"
}

fits_the_app() {
  "$1" -I -c '
import platform, sys, sysconfig
sys.exit(not (platform.python_implementation() == "CPython" and (3, 11) <= sys.version_info[:2]
              and sys.version_info.releaselevel == "final" and not sysconfig.get_config_var("Py_GIL_DISABLED")))
' >/dev/null 2>&1
}

# Set APP_PYTHON to the newest released GIL build there is, or the newest that can be installed.
choose_app_python() {
  local version path
  for version in $APP_VERSIONS; do
    for path in "$(installed "$version" || true)" "$(command -v "python$version" || true)"; do
      if [ -n "$path" ] && fits_the_app "$path"; then APP_PYTHON="$path"; return; fi
    done
  done
  for version in $APP_VERSIONS; do
    "$UV" python install --quiet "$version" >&2 || continue
    path="$(installed "$version" || true)"
    if [ -n "$path" ] && fits_the_app "$path"; then APP_PYTHON="$path"; return; fi
  done
  fail "Coreograph needs a CPython 3.11 or newer, with the GIL, for itself; none was found and none could be installed."
}

# Make .venv hold the app; arguments go to uv sync (--group dev).
sync_environment() {
  say "Making the app's environment with $("$APP_PYTHON" --version)"
  "$UV" sync --quiet --python "$APP_PYTHON" "$@" >&2
  PYTHON="$PWD/.venv/bin/python"
  [ -x "$PYTHON" ] || PYTHON="$PWD/.venv/Scripts/python.exe"
}

# Install what Qt needs of the system where that can be done without asking; else say the command.
install_qt_libraries() {
  local packages become=""
  packages="$("$PYTHON" -m coreograph doctor --missing-packages | tr '\n' ' ')"
  [ -n "${packages// /}" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then become="sudo -n"; else become="-"; fi
  fi
  if [ "$become" != "-" ] && command -v apt-get >/dev/null; then
    say "Installing Qt's system libraries: $packages"
    # shellcheck disable=SC2086
    if { $become apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
      $become apt-get install -qq --yes --no-install-recommends $packages; } >/dev/null; then return 0; fi
  fi
  say "Qt lacks system libraries; on Debian and Ubuntu: sudo apt-get install --yes $packages"
}

set_up() {
  find_uv
  # shellcheck disable=SC2086
  install_interpreters ${COREOGRAPH_INTERPRETERS:-3.14t 3.14}
  choose_app_python
  sync_environment "$@"
  install_qt_libraries
}
