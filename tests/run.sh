#!/usr/bin/env bash
# Sets up and runs the tests: formatting, the suite, and the programs as a user runs them.
# usage: bash tests/run.sh [--sanitize] [--fuzz] [--tidy] [--golden] [--all]
#   --sanitize  the suite again under AddressSanitizer and UndefinedBehaviorSanitizer
#   --fuzz      the fuzz targets, a moment each (to search: build/fuzz/tests/fuzz/fuzz_* -max_total_time=600 FOLDER)
#   --tidy      clang-tidy over the programs and what they include
#   --golden    the programs on real checkpoints and text against Hugging Face (where PyPI can be reached)
#   --all       everything
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=" "
for option in "$@"; do
  case $option in
    --all) wanted+="sanitize fuzz tidy golden " ;;
    --sanitize | --fuzz | --tidy | --golden) wanted+="${option#--} " ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
also() { [[ $wanted == *" $1 "* ]]; }
step() { printf '\n== %s (after %d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)); }

step "packages"
setup/debian.sh build test
step "formatting"
git ls-files '*.hpp' '*.cpp' | xargs clang-format-14 --dry-run --Werror
step "build"
cmake --preset release -DNEUROGLOT_TESTS=ON >/dev/null
cmake --build --preset release
step "suite"
ctest --preset release -j2 --output-on-failure
step "programs"
python3 tests/apps/programs.py build/release/apps

if also sanitize; then
  step "sanitizers: build"
  cmake --preset sanitize -DNEUROGLOT_APPS=OFF >/dev/null
  cmake --build --preset sanitize
  step "sanitizers: suite"
  ctest --preset sanitize -j2 --output-on-failure -LE "slow|needs-release"
fi
if also fuzz; then
  step "fuzzing, a moment a target: the same inputs each time"
  cmake --preset fuzz >/dev/null
  cmake --build --preset fuzz
  for target in build/fuzz/tests/fuzz/fuzz_*; do
    [ -x "$target" ] && [ -f "$target" ] || continue
    echo "${target##*/}"
    "$target" -seed=1 -runs=5000 -max_total_time=20 -print_final_stats=0 -verbosity=0
  done
fi
if also tidy; then
  step "clang-tidy"
  git ls-files 'apps/*.cpp' | xargs -P 2 -n 1 clang-tidy-14 --quiet -p build/release --extra-arg=-Wno-unknown-warning-option
fi
if also golden; then
  step "real checkpoints against Hugging Face"
  bash tests/golden/run.sh
fi
step "all tests passed"
