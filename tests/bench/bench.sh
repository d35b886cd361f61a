#!/usr/bin/env bash
# Measures ours beside PyTorch, ONNX Runtime and OpenVINO, in a private Python environment; writes out/bench/bench.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=.deps/venv-bench
if [[ ! -f "$venv/complete" ]]; then
  echo "Installing PyTorch, ONNX Runtime and OpenVINO for the comparison (several GB, once)"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy onnx onnxruntime openvino
  touch "$venv/complete"
fi
cargo build --release --locked --bench ours
# `cargo bench` would tell the path only after running it.
ours=$(find target/release/deps -maxdepth 1 -name 'ours-*' -type f -executable -printf '%T@ %p\n' | sort -rn | head -1 | cut -d' ' -f2)
packaging/link_runtime.sh target/release
exec "$venv/bin/python" tests/bench/bench.py "$ours" out/bench "$@"
