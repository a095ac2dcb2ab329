#!/usr/bin/env bash
# The main job of the language-neurons paper on real input, from a bare Debian 12 to a report, in about ten minutes on two cores:
# SmolLM2-135M-Instruct, Debian's installation guide in seven languages, LAPE, perplexity with each language's neurons off.
# (language-neurons.sh makes all of the paper's figures.)
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
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "demo.sh: unknown option $1 (--help lists them)" >&2; exit 2 ;;
  esac
  shift
done
. apps/demo/prepare.sh
settings "demo $record_tokens $measure_tokens"
prepare

step "recording"
unless_there "$out/stats.safetensors" $bin/ng-record "$model" --corpus "${record[@]}" --block 512 --tokens $record_tokens \
  --out "$out/stats.safetensors" --resume
step "selecting the most language-specific 1% of the neurons"
unless_there "$out/neurons.json" $bin/ng-select "$out/stats.safetensors" --method lape --rate 0.01 --out "$out/neurons.json"
step "perplexity with each language's neurons off"
unless_there "$out/perplexity.json" $bin/ng-perplexity "$model" --neurons "$out/neurons.json" --corpus "${heldout[@]}" --block 512 \
  --tokens $measure_tokens --out "$out/perplexity.json" --resume
step "report"
$bin/ng-report "$out"
step "done: $out/report.html"
