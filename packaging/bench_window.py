"""Reads a frame log: `bench_window.py LOG START_UNIX_MS NAME` prints one line of milliseconds."""

import json
import statistics
import sys

log, started, name = sys.argv[1], float(sys.argv[2]), sys.argv[3]
lines = [json.loads(line) for line in open(log)]
at = {}
for line in lines:
    at.setdefault(line["event"], line["unix_ms"])
drawn = at["scan_drawn"]
frames = [line["unix_ms"] for line in lines if line["event"] == "frame" and line["unix_ms"] > drawn + 1000]
gaps = [after - before for before, after in zip(frames, frames[1:]) if after - before < 250]
print(f"{name}: first frame {at['first_frame'] - started:.0f} ms after start; "
      f"4 MP 16-bit drawn {drawn - at['open']:.0f} ms after it was asked for; "
      f"drag: median {statistics.median(gaps):.1f} ms a frame, 90 % below "
      f"{sorted(gaps)[int(len(gaps) * 0.9)]:.1f} ms, {len(gaps)} frames")
