#!/usr/bin/env bash
# All figures and tables on facts (Zhao et al. 2024) on free data, from a bare Debian 12 to a report, in under ten minutes on two
# cores: apps/facts/mlama, made of Unicode's CLDR, and apps/facts/model, a small BERT that learnt these facts by a plan. What is
# there already is not done again, unless what it is made of has changed.
#   Figs. 9 to 11  which facts are predicted in which language     Fig. 12        P@1 against the sizes of the corpora
#   Fig. 13        which languages predict the same facts          Figs. 14 to 16 neurons of facts, planned and found kinds, neurons off
#   Figs. 17, 18   facts that a language's text lacks
# usage: bash apps/facts.sh [--out FOLDER] [--languages LANG,LANG,...] [--quick] [--bin FOLDER]
#   --out FOLDER       where everything is put (default: run/facts)
#   --languages LIST   of en de nl af sv fr es it pt id vi tr ru ja zh ko hi ar; three or more (default: all)
#   --quick            40 facts of each relation instead of all, to see it run
#   --bin FOLDER       the programs, built already (default: they are built)
set -Eeuo pipefail
cd "$(dirname "$0")/.."

out=run/facts bin="" languages=(en de nl af sv fr es it pt id vi tr ru ja zh ko hi ar) few_facts=() off=(--off-facts 40 --seeds 3)
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=${2:?--out needs a folder}; shift ;;
    --languages) IFS=, read -r -a languages <<< "${2:?--languages needs a list}"; shift ;;
    --quick) few_facts=(--max-facts 40) off=(--off-facts 5 --seeds 1) ;;
    --bin) bin=${2:?--bin needs a folder}; shift ;;
    -h | --help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "facts.sh: unknown option $1 (--help lists them)" >&2; exit 2 ;;
  esac
  shift
done
facts=apps/facts/mlama model=apps/facts/model
for language in "${languages[@]}"; do
  [ -d "$facts/$language" ] || { echo "facts.sh: --languages: there are no facts in \"$language\" ($facts)" >&2; exit 2; }
done
if [ ${#languages[@]} -lt 3 ]; then echo "facts.sh: --languages: clusters and correlations need three or more" >&2; exit 2; fi
. apps/facts/steps.sh
mkdir -p "$out"

if [ -z "$bin" ]; then
  step "Debian packages"
  setup/debian.sh build demo
  step "programs"
  bin=build/release/apps
  [ -e build/release/CMakeCache.txt ] || cmake --preset release -DNEUROGLOT_TESTS=OFF >/dev/null
  cmake --build --preset release --target ng-probe ng-factors ng-sharing ng-roots ng-fact-neurons ng-report
fi

step "texts that state the facts, by the plan"
once corpora "$out/sizes.tsv" apps/facts/make_corpora.py apps/facts/frames.json $facts -- \
  python3 apps/facts/make_corpora.py --out "$out/corpora" --plan "$out/plan.json" --sizes "$out/sizes.tsv"
corpora=()
for language in "${languages[@]}"; do corpora+=("$language=$out/corpora/$language.jsonl"); done

step "asking the model for the facts (Figs. 9 to 11)"
once probe "$out/hits.jsonl" $facts $model -- "$bin/ng-probe" $model --facts $facts --languages "${languages[@]}" "${few_facts[@]}" \
  --protocol match ranked --consistency --out "$out/hits.jsonl" --resume
step "P@1 against the sizes of the texts (Fig. 12)"
once factors "$out/factors.json" "$out/hits.jsonl" "$out/sizes.tsv" -- "$bin/ng-factors" "$out/hits.jsonl" --match full partial \
  --sizes "$out/sizes.tsv" --out "$out/factors.json"
step "facts that languages share (Fig. 13)"
once sharing "$out/sharing.json" "$out/hits.jsonl" -- "$bin/ng-sharing" "$out/hits.jsonl" --order "${languages[@]}" \
  --out "$out/sharing.json"
step "facts that the texts lack (Figs. 17 and 18)"
once roots "$out/roots.json" "$out/hits.jsonl" "$out/plan.json" "$out/corpora" $facts $model -- "$bin/ng-roots" --facts $facts \
  --hits "$out/hits.jsonl" --languages "${languages[@]}" --corpus "${corpora[@]}" --plan "$out/plan.json" --near-misses \
  --model $model --out "$out/roots.json" --facts-out "$out/roots.jsonl" --resume
step "neurons of facts, and facts with neurons off (Figs. 14 to 16)"
once fact_neurons "$out/fact_neurons.json" "$out/hits.jsonl" "$out/plan.json" "$out/roots.jsonl" $facts $model -- \
  "$bin/ng-fact-neurons" $model --facts $facts --hits "$out/hits.jsonl" --plan "$out/plan.json" --absent "$out/roots.jsonl" \
  --off all "${off[@]}" --out "$out/fact_neurons.json" --resume
step "report"
"$bin/ng-report" "$out"
step "done: $out/report.html"
