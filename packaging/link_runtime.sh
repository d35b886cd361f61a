#!/usr/bin/env bash
# link_runtime.sh FOLDER: puts libtorch and the shipped models beside the binary in FOLDER, where it looks for them.
set -euo pipefail
cd "$(dirname "$0")/.."
libtorch=${LIBTORCH:-$PWD/.deps/libtorch}
mkdir -p "$1"
ln -sfn "$libtorch/lib" "$1/lib"
ln -sfn "$PWD/models" "$1/models"
