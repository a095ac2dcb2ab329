#!/usr/bin/env bash
# Puts NVIDIA's CUDA compiler and headers from PyPI into build/cuda, once: enough to compile kernels, no driver, no GPU.
# usage: setup/cuda.sh [--cublas]     --cublas: its headers and library too (several hundred megabytes)
set -euo pipefail
cd "$(dirname "$0")/.."
version=13.5.37
packages=(nvidia-cuda-nvcc==$version nvidia-nvvm==$version nvidia-cuda-crt==$version nvidia-cuda-runtime==$version
          nvidia-cuda-cccl==13.3.5.0.6)
case ${1-} in
  "") ;;
  --cublas) packages+=(nvidia-cublas==13.10.0.20) ;;
  *) sed -n '2,3s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
setup/venv.sh build/cuda "${packages[@]}"
compiler=$(echo build/cuda/lib/python3*/site-packages/nvidia/cu13/bin/nvcc)
[ -x "$compiler" ] || { echo "setup/cuda.sh: there is no nvcc at $compiler" >&2; exit 1; }
"$compiler" --version | sed -n 's/^Cuda compilation tools, /CUDA: /p' >&2
