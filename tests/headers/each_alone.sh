#!/bin/bash
# usage: each_alone.sh INCLUDE-FOLDER STAMPS-FOLDER COMPILER ARGUMENT... - compiles each header by itself, two at a time. A header that
# compiled before is left out until it, or something it includes, has changed.
set -u
include=$1 stamps=$2
shift 2
mkdir -p "$stamps"

check() {  # HEADER COMPILER ARGUMENT...
  local header=$1 stamp
  stamp=$stamps/${header//\//-}
  shift
  if [[ -e $stamp ]] && [[ -z $(find $(sed 's/^[^:]*://; s/\\$//' "$stamp.d") -newer "$stamp" 2>&1) ]]; then return 0; fi
  rm -f "$stamp"
  if echo "#include \"$header\"" | "$@" -x c++ -fsyntax-only -MD -MF "$stamp.d" -Wall -Wextra -Werror -; then
    touch "$stamp"
  else
    echo "$header: does not compile on its own"
    return 1
  fi
}
export -f check
export stamps

cd "$include" && find neuroglot -name '*.hpp' | sort | xargs -P 2 -I{} bash -c 'check "$@"' check {} "$@"
