#!/usr/bin/env bash
# Measures training steps of ours beside Keras and PyTorch, in a private Python environment; writes out/bench/train.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=.deps/venv-train
if [[ ! -f "$venv/complete" ]]; then
  echo "Installing TensorFlow and PyTorch for the comparison (several GB, once)"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 torch==2.13.0 numpy
  touch "$venv/complete"
fi
cargo build --release --locked --bench train
# `cargo bench` would tell the path only after running it.
ours=$(find target/release/deps -maxdepth 1 -name 'train-*' -type f -executable -printf '%T@ %p\n' | sort -rn | head -1 | cut -d' ' -f2)
packaging/link_runtime.sh target/release
exec "$venv/bin/python" tests/bench/train.py "$ours" out/bench "$@"
