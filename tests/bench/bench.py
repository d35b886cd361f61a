"""Times ours and other engines on the same weights in the same minutes, and writes a Markdown table.

    bench.py OURS FOLDER [--quick]

OURS is the benchmark binary; FOLDER takes the exported networks, the bundle and `bench.md`. Every engine is a
process of its own that waits for its turn; in each round all take theirs, one after another. The table gives the
least time of all rounds, which says most about the engine and least about what else the machine was doing; at
one thread that is processor time, which other programs hardly touch.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from engine import Engine, check, processor, take_turns

ours, folder = sys.argv[1], Path(sys.argv[2])
is_quick = "--quick" in sys.argv
folder.mkdir(parents=True, exist_ok=True)
ROUNDS = 3 if is_quick else 7
BATCHES = (1, 8) if is_quick else (1, 8, 32)
NETWORKS = {"densenet121": "DenseNet-121", "resnet18": "ResNet-18", "encoder": "Encoder 4 x 256, 512 tokens"}
OURS = {"plain": ("plain", "float32"), "fused": ("fused", "float32"), "fused bfloat16": ("fused", "bfloat16")}
PEERS = ["torch", "onnxruntime", "openvino", "openvino-bf16"]
FLOAT32_PEERS = ["torch", "onnxruntime", "openvino"]


def measure(network, batch, threads):
    command = lambda name: [sys.executable, str(Path(__file__).with_name("peer.py")), name]
    setting = [network, str(batch), str(threads), str(folder)]
    engines = {name: Engine(command(name) + setting) for name in PEERS}
    for name, (form, precision) in OURS.items():
        engines[name] = Engine([ours, "time", network, form, precision, str(batch), str(threads)])
    check(engines)
    runs = max(1, 8 // batch)
    take_turns(engines, ROUNDS, runs, warm_up=2)
    return {name: engine.best(threads) for name, engine in engines.items()}


def cold(network):
    """From the start of the process to its third prediction."""
    bundle = folder / f"bundle-{network}"
    subprocess.run([ours, "bundle", network, str(bundle)], check=True)
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        # It prints right after the third prediction; how long libtorch takes to end is not part of it.
        with subprocess.Popen([ours, "cold", str(bundle)], stdout=subprocess.PIPE, text=True) as process:
            line = process.stdout.readline()
            found.append((time.perf_counter() - start, json.loads(line)))
    return min(found, key=lambda it: it[0])


def cell(value):
    return "-" if value is None else f"{value:.1f}"


def main():
    columns = [*OURS, *PEERS]
    lines = [f"Processor: {processor()}.", ""]
    lines.append("Milliseconds a batch, least of all rounds; processor time at one thread, clock time at two. `-`: not on this")
    lines.append("processor. The last column is ours fused over the best float32 peer.")
    lines += ["", f"| network | batch | threads | {' | '.join(columns)} | ratio |", "|---" * (len(columns) + 4) + "|"]
    for network, title in NETWORKS.items():
        for batch in BATCHES:
            for threads in (1, 2):
                found = measure(network, batch, threads)
                peers = [found[it] for it in FLOAT32_PEERS if found[it]]
                ratio = found["fused"] / min(peers)
                cells = " | ".join(cell(found[it]) for it in columns)
                lines.append(f"| {title} | {batch} | {threads} | {cells} | {ratio:.2f} |")
                print(lines[-1], flush=True)
    seconds, memory = cold("densenet121")
    lines += ["", f"Process start to third prediction of DenseNet-121, with hash check and self-test: {seconds:.2f} s, "]
    lines[-1] += f"{memory['rss_mib']:.0f} MiB resident ({memory['peak_mib']:.0f} MiB at most)."
    text = "\n".join(lines) + "\n"
    (folder / "bench.md").write_text(text)
    print(text)


main()
