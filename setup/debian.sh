#!/usr/bin/env bash
# Installs what is missing of Debian's packages for building, testing and running neuroglot. Debian 12; root, or sudo.
# usage: setup/debian.sh [build] [test] [demo] [bench] [mpi]     (default: build)
set -euo pipefail

build=(g++ cmake ninja-build pkg-config libeigen3-dev libxtensor-dev nlohmann-json3-dev libsentencepiece-dev libutf8proc-dev
       libpcre2-dev zlib1g-dev libxxhash-dev libboost-program-options-dev libcld2-dev libcurl4-openssl-dev)
test=(catch2 clang clang-format clang-tidy libclang-rt-14-dev valgrind python3 python3-venv gnuplot-nox ccache libboost-context-dev
      shellcheck libopenmpi-dev openmpi-bin)
demo=(gnuplot-nox python3 python3-venv installation-guide-amd64 fonts-droid-fallback fonts-nanum fonts-lohit-deva)
bench=(libopenblas-dev libdnnl-dev libomp-dev)
mpi=(libopenmpi-dev openmpi-bin)

wanted=()
for group in "${@:-build}"; do
  declare -n packages=$group
  wanted+=("${packages[@]}")
done
missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

echo "installing ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup/debian.sh: not root and no sudo; run: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
