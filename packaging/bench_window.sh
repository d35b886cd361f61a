#!/usr/bin/env bash
# Measures the window on a display of its own with software OpenGL: first frame, a picture of 4 megapixels and 16 bits opened and
# dragged, a CT of 500 slices as 500 files opened and scrolled through; beside it, in the same run, pydicom with matplotlib and,
# where it is installed, DCMTK's dcm2pnm. Writes out/bench/window.md. `bench_window.sh 9` takes nine rounds in place of five.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
out=$PWD/out/bench-window
venv=.deps/venv-window
slices=500
mkdir -p "$out" out/bench
rm -f "$out"/*.jsonl "$out"/*.json "$out"/*.memory

if [[ ! -f $venv/complete ]]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.2.6 pydicom==3.0.1 matplotlib==3.10.3
  touch "$venv/complete"
fi
python=$venv/bin/python
picture=$out/noise-2048.png
series=$out/ct-$slices
[[ -f $picture ]] || convert -size 2048x2048 plasma:grey40-grey60 -colorspace Gray -depth 16 "$picture"
[[ -f $series.complete ]] || "$python" packaging/bench_window.py make "$series" "$slices"

exec 3< <(exec Xvfb -displayfd 1 -screen 0 1600x1000x24 -noreset -nolisten tcp 2>/dev/null)
server=$!
program=
trap 'kill $program $server 2>/dev/null || true' EXIT
read -r number <&3
export DISPLAY=:$number LIBGL_ALWAYS_SOFTWARE=1 XDG_STATE_HOME=$out/state WARDLIGHT_STORE=$out/no-store
unset WAYLAND_DISPLAY

wait_for() { # PATTERN LOG: at most two minutes
  for ((step = 0; step < 2400; step++)); do
    grep -q "$1" "$2" 2>/dev/null && return
    sleep 0.05
  done
  echo "waited for $1 in $2" >&2
  exit 1
}

open_window() { # LOG DRAW: the moment of the start is the first line
  mkdir -p "$XDG_STATE_HOME/wardlight"
  # The first start asks whether to keep records; nothing is remembered from the round before.
  echo '{"keep":"nothing"}' > "$XDG_STATE_HOME/wardlight/window.json"
  date +%s%3N > "${1%.jsonl}.started"
  WARDLIGHT_DRAW=$2 WARDLIGHT_FRAME_LOG=$1 target/release/wardlight 2>/dev/null &
  program=$!
  wait_for first_frame "$1"
  sleep 2
  window=$(xdotool search --name '^Wardlight' | head -n 1)
  xdotool windowmove "$window" 0 0 windowfocus "$window"
}

open_path() { # PATH
  xdotool key ctrl+shift+o
  sleep 0.5
  xdotool type --delay 5 "$1"
  xdotool key Return
}

close_window() { # LOG: the greatest memory of the window, and of its decode workers beside it
  {
    grep VmHWM "/proc/$program/status"
    for worker in $(pgrep -P "$program"); do grep VmHWM "/proc/$worker/status" || true; done
  } > "${1%.jsonl}.memory"
  kill "$program" && wait "$program" 2>/dev/null || true
  program=
}

for ((round = 1; round <= rounds; round++)); do
  for draw in gpu cpu; do
    log=$out/drag-$draw-$round.jsonl
    open_window "$log" "$draw"
    open_path "$picture"
    wait_for scan_drawn "$log"
    sleep 1.5
    xdotool mousemove 500 400 mousedown 1
    for ((step = 0; step < 400; step++)); do
      printf 'mousemove %d %d\nsleep 0.008\n' $((500 + step % 200)) $((400 + step % 90))
    done | xdotool -
    sleep 0.3
    xdotool mouseup 1
    close_window "$log"
  done

  log=$out/series-$round.jsonl
  open_window "$log" gpu
  open_path "$series"
  wait_for "\"n_scans\":$slices" "$log"
  sleep 2
  xdotool mousemove 700 450 key Home
  sleep 1
  # Faster than anything draws: a slice a frame, whatever the frame takes.
  xdotool click --repeat 20000 --delay 2 5 &
  wheel=$!
  wait_for "\"slice\":$((slices - 1))[,}]" "$log"
  kill "$wheel" 2>/dev/null || true
  wait "$wheel" 2>/dev/null || true
  close_window "$log"

  "$python" packaging/bench_window.py peer "$series" > "$out/peer-$round.json"
  if command -v dcm2pnm > /dev/null; then
    started=$(date +%s%3N)
    for file in "$series"/*.dcm; do dcm2pnm +Wm +op "$file" "$out/peer.pgm" 2>/dev/null; done
    echo "{\"all_ms\": $(($(date +%s%3N) - started))}" > "$out/dcm2pnm-$round.json"
  fi
done
command -v dcm2pnm > /dev/null || echo "dcm2pnm is not installed (apt-get install dcmtk): its row is left out"
"$python" packaging/bench_window.py table "$out" "$slices" | tee out/bench/window.md
