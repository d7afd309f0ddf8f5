#!/usr/bin/env bash
# Provides promtool, prometheus, amtool, alertmanager and blackbox_exporter in .tools/bin, where the
# tests look first.
#
# Tried in this order, for what is still missing or too old:
#   1. PATH: linked;
#   2. as root, the packages of Debian and Ubuntu, without starting their services;
#   3. the release archives whose checksums stand in tools.sha256.
#
# TOOLS_BASE_URL names a mirror for 3; it is laid out as https://github.com/prometheus.
set -euo pipefail

OLDEST_PROMETHEUS=2.42
OLDEST_ALERTMANAGER=0.25
OLDEST_BLACKBOX_EXPORTER=0.23

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$(dirname "$here")/.tools
bin=$tools/bin
base_url=${TOOLS_BASE_URL:-https://github.com/prometheus}
names=(promtool prometheus amtool alertmanager blackbox_exporter)

say() { printf '%s\n' "$*" >&2; }

oldest() {
  case $1 in
    prometheus | promtool) echo "$OLDEST_PROMETHEUS" ;;
    blackbox_exporter) echo "$OLDEST_BLACKBOX_EXPORTER" ;;
    *) echo "$OLDEST_ALERTMANAGER" ;;
  esac
}

# The version an executable tells of itself, as MAJOR.MINOR; nothing if it does not run.
version() {
  "$1" --version 2>&1 </dev/null |
    sed -n 's/^[a-z_]*, version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1 || true
}

at_least() { # MAJOR.MINOR MAJOR.MINOR
  ((${1%.*} > ${2%.*} || (${1%.*} == ${2%.*} && ${1#*.} >= ${2#*.})))
}

good() { # EXECUTABLE NAME
  [ -x "$1" ] && [ ! -d "$1" ] || return 1
  local found
  found=$(version "$1")
  [ -n "$found" ] && at_least "$found" "$(oldest "$2")"
}

missing() {
  local name
  for name in "${names[@]}"; do
    good "$bin/$name" "$name" || echo "$name"
  done
}

missing_projects() {
  missing | sed 's/promtool/prometheus/; s/amtool/alertmanager/' | sort -u -r
}

# Links what the directories hold, for each name that is missing.
link_from() { # DIRECTORY...
  local name directory file
  for name in $(missing); do
    for directory in "$@"; do
      # Debian calls servers prometheus-alertmanager and prometheus-blackbox-exporter.
      for file in "$directory/$name" "$directory/prometheus-${name//_/-}"; do
        if [ "$directory" != "$bin" ] && good "$file" "$name"; then
          ln -sfn "$file" "$bin/$name"
          break 2
        fi
      done
    done
  done
}

from_path() {
  local directories
  IFS=: read -r -a directories <<<"$PATH"
  link_from "${directories[@]}"
}

candidate() { # PACKAGE: the version apt-get would install, as MAJOR.MINOR
  apt-cache policy "$1" 2>/dev/null |
    sed -n 's/^ *Candidate: \([0-9]*:\)\{0,1\}\([0-9][0-9]*\.[0-9][0-9]*\).*/\2/p'
}

# Installed and not only unpacked: Debian's Alertmanager reads its templates from /usr/share.
from_packages() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  local project package found
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null 2>&1 || true
  for project in $(missing_projects); do
    case $project in prometheus) package=prometheus ;; *) package=prometheus-${project//_/-} ;; esac
    found=$(candidate "$package")
    if [ -z "$found" ] || ! at_least "$found" "$(oldest "$project")"; then
      say "the package $package is ${found:-not there}, wanted is $(oldest "$project")"
      continue
    fi
    say "installing the package $package"
    without_services apt-get install -qq -y --no-install-recommends "$package" >/dev/null || true
  done
  from_path
}

# Tests need the programs; nobody asked for a monitoring system on this machine. A policy that is
# there already is the administrator's and decides.
without_services() ( # COMMAND...
  policy=${TOOLS_POLICY_RC_D:-/usr/sbin/policy-rc.d}
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  "$@"
)

fetch() { # URL FILE
  if command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --retry 3 --output "$2" "$1"
  elif command -v wget >/dev/null; then
    wget --quiet --tries=3 --output-document="$2" "$1"
  else
    python3 - "$1" "$2" <<'PYTHON'
import sys, urllib.request
try:
    urllib.request.urlretrieve(*sys.argv[1:])
except OSError as problem:
    sys.exit(str(problem))
PYTHON
  fi
}

from_release() { # PROJECT
  local project=$1 machine archive directory version
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) machine=linux-amd64 ;;
    Linux-aarch64 | Linux-arm64) machine=linux-arm64 ;;
    *)
      say "no release archive is pinned for $(uname -s) on $(uname -m): put the tools on PATH"
      return 1
      ;;
  esac
  archive=$(sed -n "s/^[0-9a-f]*  \($project-[0-9.]*\.$machine\.tar\.gz\)\$/\1/p" "$here/tools.sha256")
  [ -n "$archive" ] || { say "no archive of $project is pinned for $machine"; return 1; }
  directory=${archive%.tar.gz}
  version=${directory#"$project"-}
  version=${version%."$machine"}
  say "downloading $archive"
  if ! fetch "$base_url/$project/releases/download/v$version/$archive" "$tools/$archive"; then
    say "$base_url does not give it"
    return 1
  fi
  if ! (cd "$tools" && grep -F "  $archive" "$here/tools.sha256" | sha256sum --check --status); then
    rm -f "$tools/$archive"
    say "$archive is not the file whose checksum is pinned in .ci/tools.sha256"
    return 1
  fi
  rm -rf "${tools:?}/$directory"
  tar -xzf "$tools/$archive" -C "$tools"
  rm -f "$tools/$archive"
  link_from "$tools/$directory"
}

mkdir -p "$bin"
from_path
if [ -n "$(missing)" ]; then
  from_packages
fi
for project in $(missing_projects); do
  from_release "$project" || true
done

lacking=$(missing)
if [ -n "$lacking" ]; then
  say "missing or too old: ${lacking//$'\n'/ }"
  say "wanted: prometheus and promtool $OLDEST_PROMETHEUS, alertmanager and amtool $OLDEST_ALERTMANAGER," \
    "blackbox_exporter $OLDEST_BLACKBOX_EXPORTER, or newer"
  say "Install them, so that they are on PATH, and run \`make tools\` again."
  exit 1
fi
