"""A process that runs one network when asked, and the machine it runs on."""

import json
import platform
import subprocess
import time
from pathlib import Path


class Engine:
    """A process that runs one network when asked."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.ready = json.loads(self.process.stdout.readline() or '{"error": "did not start"}')
        self.times = []

    def turn(self, runs):
        if "error" in self.ready:
            return
        self.process.stdin.write(f"{runs}\n")
        self.process.stdin.flush()
        self.times += json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def best(self, threads):
        """Milliseconds, or None where the engine does not run here."""
        return min(it[threads == 1] for it in self.times) if self.times else None


def take_turns(engines, n_rounds, runs, warm_up):
    """All engines in turn, round by round, after runs that do not count; then they end."""
    for engine in engines.values():
        engine.turn(warm_up)
        engine.times.clear()
    for _ in range(n_rounds):
        for engine in engines.values():
            engine.turn(runs)
            time.sleep(0.1)  # some engines spin for a while after their work
    for engine in engines.values():
        engine.close()


def check(engines):
    """All engines must run the same network."""
    want = engines["torch"].ready["logits"]
    size = max(abs(it) for it in want)
    for name, engine in engines.items():
        found = engine.ready.get("logits", want)
        gap = max(abs(a - b) for a, b in zip(want, found)) / size
        limit = 0.1 if "bf" in name else 1e-3
        assert gap < limit, f"{name} differs from torch by {gap}"


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((it.split(":")[1].strip() for it in lines if it.startswith("model name")), platform.processor())
    flags = next((it for it in lines if it.startswith("flags")), "").split()
    kinds = [it for it in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if it in flags]
    return f"{name}, {sum(it.startswith('processor') for it in lines)} cores, {' '.join(kinds)}"
