#!/usr/bin/env bash
# Opens the window on the sample case; without a display, scores the sample case and writes overlay and report.
set -euo pipefail
cd "$(dirname "$0")/.."
wardlight=target/release/wardlight
[[ -d out/sample ]] || "$wardlight" samples out/sample
if [[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]]; then
  exec "$wardlight" --new-window out/sample/chest.dcm out/sample/note.txt
fi
echo "No display found: scoring the sample case instead. Results go to out/."
# The synthetic scan is a drawing, which the model refuses unless told otherwise.
"$wardlight" score out/sample/chest.dcm out/sample/chest.png --beyond-scope --note out/sample/note.txt --overlay out --report out/report.json
