# The steps of facts.sh; to be sourced with $out set.
# shellcheck shell=bash disable=SC2154

current="the beginning"
step() {
  current=$1
  printf '\n== %s (after %d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)) >&2
}

say_which_failed() {
  echo "$0: the step \"$current\" failed, exit status $1: its message stands above; the same command goes on from there" >&2
}
trap 'say_which_failed $?' ERR

# fingerprint FILE... -- COMMAND...: of the command's words, its version, and what the files (or all files of a folder) hold.
fingerprint() {
  local inputs=()
  while [ "$1" != -- ]; do inputs+=("$1"); shift; done
  shift
  { printf '%s\n' "${1##*/}" "${@:2}"; "$1" --version; find "${inputs[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum; } | sha256sum | cut -d ' ' -f 1
}

# once NAME RESULT FILE... -- COMMAND...: runs the command, which makes RESULT out of the files, unless RESULT was made by the same
# command of the same files before; what it prints goes to NAME.tsv. A command that was interrupted finds RESULT.partial, if that
# is of the same files.
once() {
  local name=$1 result=$2 inputs=() key
  shift 2
  while [ "$1" != -- ]; do inputs+=("$1"); shift; done
  shift
  mkdir -p "$out/.steps"
  key=$(fingerprint "${inputs[@]}" -- "$@")
  if [ -e "$result" ] && [ "$(cat "$out/.steps/$name.done" 2>/dev/null)" = "$key" ]; then
    echo "is there: $result" >&2
    return
  fi
  rm -f "$out/.steps/$name.done"
  if [ "$(cat "$out/.steps/$name.begun" 2>/dev/null)" != "$key" ]; then rm -f "$result.partial"; fi
  echo "$key" > "$out/.steps/$name.begun"
  "$@" > "$out/$name.tsv.part"
  if [ -s "$out/$name.tsv.part" ]; then mv "$out/$name.tsv.part" "$out/$name.tsv"; else rm "$out/$name.tsv.part"; fi
  mv "$out/.steps/$name.begun" "$out/.steps/$name.done"
}
