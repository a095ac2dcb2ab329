#!/bin/bash
# usage: check.sh FILE COMPILER ARGUMENT... - FILE must compile as it is; with -DMISTAKE it must not, and the compiler must say all that
# the file's lines "// expects: REGEX" hold.
set -u
export LC_ALL=C
file=$1
shift
if ! "$@" "$file"; then
  echo "$file: does not compile even without the mistake"
  exit 1
fi
if said=$("$@" -DMISTAKE "$file" 2>&1); then
  echo "$file: compiles in spite of the mistake"
  exit 1
fi
status=0
while read -r expected; do
  grep -qE -- "$expected" <<<"$said" || { echo "$file: the compiler does not say: $expected"; status=1; }
done < <(sed -n 's|^// expects: ||p' "$file")
((status == 0)) || echo "$said"
exit $status
