"""Times training steps of the source article's network, ours and other engines in the same minutes, and writes a
Markdown table.

    train.py OURS FOLDER [--quick]

Every engine is a process of its own that waits for its turn; in each round all take theirs, one after another. The
table gives the most pictures a second of all rounds: at one thread by processor time, which other programs hardly
touch, at two by the clock. Data stand in memory; what is measured is the loop that learns from them.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ours, folder = sys.argv[1], Path(sys.argv[2])
is_quick = "--quick" in sys.argv
folder.mkdir(parents=True, exist_ok=True)
BATCH, STEPS, ROUNDS = 32, 150, 3 if is_quick else 7
OURS = {"ours": "float32", "ours in bfloat16": "bfloat16"}
PEERS = ["keras", "keras without XLA", "torch", "torch channels last"]


class Engine:
    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert json.loads(self.process.stdout.readline()).get("ready"), command
        self.times = []

    def turn(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        self.times.append(json.loads(self.process.stdout.readline()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def best(self, threads):
        """Pictures a second."""
        return STEPS * BATCH / min(it[threads == 1] for it in self.times)


def measure(threads):
    peer = [sys.executable, str(Path(__file__).with_name("train_peer.py"))]
    engines = {name: Engine([ours, precision, str(BATCH), str(threads)]) for name, precision in OURS.items()}
    engines |= {name: Engine([*peer, name, str(BATCH), str(threads)]) for name in PEERS}
    for engine in engines.values():
        engine.turn(20)
        engine.times.clear()
    for _ in range(ROUNDS):
        for engine in engines.values():
            engine.turn(STEPS)
            time.sleep(0.1)  # some engines spin for a while after their work
    for engine in engines.values():
        engine.close()
    return {name: engine.best(threads) for name, engine in engines.items()}


def main():
    names = [*OURS, *PEERS]
    lines = [f"Pictures a second in training, batch {BATCH}; load of the machine at the start {os.getloadavg()[0]:.1f}.", ""]
    lines += [f"| threads | {' | '.join(names)} | ours over the fastest peer |", "|---" * (len(names) + 2) + "|"]
    for threads in (1, 2):
        found = measure(threads)
        ratio = found["ours"] / max(found[it] for it in PEERS)
        lines.append(f"| {threads} | {' | '.join(f'{found[it]:.0f}' for it in names)} | {ratio:.2f} |")
    text = "\n".join(lines) + "\n"
    (folder / "train.md").write_text(text)
    print(text)


main()
