#!/usr/bin/env bash
# The main job of the language-neurons paper on real input, from a bare Debian 12 to a report, in about ten minutes on two cores:
# SmolLM2-135M-Instruct, Debian's installation guide in seven languages, LAPE, perplexity with each language's neurons off.
# usage: bash apps/demo.sh [--full] [--out FOLDER]
#   --full        records 20,480 tokens a language and measures 8,192 (about half an hour)
#   --out FOLDER  where everything is put (default: run/demo)
set -euo pipefail
cd "$(dirname "$0")/.."

record_tokens=6144 measure_tokens=1024 out=run/demo
while [ $# -gt 0 ]; do
  case $1 in
    --full) record_tokens=20480 measure_tokens=8192 ;;
    --out) out=${2:?--out needs a folder}; shift ;;
    -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "demo.sh: unknown option $1 (--help lists them)" >&2; exit 2 ;;
  esac
  shift
done
step() { printf '\n== %s (after %d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)) >&2; }

step "Debian packages"
setup/debian.sh build demo
step "programs"
cmake --preset release -DNEUROGLOT_TESTS=OFF >/dev/null
cmake --build --preset release
bin=build/release/apps

step "model and texts"
mkdir -p "$out"
setup/venv.sh build/demo-venv numpy
build/demo-venv/bin/python apps/demo/fetch_model.py "$out/SmolLM2-135M-Instruct"
python3 apps/demo/fetch_guide.py "$out/guide"
languages=(en zh fr es vi id ja)
record=() heldout=()
for language in "${languages[@]}"; do
  record+=("$language=$out/guide/record/$language.jsonl")
  heldout+=("$language=$out/guide/heldout/$language.jsonl")
done

step "recording"
$bin/ng-record "$out/SmolLM2-135M-Instruct" --corpus "${record[@]}" --block 512 --tokens $record_tokens \
  --out "$out/stats.safetensors" --resume
step "selecting the most language-specific 1% of the neurons"
$bin/ng-select "$out/stats.safetensors" --method lape --rate 0.01 --out "$out/neurons.json" > "$out/counts.tsv"
step "perplexity with each language's neurons off"
$bin/ng-perplexity "$out/SmolLM2-135M-Instruct" --neurons "$out/neurons.json" --corpus "${heldout[@]}" --block 512 \
  --tokens $measure_tokens --out "$out/perplexity.json" --resume > "$out/perplexity.tsv"
step "report"
$bin/ng-report "$out"
step "done: $out/report.html"
