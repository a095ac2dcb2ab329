#!/usr/bin/env bash
# Makes a Python environment with the given PyPI packages, once. usage: setup/venv.sh FOLDER PACKAGE ...
set -euo pipefail
folder=$1
shift
stamp="$folder/.packages"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$*" ]; then exit 0; fi
/usr/bin/python3 -m venv "$folder"
"$folder/bin/python" -m pip install -q --disable-pip-version-check "$@"
printf '%s' "$*" > "$stamp"
