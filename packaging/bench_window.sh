#!/usr/bin/env bash
# Measures the window on a display of its own with software OpenGL: first frame, opening a picture of
# 4 megapixels and 16 bits, and frames while the window is dragged. Prints milliseconds; writes out/bench-window.
set -euo pipefail
cd "$(dirname "$0")/.."
out=out/bench-window
mkdir -p "$out"
picture=$out/noise-2048.png
[[ -f $picture ]] || convert -size 2048x2048 plasma:grey40-grey60 -colorspace Gray -depth 16 "$picture"

exec 3< <(exec Xvfb -displayfd 1 -screen 0 1600x1000x24 -noreset -nolisten tcp 2>/dev/null)
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
read -r number <&3
export DISPLAY=:$number LIBGL_ALWAYS_SOFTWARE=1 XDG_STATE_HOME=$PWD/$out/state
unset WAYLAND_DISPLAY

for draw in gpu cpu; do
  for round in 1 2 3; do
    log=$out/$draw-$round.jsonl
    rm -f "$log"
    started=$(date +%s%3N)
    WARDLIGHT_DRAW=$draw WARDLIGHT_FRAME_LOG=$log target/release/wardlight 2>/dev/null &
    program=$!
    until grep -q first_frame "$log" 2>/dev/null; do sleep 0.05; done
    sleep 2
    window=$(xdotool search --name '^Wardlight' | head -n 1)
    xdotool windowmove "$window" 0 0 windowfocus "$window" key ctrl+l
    sleep 0.5
    xdotool type --delay 5 "$PWD/$picture"
    xdotool key Return
    until grep -q scan_drawn "$log"; do sleep 0.05; done
    sleep 1.5
    xdotool mousemove 500 400 mousedown 1
    for ((step = 0; step < 400; step++)); do
      printf 'mousemove %d %d\nsleep 0.008\n' $((500 + step % 200)) $((400 + step % 90))
    done | xdotool -
    sleep 0.3
    xdotool mouseup 1
    kill "$program" && wait "$program" 2>/dev/null || true
    python3 packaging/bench_window.py "$log" "$started" "$draw"
  done
done
