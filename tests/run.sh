#!/usr/bin/env bash
# Sets up and runs the tests: formatting, the suite, and the programs as a user runs them.
# usage: bash tests/run.sh [--sanitize] [--sanitize-models] [--fuzz] [--tidy] [--golden] [--all]
#   --sanitize  what handles memory by hand or parses (core, ops, io, text, analysis) under AddressSanitizer and UndefinedBehaviorSanitizer
#   --sanitize-models  the rest of the suite under them too: compiling every family that way takes a quarter of an hour
#   --fuzz      the fuzz targets, a moment each (to search: build/fuzz/tests/fuzz/fuzz_* -max_total_time=600 FOLDER)
#   --tidy      clang-tidy over the programs and what they include
#   --golden    the programs on real checkpoints and text against Hugging Face (where PyPI can be reached)
#   --all       everything
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=" "
for option in "$@"; do
  case $option in
    --all) wanted+="sanitize sanitize-models fuzz tidy golden " ;;
    --sanitize | --sanitize-models | --fuzz | --tidy | --golden) wanted+="${option#--} " ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
also() { [[ $wanted == *" $1 "* ]]; }
step() { printf '\n== %s (after %d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)); }

step "packages"
setup/debian.sh build test
setup/cuda.sh || echo "CUDA's compiler could not be installed: the kernels are run in the emulation, not compiled for a GPU"
step "formatting"
git ls-files '*.hpp' '*.cpp' '*.cuh' '*.cu' | xargs clang-format-14 --dry-run --Werror
step "build"
cmake --preset release -DNEUROGLOT_TESTS=ON >/dev/null
cmake --build --preset release
step "suite"
ctest --preset release -j2 --output-on-failure
step "programs"
for programs in tests/apps/*.py; do
  echo "-- $programs"
  python3 "$programs" build/release/apps
done

if also sanitize; then
  step "sanitizers"
  cmake --preset sanitize -DNEUROGLOT_APPS=OFF >/dev/null
  cmake --build --preset sanitize --target test_core test_ops test_io test_text test_analysis
  for folder in core ops io text analysis; do "build/sanitize/tests/test_$folder"; done
fi
if also sanitize-models; then
  step "sanitizers: hooks, parts, models, experiments"
  cmake --preset sanitize -DNEUROGLOT_APPS=OFF >/dev/null
  cmake --build --preset sanitize --target test_hooks test_nn test_models test_experiment
  for folder in hooks nn models experiment; do "build/sanitize/tests/test_$folder"; done
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
