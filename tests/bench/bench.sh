#!/usr/bin/env bash
# Measures ours beside PyTorch, ONNX Runtime and OpenVINO, in a private Python environment; writes out/bench/bench.md
# and, of notes and courses, out/bench/reading.md. `bench.sh reading` does the latter alone, and needs PyTorch only.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=.deps/venv-bench
part=all
if [[ "${1-}" == reading ]]; then
  part=reading
  shift
fi
install() { # MARKER PACKAGE...
  [[ -f "$venv/$1" ]] && return
  echo "Installing ${*:2} for the comparison (several GB, once)"
  [[ -x "$venv/bin/python" ]] || python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "${@:2}"
  touch "$venv/$1"
}
install torch torch==2.13.0 numpy
if [[ $part == all ]]; then
  install complete onnx onnxruntime openvino
fi
cargo build --release --locked --bins --bench ours
# `cargo bench` would tell the path only after running it.
ours=$(find target/release/deps -maxdepth 1 -name 'ours-*' -type f -executable -printf '%T@ %p\n' | sort -rn | head -1 | cut -d' ' -f2)
packaging/link_runtime.sh target/release
if [[ $part == all ]]; then
  "$venv/bin/python" tests/bench/bench.py "$ours" out/bench "$@"
fi
exec "$venv/bin/python" tests/bench/reading.py "$ours" target/release/wardlight out/bench "$@"
