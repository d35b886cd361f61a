#!/usr/bin/env bash
# link_runtime.sh FOLDER: puts libtorch, the shipped models and what finds text in pictures beside the binary in FOLDER, where it looks for them.
set -euo pipefail
cd "$(dirname "$0")/.."
libtorch=${LIBTORCH:-$PWD/.deps/libtorch}
mkdir -p "$1"
ln -sfn "$libtorch/lib" "$1/lib"
ln -sfn "$PWD/models" "$1/models"
ln -sfn "$PWD/.deps/ocr" "$1/ocr"
