#!/usr/bin/env bash
# Makes a virtual environment with pip in it:  .ci/venv.sh PYTHON DIRECTORY
#
# Debian and Ubuntu ship python3 without ensurepip, so `python3 -m venv` alone fails on a fresh one.
# Tried in this order: venv itself, every other tool on the machine that can do it, and, as root,
# the distribution's package. An environment that works is left alone.
set -euo pipefail

OLDEST_MINOR=11
wanted=${1:?python} directory=${2:?directory}

new_enough() {
  command -v "$1" >/dev/null 2>&1 &&
    "$1" -c "import sys; sys.exit(sys.version_info < (3, $OLDEST_MINOR))" 2>/dev/null
}

has_pip() {
  new_enough "$directory/bin/python" && "$directory/bin/python" -m pip --version >/dev/null 2>&1
}

by_venv() {
  # An interrupted run leaves an environment without pip behind: start over.
  "$python" -c 'import ensurepip, venv' 2>/dev/null &&
    "$python" -m venv --clear "$directory" >/dev/null 2>&1 && has_pip
}

by_virtualenv() {
  "$python" -m virtualenv --quiet --clear "$directory" >/dev/null 2>&1 && has_pip
}

by_uv() {
  command -v uv >/dev/null 2>&1 &&
    uv venv --quiet --seed --clear --python "$python" "$directory" >/dev/null 2>&1 && has_pip
}

by_pip() {
  # pip from 22.3 on installs into another environment, pip itself included.
  "$python" -m venv --clear --without-pip "$directory" >/dev/null 2>&1 &&
    "$python" -m pip --python "$directory/bin/python" install --quiet pip >/dev/null 2>&1 &&
    has_pip
}

by_apt() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
  local version
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  echo "$python has no ensurepip: installing python$version-venv" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2 &&
    { apt-get install -qq -y --no-install-recommends "python$version-venv" ||
      apt-get install -qq -y --no-install-recommends python3-venv; } >&2 &&
    by_venv
}

if has_pip; then
  exit 0
fi

# What follows clears the directory: it must be an environment, or nothing yet.
if [ -e "$directory" ] && [ ! -f "$directory/pyvenv.cfg" ] && ! rmdir "$directory" 2>/dev/null; then
  echo "\`$directory\` exists and is not a virtual environment" >&2
  exit 1
fi

python=
for candidate in "$wanted" python3.14 python3.13 python3.12 python3.11; do
  if new_enough "$candidate"; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "obsgen needs Python 3.$OLDEST_MINOR or newer; \`$wanted\` is older or missing." >&2
  echo "Name another one: make PYTHON=/path/to/python3" >&2
  exit 1
fi

for way in by_venv by_virtualenv by_uv by_pip by_apt; do
  if "$way"; then
    exit 0
  fi
done

rm -rf "$directory"
echo "\`$python -m venv\` cannot install pip here. On Debian and Ubuntu this helps:" >&2
echo "  sudo apt-get install python3-venv" >&2
exit 1
