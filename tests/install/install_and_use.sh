#!/bin/bash
# usage: install_and_use.sh CMAKE SOURCE WORK COMPILER MODEL - installs the library under WORK/prefix, builds consumer/ against it, runs it.
set -eu
cmake=$1 source=$2 work=$3 compiler=$4 model=$5
export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Unix Makefiles}
rm -rf "$work"
"$cmake" -S "$source" -B "$work/library" -DCMAKE_CXX_COMPILER="$compiler" -DNEUROGLOT_APPS=OFF -DNEUROGLOT_TESTS=OFF \
  -DCMAKE_INSTALL_PREFIX="$work/prefix" >"$work.log"
"$cmake" --install "$work/library" >>"$work.log"
"$cmake" -S "$source/tests/install/consumer" -B "$work/consumer" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_BUILD_TYPE=Debug >>"$work.log"
grep -q "^neuroglot_DIR:PATH=$work/prefix" "$work/consumer/CMakeCache.txt"  # the installed copy, no other one
"$cmake" --build "$work/consumer"
"$work/consumer/consumer" "$model"
