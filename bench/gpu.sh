#!/usr/bin/env bash
# On a machine with a GPU: builds, tests the kernels on the device, measures against torch and transformers where they are there.
# usage: bench/gpu.sh [--programs FOLDER] [--build-only] [--out FOLDER] [STEP ...]
#   --programs FOLDER  uses test_kernels_device and bench_gpu as they lie there, and builds nothing
#   --build-only       stops after the build, which needs no GPU
#   --out FOLDER       logs and results (default: run/gpu)
#   STEPs              tests memcheck racecheck ours theirs; all if none is given
# Needs no network. Every step has a time limit; one that fails is recorded, and the next one goes on. Writes OUT/results.json. To make it
# the page's: cp OUT/results.json bench/gpu/results.json; python3 bench/gpu/page.py docs/benchmarks.md bench/gpu/results.json
set -uo pipefail
here=$PWD
cd "$(dirname "$0")/.." || exit 1
complain() { echo "bench/gpu.sh: $*" >&2; }

programs="" build_only=no out=$PWD/run/gpu steps=()
while [ $# -gt 0 ]; do
  case $1 in
    --programs | --out)
      [ $# -ge 2 ] || { complain "$1 needs a folder"; exit 2; }
      [[ $2 == /* ]] && folder=$2 || folder=$here/$2
      if [ "$1" = --out ]; then out=$folder; else programs=$folder; fi
      shift ;;
    --build-only) build_only=yes ;;
    tests | memcheck | racecheck | ours | theirs) steps+=("$1") ;;
    *) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
  shift
done
[ ${#steps[@]} -gt 0 ] || steps=(tests memcheck racecheck ours theirs)
python=${PYTHON:-python3}
# What is measured: bench/gpu/bench_gpu.cpp has the names of ours, bench/peers/gpu_transformers.py those of theirs.
read -ra shape <<<"${NEUROGLOT_GPU_SHAPE:---model llama-2-7b --length 2048 --sequences 8 --rounds 5}"

mkdir -p "$out" || exit 1
: >"$out/steps.jsonl"
: >"$out/measurements.jsonl"

# step NAME SECONDS COMMAND...: runs it under a time limit (NEUROGLOT_GPU_LIMIT, where that is set, for all); its output goes to
# OUT/NAME.log, its end to OUT/steps.jsonl
step() {
  local name=$1 limit=${NEUROGLOT_GPU_LIMIT:-$2} begin=$SECONDS status
  shift 2
  printf '== %s (at most %d s)\n' "$name" "$limit" >&2
  timeout --kill-after=10 "$limit" "$@" >"$out/$name.log" 2>&1
  status=$?
  case $status in
    0) status=ok ;;
    124) status="time limit of $limit s" ;;
    137) status="killed: time limit of $limit s, or memory" ;;
    *) status="exit status $status" ;;
  esac
  printf '{"name": "%s", "status": "%s", "seconds": %d}\n' "$name" "$status" $((SECONDS - begin)) >>"$out/steps.jsonl"
  [ "$status" = ok ] && return 0
  complain "$name: $status; the end of $out/$name.log:"
  tail -n 5 "$out/$name.log" >&2
  return 1
}
skip() {
  printf '{"name": "%s", "status": "skipped: %s", "seconds": 0}\n' "$1" "$2" >>"$out/steps.jsonl"
  complain "$1 is left out: $2"
}
# measure NAME SECONDS COMMAND...: the same; the JSON lines among its output are measurements, those before a failure too
measure() {
  step "$@"
  grep '^{"name": .*}$' "$out/$1.log" >>"$out/measurements.jsonl"
}

build() {
  cmake -S . -B build/gpu -G Ninja -DCMAKE_BUILD_TYPE=Release -DNEUROGLOT_CUDA=ON -DNEUROGLOT_BENCH=ON -DNEUROGLOT_TESTS=ON \
    -DNEUROGLOT_APPS=OFF && cmake --build build/gpu --target test_kernels_device bench_gpu
}
export -f build
if [ -z "$programs" ]; then
  programs=build/gpu/programs
  step build 2700 bash -c build || { complain "nothing can be measured; packages that a build needs: setup/debian.sh build test"; exit 1; }
fi
[ $build_only = yes ] && exit 0
for program in test_kernels_device bench_gpu; do
  [ -x "$programs/$program" ] || { complain "$programs/$program is not there"; exit 1; }
done

device=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1)
driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | head -n 1)
[ -n "$device" ] || { complain "there is no CUDA device here (nvidia-smi names none): nothing is tested and nothing is measured"; exit 1; }

for wanted in "${steps[@]}"; do
  case $wanted in
    tests) step tests 600 "$programs/test_kernels_device" ;;
    memcheck | racecheck)
      if command -v compute-sanitizer >/dev/null; then
        # families repeat the kernels of the other tests a hundredfold: left out here
        step "$wanted" 600 compute-sanitizer --tool "$wanted" --error-exitcode 1 "$programs/test_kernels_device" '~*every family*' '~*every decoder*'
      else
        skip "$wanted" "compute-sanitizer is not there"
      fi ;;
    ours)
      for name in product bandwidth attention record bits perplexity decode; do
        measure "ours_$name" 180 "$programs/bench_gpu" "${shape[@]}" "$name"
      done ;;
    theirs)
      if "$python" -c 'import torch, transformers' 2>/dev/null; then
        for name in product bandwidth attention record perplexity decode; do
          measure "theirs_$name" 300 "$python" bench/peers/gpu_transformers.py "${shape[@]}" "$name"
        done
      else
        skip theirs "torch and transformers are not there"
      fi ;;
  esac
done

commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
cuda=$("$programs/bench_gpu" --cuda-version 2>/dev/null || echo unknown)
"$python" bench/gpu/figures.py "$out/measurements.jsonl" "$out/steps.jsonl" --device "$device" --driver "$driver" --cuda "$cuda" \
  --commit "$commit" --date "$(date -u +%F)" >"$out/results.json.new" && mv "$out/results.json.new" "$out/results.json" || exit 1
complain "$out/results.json: written"
! grep -qv '"status": "ok"\|"status": "skipped' "$out/steps.jsonl"
