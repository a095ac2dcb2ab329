#!/bin/bash
# usage: compile.sh REPORT NVCC ARGUMENT... - runs nvcc; what ptxas says of the kernels goes to REPORT, all else to stderr.
set -u -o pipefail
report=$1
shift
"$@" 2> "$report.all"
status=$?
grep -A3 'Compiling entry function' "$report.all" | grep -v '^--' > "$report"
grep -v 'ptxas info\|bytes stack frame\|^$' "$report.all" >&2
rm -f "$report.all"
[ $status -eq 0 ] || rm -f "$report"
exit $status
