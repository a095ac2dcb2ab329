#!/usr/bin/env bash
# The programs on a real checkpoint and real text against Hugging Face: tokenizers, every site, recording, perplexity with neurons off.
# Needs PyPI once, for torch and transformers; says so and succeeds where it can not be reached.
# usage: bash tests/golden/run.sh [--full]     --full: five texts, 20,480 tokens a language (an hour); else a few minutes
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=build/release/apps work=build/golden
texts=en,ja record=2048 measure=512 strings=500 stride=40
if [ "${1:-}" = --full ]; then texts=en,zh,fr,vi,ja record=20480 measure=1024 strings=10000 stride=1; fi
# glibc gives memory back and fetches it again for every layer unless told otherwise: half of torch's speed
export MALLOC_TOP_PAD_=268435456 MALLOC_TRIM_THRESHOLD_=1099511627776 MALLOC_MMAP_THRESHOLD_=1099511627776

python=${NEUROGLOT_GOLDEN_PYTHON:-build/golden-venv/bin/python}
if [ -z "${NEUROGLOT_GOLDEN_PYTHON:-}" ]; then
  if ! setup/venv.sh build/golden-venv torch==2.15.0 transformers==5.23.0 tokenizers==0.23.3 sentencepiece safetensors numpy protobuf; then
    echo "skipped: PyPI can not be reached, so there is no transformers to compare with (set NEUROGLOT_GOLDEN_PYTHON to a python that has it)"
    exit 0
  fi
fi
setup/debian.sh demo
$python apps/demo/fetch_model.py $work/models/smollm2
$python apps/demo/fetch_guide.py $work/guide
model=$work/models/smollm2

echo "-- tokenizers"
$python tests/golden/fetch_vocabularies.py $work/models/vocabularies
NEUROGLOT_MODELS=$work/models NEUROGLOT_SHARED=${NEUROGLOT_SHARED:-../shared} \
  $python tests/golden/compare_tokenizers.py $bin/ng-tokenize --strings $strings --stride $stride
echo "-- every site"
$python tests/golden/smollm2.py $model $work/guide --ng $bin/ng-activations --languages $texts
corpora() { for language in en zh fr es vi id ja; do printf '%s ' "$language=$work/guide/$1/$language.jsonl"; done; }
echo "-- recording"
$bin/ng-record $model --corpus $(corpora record) --block 512 --tokens $record --out $work/stats.safetensors
$bin/ng-select $work/stats.safetensors --out $work/neurons.json > $work/counts.tsv
$python tests/golden/corpus_tokens.py $model $work/guide/record $work/record.json --tokens $record
$python tests/golden/record_smollm2.py $model $work/record.json --stats $work/stats.safetensors --neurons $work/neurons.json
echo "-- perplexity with neurons off"
$bin/ng-perplexity $model --neurons $work/neurons.json --corpus $(corpora heldout) --block 512 --tokens $measure \
  --out $work/perplexity.json > $work/perplexity.tsv
$python tests/golden/corpus_tokens.py $model $work/guide/heldout $work/heldout.json --tokens $measure
$python tests/golden/perplexity_smollm2.py $model $work/heldout.json $work/neurons.json --perplexity $work/perplexity.json
echo "-- similarity of languages"
$python apps/demo/fetch_parallel.py $work/parallel
$python tests/golden/real_similarity.py $model $work/parallel/paragraphs --ng $bin/ng-similarity --pooling last
echo "-- generation with neurons off and on"
$python tests/golden/generate_smollm2.py $model $work/neurons.json $work/stats.safetensors --ng $bin/ng-generate
echo "-- probing: the small model of facts, a decoder, BMLAMA's, an XLM-R's vocabulary (the last two where data and tokenizer are there)"
shared=${NEUROGLOT_SHARED:-../shared}/data e5=$work/models/e5 probe="$python tests/golden/probe.py" facts=apps/facts/mlama
$bin/ng-probe apps/facts/model --facts $facts --max-facts 30 --protocol match ranked --out $work/probe.jsonl > $work/probe.tsv
$probe apps/facts/model --hits $work/probe.jsonl --facts $facts --max-facts 30 --protocol match ranked
for score in mean sum; do
  $bin/ng-probe $model --facts $facts --relations P30 --languages en fr --max-facts 8 --score $score --out $work/probe.jsonl > $work/probe.tsv
  $probe $model --hits $work/probe.jsonl --facts $facts --relations P30 --max-facts 8 --protocol sentence --score $score
done
if [ -d "$shared/bmlama53_subset" ]; then
  $bin/ng-probe $model --bmlama "$shared/bmlama53_subset" --max-facts 8 --consistency --out $work/probe.jsonl > $work/probe.tsv
  $probe $model --hits $work/probe.jsonl --bmlama "$shared/bmlama53_subset" --max-facts 8 --protocol sentence --rankc $work/probe.json
fi
if [ -d $e5 ]; then
  $python bench/peers/probe_model.py $e5 $work/xlmr --random --layers 2 --hidden 64
  $python tests/golden/echo_facts.py $work/xlmr $facts $work/echo --max-facts 3 --space 6
  $bin/ng-probe $work/xlmr --facts $work/echo --protocol match ranked --out $work/probe.jsonl > $work/probe.tsv
  $probe $work/xlmr --hits $work/probe.jsonl --facts $work/echo --protocol match ranked
fi
echo "-- roots of facts, and the paper's printed examples (where data and tokenizer are there)"
$python apps/facts/make_corpora.py --out $work/facts
languages="en tr ja ko ar"
$bin/ng-probe apps/facts/model --facts $facts --languages $languages --max-facts 30 --out $work/roots_hits.jsonl > $work/probe.tsv
for chunk in article pieces:16; do
  $bin/ng-roots --facts $facts --languages $languages --hits $work/roots_hits.jsonl --chunk $chunk --near-misses --model apps/facts/model \
    --out $work/roots.json --corpus $(for language in $languages; do printf '%s ' "$language=$work/facts/$language.jsonl"; done) > $work/roots.tsv
  $python tests/golden/roots.py $work/roots.json --facts $facts --hits $work/roots_hits.jsonl --corpora $work/facts --model apps/facts/model
done
[ ! -d $e5 ] || $python tests/golden/roots_examples.py "$shared" --tokenizer $e5 --ng $bin/ng-roots
