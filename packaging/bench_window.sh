#!/usr/bin/env bash
# Measures the window on a display of its own with software OpenGL: its start, a file by argument, a picture of 4 megapixels and
# 16 bits dragged, two viewports of 1,000 x 1,000, an influence map that comes and goes, a CT of 500 slices as 500 files scrolled
# through, a worklist of 100,000 rows, and what it takes while nothing happens; beside it, in the same run, pydicom with
# matplotlib and, where it is installed, DCMTK's dcm2pnm. Writes out/bench/window.md. `bench_window.sh 9` takes nine rounds in
# place of five.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
out=$PWD/out/bench-window
venv=.deps/venv-window
slices=500
rows=100000
mkdir -p "$out" out/bench
rm -f "$out"/*.jsonl "$out"/*.started "$out"/*.memory "$out"/*.idle "$out"/*.moves "$out"/{peer,dcm2pnm}-*.json

if [[ ! -f $venv/complete ]]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.2.6 pydicom==3.0.1 matplotlib==3.10.3
  touch "$venv/complete"
fi
python=$venv/bin/python
picture=$out/noise-2048.png
series=$out/ct-$slices
large=$out/large.dcm
report=$out/report-$rows.json
[[ -f $picture ]] || convert -size 2048x2048 plasma:grey40-grey60 -colorspace Gray -depth 16 "$picture"
[[ -f $series.complete ]] || "$python" packaging/bench_window.py make "$series" "$slices"
[[ -f $large ]] || "$python" packaging/bench_window.py large "$large"
[[ -f $report ]] || "$python" packaging/bench_window.py report "$report" "$rows"
target/release/wardlight samples "$out/sample" > /dev/null
slice=$series/0000.dcm

# Wide enough for two viewports of 1,000 x 1,000 between the study list and the result.
exec 3< <(exec Xvfb -displayfd 1 -screen 0 2720x1240x24 -noreset -nolisten tcp 2>/dev/null)
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

open_window() { # LOG DRAW WIDTH HEIGHT [FILE...]: the moment of the start is noted
  local log=$1 draw=$2 width=$3 height=$4
  shift 4
  mkdir -p "$XDG_STATE_HOME/wardlight"
  # The first start asks whether to keep records; nothing is remembered from the round before.
  echo '{"keep":"nothing"}' > "$XDG_STATE_HOME/wardlight/window.json"
  date +%s%3N > "${log%.jsonl}.started"
  WARDLIGHT_DRAW=$draw WARDLIGHT_FRAME_LOG=$log target/release/wardlight --new-window "$@" 2>/dev/null &
  program=$!
  wait_for first_frame "$log"
  sleep 1
  window=$(xdotool search --name '^Wardlight' | head -n 1)
  xdotool windowmove "$window" 0 0 windowsize "$window" "$width" "$height" windowfocus "$window"
  sleep 1
}

moved() { # LOG COMMAND...: notes from when to when the hand moves
  local log=$1 started
  shift
  started=$(date +%s%3N)
  "$@"
  echo "$started $(date +%s%3N)" >> "${log%.jsonl}.moves"
}

along() { # X Y: four hundred places, eight milliseconds each
  for ((step = 0; step < 400; step++)); do
    printf 'mousemove %d %d\nsleep 0.008\n' $(($1 + step % 200)) $(($2 + step % 90))
  done | xdotool -
}

drag() { # LOG X Y
  xdotool mousemove "$2" "$3" mousedown 1
  moved "$1" along "$2" "$3"
  sleep 0.3
  xdotool mouseup 1
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
  for draw in auto gpu; do
    log=$out/drag-$draw-$round.jsonl
    open_window "$log" "$draw" 1600 1000 "$picture"
    wait_for scan_drawn "$log"
    sleep 1.5
    drag "$log" 500 400
    close_window "$log"
  done

  for name in slice large; do
    log=$out/$name-$round.jsonl
    open_window "$log" auto 1600 1000 "${!name}"
    wait_for scan_drawn "$log"
    close_window "$log"
  done

  log=$out/pair-$round.jsonl
  open_window "$log" auto 2720 1240 "$picture" "$large"
  wait_for '"n_scans":2' "$log"
  xdotool mousemove 700 600 key g
  sleep 2
  drag "$log" 700 600
  sleep 0.5
  moved "$log" xdotool keydown ctrl click --repeat 100 --delay 16 4 click --repeat 100 --delay 16 5 keyup ctrl
  sleep 0.5
  xdotool mousemove 700 600
  close_window "$log"

  log=$out/map-$round.jsonl
  open_window "$log" auto 1600 1000 "$out/sample/chest.dcm"
  wait_for scan_drawn "$log"
  # Models are loaded by then, or the key is told to wait.
  sleep 4
  xdotool mousemove 700 450 key space
  sleep 3
  xdotool key shift+space
  wait_for '"has_map":true' "$log"
  sleep 1
  for ((step = 0; step < 20; step++)); do
    echo "{\"event\":\"key\",\"unix_ms\":$(date +%s%3N)}" >> "$out/keys-$round.jsonl"
    xdotool key o
    sleep 0.25
  done
  # What it takes while nobody touches it: ticks of 10 ms in 20 seconds.
  sleep 3
  before=$(awk '{ print $14 + $15 }' "/proc/$program/stat")
  sleep 20
  after=$(awk '{ print $14 + $15 }' "/proc/$program/stat")
  echo $((after - before)) > "${log%.jsonl}.idle"
  close_window "$log"

  log=$out/series-$round.jsonl
  open_window "$log" auto 1600 1000
  target/release/wardlight "$series" 2>/dev/null || true
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

  log=$out/list-$round.jsonl
  open_window "$log" auto 1600 1000 "$report"
  wait_for list_frame "$log"
  sleep 4
  echo "{\"event\":\"scroll\",\"unix_ms\":$(date +%s%3N)}" >> "$out/lists-$round.jsonl"
  xdotool mousemove 600 700 click --repeat 300 --delay 8 5
  sleep 1
  echo "{\"event\":\"sort\",\"unix_ms\":$(date +%s%3N)}" >> "$out/lists-$round.jsonl"
  # Headings in their row; a second click turns the order over.
  heading=350
  for x in 150 420 600 850; do
    xdotool mousemove "$x" "$heading" click 1 sleep 0.7 click 1 sleep 0.7
  done
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
