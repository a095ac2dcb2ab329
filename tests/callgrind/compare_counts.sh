#!/bin/bash
# usage: compare_counts.sh VALGRIND PROGRAM FOLDER - counts the instructions of the program's four passes and compares them:
# without hooks within 0.5% of the calls by hand; a hook on one site of one layer at most 500 instructions more.
set -eu
valgrind=$1 program=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
"$valgrind" --tool=callgrind --callgrind-out-file=counts "$program" 2>valgrind.log || { cat valgrind.log; exit 1; }

count_of() { cat counts.* | awk -v name="$1" '/^desc: Trigger:/ { found = $0 ~ ": " name "$" } /^(summary|totals):/ && found { print $2; exit }'; }
plain=$(count_of "no hooks") by_hand=$(count_of "by hand") hook=$(count_of "one hook") erased=$(count_of "one erased hook")

echo "instructions of one pass (4 layers, 64 tokens, one thread)"
echo "  without hooks           $plain"
echo "  the same calls by hand  $by_hand (the pass without hooks: $((plain - by_hand)) more)"
echo "  one hook on one layer   $hook ($((hook - plain)) more than without)"
echo "  the same, erased        $erased ($((erased - plain)) more than without)"

apart=$((plain > by_hand ? plain - by_hand : by_hand - plain))
status=0
((apart * 200 <= by_hand)) || { echo "a pass without hooks is more than 0.5% away from the calls by hand"; status=1; }
((hook - plain <= 500)) || { echo "a hook on one site of one layer costs more than 500 instructions"; status=1; }
exit $status
