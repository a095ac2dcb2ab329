# What the demonstrations share; to be sourced from the project's root, with $out set: packages, programs, the model, the texts.
# Afterwards: $bin the programs, $model, $languages, the options for --corpus in record=() and heldout=().

step() { printf '\n== %s (after %d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)) >&2; }

# settings TEXT: refuses a folder whose results were made with other settings, as they would be taken for these.
settings() {
  mkdir -p "$out"
  if [ -f "$out/settings.txt" ] && [ "$(cat "$out/settings.txt")" != "$1" ]; then
    echo "$0: $out was made with other settings ($(cat "$out/settings.txt")): remove it, or choose another with --out" >&2
    exit 1
  fi
  echo "$1" > "$out/settings.txt"
}

# unless_there FILE COMMAND...: a step whose result is there already is not done again; what it prints goes to the .tsv beside it.
unless_there() {
  local file=$1
  shift
  if [ -e "$file" ]; then echo "is there: $file" >&2; return; fi
  "$@" > "$file.tsv.part"
  if [ -s "$file.tsv.part" ]; then mv "$file.tsv.part" "${file%.*}.tsv"; else rm "$file.tsv.part"; fi
}

prepare() {
  step "Debian packages"
  setup/debian.sh build demo
  step "programs"
  cmake --preset release -DNEUROGLOT_TESTS=OFF >/dev/null
  cmake --build --preset release
  bin=build/release/apps
  step "model and texts"
  setup/venv.sh build/demo-venv numpy
  model=$out/SmolLM2-135M-Instruct
  build/demo-venv/bin/python apps/demo/fetch_model.py "$model"
  python3 apps/demo/fetch_guide.py "$out/guide"
  languages=(en zh fr es vi id ja)
  record=() heldout=()
  local language
  for language in "${languages[@]}"; do
    record+=("$language=$out/guide/record/$language.jsonl")
    heldout+=("$language=$out/guide/heldout/$language.jsonl")
  done
}
