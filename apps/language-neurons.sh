#!/usr/bin/env bash
# All figures and tables of the language-neurons paper on real input, from a bare Debian 12 to a report, in about half an hour on two
# cores: SmolLM2-135M-Instruct, Debian's installation guide in seven languages. What is there already is not done again.
#   Fig. 2  perplexity with each language's neurons off, of each method      Table 4, Fig. 4  where the neurons lie
#   Fig. 3  one language off at growing rates, and all languages with their knees
#   Figs. 5 to 7  similarity and dominance of languages                      Tables 2, 5, 6  answers with neurons off and on
# Parameter variation (pv) is left out: it needs a checkpoint tuned on each language.
# usage: bash apps/language-neurons.sh [--out FOLDER] [--record N] [--measure N]
#   --out FOLDER    where everything is put (default: run/language-neurons)
#   --record N      tokens of each language that are recorded (default: 20480)
#   --measure N     tokens of each language that are measured (default: 1024)
set -euo pipefail
cd "$(dirname "$0")/.."

record_tokens=20480 measure_tokens=1024 out=run/language-neurons
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=${2:?--out needs a folder}; shift ;;
    --record) record_tokens=${2:?--record needs a number}; shift ;;
    --measure) measure_tokens=${2:?--measure needs a number}; shift ;;
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "language-neurons.sh: unknown option $1 (--help lists them)" >&2; exit 2 ;;
  esac
  shift
done
. apps/demo/prepare.sh
settings "language-neurons $record_tokens $measure_tokens"
prepare
python3 apps/demo/fetch_parallel.py "$out/parallel"
parallel=()
for language in "${languages[@]}"; do parallel+=("$language=$out/parallel/paragraphs/$language.txt"); done

step "recording"
unless_there "$out/stats.safetensors" $bin/ng-record "$model" --corpus "${record[@]}" --block 512 --tokens "$record_tokens" \
  --samples "$out/samples.safetensors" --sample 256 --out "$out/stats.safetensors" --resume

step "selecting 1% of the neurons by each method"
mkdir -p "$out/sets"
sets=()
for method in lape lap lave ap-both diffmean entropy-max random; do
  unless_there "$out/sets/$method.json" $bin/ng-select "$out/stats.safetensors" --method $method --rate 0.01 --out "$out/sets/$method.json"
  sets+=("$out/sets/$method.json")
done
unless_there "$out/sets/probe.json" $bin/ng-select "$out/stats.safetensors" --method probe --samples "$out/samples.safetensors" \
  --rate 0.01 --out "$out/sets/probe.json"
sets+=("$out/sets/probe.json")
cp "$out/sets/lape.json" "$out/neurons.json"

step "perplexity with each language's neurons off, by each method (Fig. 2, Table 4, Fig. 4)"
unless_there "$out/perplexity.json" $bin/ng-perplexity "$model" --neurons "${sets[@]}" --corpus "${heldout[@]}" --block 512 \
  --tokens "$measure_tokens" --out "$out/perplexity.json" --resume
step "French off at growing rates (Fig. 3)"
unless_there "$out/perplexity_rates.json" $bin/ng-perplexity "$model" --stats "$out/stats.safetensors" --off fr \
  --rates 0.01,0.02,0.03,0.04,0.05,0.06,0.07,0.08,0.09,0.1 --corpus "${heldout[@]}" --block 512 --tokens "$measure_tokens" \
  --out "$out/perplexity_rates.json" --resume
step "each language off at growing rates, with the knees of their effect"
unless_there "$out/perplexity_rates_all.json" $bin/ng-perplexity "$model" --stats "$out/stats.safetensors" --seeds 0 \
  --rates 0.001,0.002,0.005,0.01,0.02,0.05,0.1 --corpus "${heldout[@]}" --block 512 --tokens "$measure_tokens" \
  --out "$out/perplexity_rates_all.json" --resume
step "similarity and dominance of languages (Figs. 5 to 7)"
unless_there "$out/similarity.json" $bin/ng-similarity "$model" --parallel "${parallel[@]}" --neurons "$out/neurons.json" \
  --out "$out/similarity.json"

step "answers with neurons off and on (Tables 2, 5 and 6)"
questions=()
for language in "${languages[@]}"; do questions+=("$language=apps/demo/questions/$language.txt"); done
unless_there "$out/answers.jsonl" $bin/ng-steer "$model" --questions "${questions[@]}" --neurons "$out/neurons.json" \
  --stats "$out/stats.safetensors" --cross es:zh --max-new-tokens 48 --out "$out/answers.jsonl" --resume
unless_there "$out/judgement.json" $bin/ng-judge "$out/answers.jsonl" --model "$model" --out "$out/judgement.json"

step "report"
$bin/ng-report "$out"
step "done: $out/report.html"
