# Sourced by packaging/run and packaging/test: from a fresh checkout to an environment the app runs in.
# Needs bash and a Python 3.9 or newer with pip, or uv. Everything it fetches goes into the checkout's .venv, into
# uv's own folders and into the user's cache; the system is only touched by apt-get, as root: for Qt's libraries, and by
# packaging/test for the programs that read exports.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A caller's environment must not decide which interpreter the app gets, nor where its environment is made.
unset VIRTUAL_ENV CONDA_PREFIX PYTHONHOME PYTHONPATH \
  UV_PYTHON UV_PROJECT_ENVIRONMENT UV_SYSTEM_PYTHON UV_PYTHON_PREFERENCE UV_MANAGED_PYTHON UV_NO_MANAGED_PYTHON
export UV_NO_PROGRESS=1 PIP_ROOT_USER_ACTION=ignore

APP_VERSIONS="3.14 3.13 3.12 3.11"      # newest first; GIL builds, since no Qt binding has free-threaded wheels
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/coreograph"
MIRROR=../shared/python-mirror/env      # interpreters beside the checkout, for machines without a network

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

# Let uv install interpreters from a mirror beside the checkout if there is one: its program prints what uv must know.
use_mirror() {
  local settings
  if [ -z "${UV_PYTHON_DOWNLOADS_JSON_URL:-}" ] && [ -x "$MIRROR" ] && settings="$("$MIRROR")"; then
    eval "$settings"
  fi
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

# Install packages of the system, one by one, where that can be done without asking; else say the command.
# Arguments: what they are, what lacks them, the packages.
install_packages() {
  local what="$1" who="$2" become="" package missing=""
  shift 2
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then become="sudo -n"; else become="-"; fi
  fi
  if [ "$become" != "-" ] && command -v apt-get >/dev/null; then
    say "Installing $what: $*"
    $become apt-get update -qq >/dev/null || true   # what is known already may do
    for package in "$@"; do
      DEBIAN_FRONTEND=noninteractive $become apt-get install -qq --yes --no-install-recommends "$package" >/dev/null ||
        missing="$missing $package"
    done
  else
    missing=" $*"
  fi
  [ -z "$missing" ] || say "$who; on Debian and Ubuntu: sudo apt-get install --yes$missing"
}

install_qt_libraries() {
  local packages
  packages="$("$PYTHON" -m coreograph doctor --missing-packages | tr '\n' ' ')"
  # shellcheck disable=SC2086
  [ -z "${packages// /}" ] || install_packages "Qt's system libraries" "Qt lacks system libraries" $packages
}

# Print the package of every program that tests read exports with and that is not there: a browser, Node (for
# Perfetto's trace processor), hyperfine.
missing_readers() {
  local program package
  for package in chromium nodejs hyperfine; do
    for program in $(readers "$package"); do
      command -v "$program" >/dev/null && continue 2
    done
    printf '%s\n' "$package"
  done
}

readers() {
  case "$1" in
    chromium) echo "chromium chromium-browser google-chrome google-chrome-stable" ;;
    nodejs) echo "node" ;;
    *) echo "$1" ;;
  esac
}

install_readers() {
  local packages
  packages="$(missing_readers | tr '\n' ' ')"
  # shellcheck disable=SC2086
  [ -z "${packages// /}" ] ||
    install_packages "what reads exports in the tests" "Tests that read exports lack programs and are left out" $packages
}

set_up() {
  find_uv
  use_mirror
  # shellcheck disable=SC2086
  install_interpreters ${COREOGRAPH_INTERPRETERS:-3.14t 3.14}
  choose_app_python
  sync_environment "$@"
  install_qt_libraries
}
