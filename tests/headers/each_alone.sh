#!/bin/bash
# usage: each_alone.sh PROJECT STAMPS-FOLDER COMPILER ARGUMENT... - compiles each header by itself, two at a time. Left out are headers
# that a test includes before anything else (building it has shown the same), and those that compiled before, until they or something
# they include has changed.
set -u
project=$1 stamps=$2
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

first_includes() {
  find "$project/tests" -name '*.cpp' ! -path '*/fuzz/*' ! -path '*/compile_fail/*' -exec grep -m1 '^#include' {} \; |
    sed -n 's|^#include "\(neuroglot/.*\)"|\1|p' | sort -u
}

cd "$project/include" || exit 1
find neuroglot -name '*.hpp' | sort | comm -23 - <(first_includes) | xargs -P 2 -I{} bash -c 'check "$@"' check {} "$@"
