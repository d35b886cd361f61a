"""Times what reads notes and courses, and writes a Markdown table.

    reading.py OURS WARDLIGHT FOLDER [--quick]

OURS is the benchmark binary, WARDLIGHT the shipped one; FOLDER takes made-up notes and `reading.md`. As in `bench.py`,
every engine waits for its turn and in each round all take theirs. The table gives the median over all runs with
quartiles and least: clock time at two threads, processor time at one, which other programs hardly touch. Commands are
timed as a user meets them, from start to end of the process. The notes are drawn from invented sentences and are of no
person.
"""

import os
import random
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from engine import Engine, check, processor, take_turns

ours, wardlight, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
is_quick = "--quick" in sys.argv
folder.mkdir(parents=True, exist_ok=True)
ROUNDS, COMMAND_ROUNDS = (5, 3) if is_quick else (21, 11)
HEAD = "| what | n | median (quartiles) | least | wanted | ours over it: medians, leasts |"
ENCODER = "512 tokens, encoder of 4 layers (dim 256, 4 heads, ffn 1024)"
COURSE = "48 h x 37 variables, GRU-D of 64"


def turns(commands, runs):
    """Milliseconds of every run of each engine by the clock, and by the processor. `commands`: name → command"""
    engines = {name: Engine([str(it) for it in command]) for name, command in commands.items()}
    missing = [name for name, it in engines.items() if "error" in it.ready]
    assert not missing, f"wanted every engine to start, not {missing}"
    if "torch" in engines:
        check(engines)
    take_turns(engines, ROUNDS, runs, warm_up=runs)
    return {name: list(zip(*engine.times)) for name, engine in engines.items()}


def networks():
    """Rows for ours beside PyTorch, and for the whole of a shipped model."""
    forms = {
        "encoder": (ENCODER, "25 ms", 10, {"torch": "plain operators", "torch-layers": "nn.TransformerEncoder"}),
        "gru_d": (COURSE, "5 ms", 20, {"torch": "a plain loop", "torch-hoisted": "a loop over the state alone"}),
    }
    for threads in (2, 1):
        suffix = "" if threads == 2 else ", one thread"
        for network, (title, wanted, runs, peers) in forms.items():
            peer = [sys.executable, Path(__file__).with_name("peer.py")]
            commands = {name: [*peer, name, network, 1, threads, folder] for name in peers}
            commands["ours"] = [ours, "time", network, "fused", "float32", 1, threads]
            found = {name: it[threads == 1] for name, it in turns(commands, runs).items()}
            yield row(title + suffix, found["ours"], wanted if threads == 2 else "")
            for name, words in peers.items():
                yield row(f"the same in PyTorch, {words}{suffix}", found[name], beside=found["ours"])
        found = turns({"ours": [ours, "shipped", "models/icu-mortality", threads]}, 20)["ours"]
        title = "icu-mortality as it ships: three networks, each with its regression and its trees"
        yield row(title + suffix, found[threads == 1])


def row(title, times, wanted="", beside=()):
    low, middle, high = statistics.quantiles(times, n=4)
    ratio = f"{statistics.median(beside) / middle:.2f}, {min(beside) / min(times):.2f}" if beside else ""
    spread = f"{middle:.2f} ({low:.2f} to {high:.2f}) ms | {min(times):.2f} ms"
    line = f"| {title} | {len(times)} | {spread} | {wanted} | {ratio} |"
    print(line, flush=True)
    return line


NAMES = ["Ada Moor", "Ben Lark", "Cleo Finch", "Dan Heath", "Eva Marsh", "Finn Wolde"]
FINDINGS = ["chest pain", "shortness of breath", "fever", "nausea", "headache", "dizziness", "productive cough"]
PROBLEMS = ["pneumonia", "heart failure", "type 2 diabetes", "atrial fibrillation", "COPD", "asthma", "hypertension"]
DRUGS = ["metformin 500 mg twice daily", "lisinopril 10 mg daily", "aspirin 81 mg daily", "furosemide 40 mg daily"]
VISIT = {
    "CHIEF COMPLAINT": ["{finding} for {few} days."],
    "HISTORY OF PRESENT ILLNESS": [
        "The patient is a {age}-year-old who came with {finding} and {finding}.",
        "The patient denies {finding}, {finding} or {finding}.",
        "There was no {finding} until {few} days ago, when it began at rest.",
        "If {finding} comes back, return to the clinic.",
        "Possible {problem}, to be ruled out by a further film.",
    ],
    "PAST MEDICAL HISTORY": ["History of {problem} and {problem}.", "No known {problem}."],
    "FAMILY HISTORY": ["Mother had {problem}; father without {problem}."],
    "MEDICATIONS": ["{drug}.", "{drug}, stopped on {date}."],
    "ALLERGIES": ["Penicillin causes rash.", "No known drug allergies."],
    "PHYSICAL EXAMINATION": [
        "Blood pressure {pressure}, pulse {pulse}, temperature 37.{few} C.",
        "Lungs are clear without wheeze; the abdomen is soft, no mass is felt.",
    ],
    "ASSESSMENT AND PLAN": [
        "Likely {problem}; {problem} is less likely.",
        "Continue {drug}.",
        "Seen by Dr. {name}, telephone 555-01{pulse}, on {date}.",
    ],
}


def note(n_bytes):
    """Visits of one made-up chart, in lines, until there are enough of them."""
    draw = random.Random(20261127)
    blank = {
        "finding": lambda: draw.choice(FINDINGS),
        "problem": lambda: draw.choice(PROBLEMS),
        "drug": lambda: draw.choice(DRUGS),
        "name": lambda: draw.choice(NAMES),
        "date": lambda: f"{draw.randint(1, 12):02}/{draw.randint(1, 28):02}/2026",
        "pressure": lambda: f"{draw.randint(95, 180)}/{draw.randint(50, 100)}",
        "age": lambda: str(draw.randint(20, 95)),
        "pulse": lambda: str(draw.randint(50, 99)),
        "few": lambda: str(draw.randint(1, 9)),
    }
    fill = lambda text: re.sub(r"\{(\w+)\}", lambda it: blank[it[1]](), text)
    lines, size = [], 0
    while size < n_bytes:
        visit = [fill("Patient: {name}   MRN: 00{pulse}{age}{few}   Date of visit: {date}"), ""]
        for title, sentences in VISIT.items():
            chosen = [fill(draw.choice(sentences)) for _ in range(draw.randint(1, 6))]
            visit += [f"{title}:", " ".join(chosen), ""]
        lines += visit
        size += sum(len(it) + 1 for it in visit)
    return lines


def run(command):
    """Milliseconds from the start to the end of the process, its exit code and what it said."""
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return (time.perf_counter() - start) * 1e3, done.returncode, done.stdout


def score(file):
    return [wardlight, "score", "--note", str(file), "--model", "note-specialty", "--models", "models"]


def longest(lines):
    """The most lines that the model reads as one note, in a file."""
    file, low, high = folder / "longest.txt", 1, len(lines)
    while 1 < high - low:
        middle = (low + high) // 2
        file.write_text("\n".join(lines[:middle]))
        code = run(score(file))[1]
        low, high = (middle, high) if code == 0 else (low, middle)
    file.write_text("\n".join(lines[:low]))
    return file


def commands():
    """Rows for the commands, on a note of a megabyte and on the longest one that is scored."""
    lines = note(1_000_000)
    whole, line = folder / "megabyte.txt", folder / "line.txt"
    whole.write_text("\n".join(lines))
    line.write_text("No fever.\n")
    # A fortieth of it is read and a tenth is not: that leaves few steps to look for the border.
    part = longest(lines[: len(lines) // 10])
    refused = "`wardlight score --note`, 1 MB, refused"
    read = "`wardlight score --note`, the longest that is read"
    asked = {
        "`wardlight note`, one line: hardly more than the start": [wardlight, "note", str(line)],
        "`wardlight note`, 1 MB": [wardlight, "note", str(whole)],
        "`wardlight note --identifiers`, 1 MB": [wardlight, "note", "--identifiers", str(whole)],
        refused: score(whole),
        read: score(part),
    }
    said, times = {}, {title: [] for title in asked}
    for round_idx in range(1 + COMMAND_ROUNDS):  # the first is not counted: it reads the program from the disk
        for title, command in asked.items():
            duration, code, said[title] = run(command)
            assert (code != 0) == (title == refused), f"{title}: {said[title]}"
            if 0 < round_idx:
                times[title].append(duration)
    for title in asked:
        yield row(title, times[title], "5000 ms")
    told = lambda title, pattern: re.search(pattern, said[title])[0]
    yield ""
    yield f"The longest note that is read has {part.stat().st_size} bytes ({told(read, 'all .* windows')}); one of"
    yield f"{whole.stat().st_size} bytes is refused: {told(refused, 'wanted a note .*')}."


def main():
    start = os.getloadavg()[0]
    rows = [HEAD, "|---" * 6 + "|", *networks(), *commands()]
    end = os.getloadavg()[0]
    about = f"Processor: {processor()}; load of the machine {start:.1f} at the start, {end:.1f} at the end."
    text = "\n".join([about, "", *rows]) + "\n"
    (folder / "reading.md").write_text(text)
    print(text)


main()
