#!/usr/bin/env python3
"""Looks for levels of generalisation of UCI Adult, by scant and by what people would use instead.

    cargo build --release
    python3 benches/peers/levels.py CORPORA/adult --scant target/release/scant

The folder holds adult.csv and its hierarchies as ARX publishes them. Asked is k = 5
with at most 4 % of the records suppressed, all nine columns being quasi-identifiers:

- scant: `scant suggest`, which finds the levels of least loss and proves it.
- anjana: its k_anonymity, which generalises the column with the most values a level
  further until the rest may be suppressed.
- openmed: its enforce_kanon looks at every node of the lattice, in Python, and at
  every way to suppress less than all that violates. It gets only the first
  --openmed-columns columns, and so does scant, as scant-few.
- openmed-stream: its streaming writer, which suppresses and writes, but is told the
  levels: those of scant. Nothing is searched.

Each runs in a process of its own, in turn with the others; one that takes longer than
--limit is stopped, and has no result. Printed are the median wall time and processor
time, the peak memory, the levels, the records suppressed, and the loss of the result
and its k, both measured here by one function for all, from the levels alone.
A result that is not 5-anonymous, suppresses more than 4 %, or loses less than the
optimum of scant is a fault of one of them, and the exit code is 1.
"""
import argparse
import collections
import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import into_venv, measured, turns, warm

PACKAGES = ["anjana", "openmed"]
K = 5
SHARE = 0.04


def read(folder, columns=None):
    """The header, the rows, and by column what each value is at every level."""
    with open(folder / "adult.csv", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    wanted = range(len(header))[:columns]
    header, rows = [header[at] for at in wanted], [[row[at] for at in wanted] for row in rows]
    hierarchies = []
    for name in header:
        with open(folder / f"adult_hierarchy_{name}.csv", newline="") as file:
            hierarchies.append({rule[0]: rule for rule in csv.reader(file, delimiter=";")})
    return header, rows, hierarchies


def judged(folder, columns, levels):
    """The records suppressed, the least class that is kept, and the loss."""
    _, rows, hierarchies = read(folder, columns)
    general = [tuple(rules[cell][level] for cell, rules, level in zip(row, hierarchies, levels)) for row in rows]
    classes = collections.Counter(general)
    product = 1
    for at, (rules, level) in enumerate(zip(hierarchies, levels)):
        under = collections.Counter(rule[level] for rule in rules.values())
        leaves = sum(len(rules) if classes[own] < K else under[own[at]] for own in general)
        product *= 1 + (leaves - len(rows)) / (len(rows) * (len(rules) - 1))
    kept = [size for size in classes.values() if size >= K]
    return len(rows) - sum(kept), min(kept), product ** (1 / len(levels)) - 1


def run_anjana(folder, columns, to):
    import pandas
    from anjana.anonymity._k_anonymity import k_anonymity_inner

    header, _, _ = read(folder, columns)
    data = pandas.read_csv(folder / "adult.csv", sep=";", dtype=str)[header]
    rules = {name: dict(pandas.read_csv(folder / f"adult_hierarchy_{name}.csv", sep=";", header=None, dtype=str))
             for name in header}
    # What k_anonymity calls; it gives the levels too.
    made, _, levels = k_anonymity_inner(data, [], header, K, SHARE * 100, rules)
    made.to_csv(to.with_suffix(".out"), index=False)
    to.write_text(json.dumps([levels[name] for name in header]))


def read_for_openmed(folder, columns):
    """The same, by names that it does not know: what it takes for an age it generalises its own way."""
    header, rows, hierarchies = read(folder, columns)
    return [f"column_{at}" for at in range(len(header))], rows, hierarchies


def openmed_rules(header, hierarchies):
    """Levels as openmed takes them: the first has no values."""
    rules = {}
    for name, own in zip(header, hierarchies):
        height = len(next(iter(own.values())))
        levels = [{"name": "0"}]
        for level in range(1, height):
            # What a lower level gives is mapped as well; openmed asks for that.
            values = {rule[lower]: rule[level] for rule in own.values() for lower in reversed(range(level))}
            levels.append({"name": str(level), "loss": level / (height - 1), "values": values})
        rules[name] = levels
    return rules


def run_openmed(folder, columns, to):
    from openmed.risk.kanon import enforce_kanon

    header, rows, hierarchies = read_for_openmed(folder, columns)
    made = enforce_kanon([dict(zip(header, row)) for row in rows], header, target_k=K,
                         suppression_rate=SHARE, hierarchies=openmed_rules(header, hierarchies),
                         remove_direct_identifiers=False)
    to.write_text(json.dumps([made["generalization"]["node"][name] for name in header]))


def run_openmed_stream(folder, columns, to, levels):
    from openmed.structured.streaming import stream_deidentify_table

    header, rows, hierarchies = read_for_openmed(folder, columns)
    table = to.with_suffix(".in.csv")
    with open(table, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    stream_deidentify_table(table, to.with_suffix(".out.csv"), quasi_identifiers=header, target_k=K,
                            generalization=dict(zip(header, levels)), hierarchies=openmed_rules(header, hierarchies),
                            remove_direct_identifiers=False, memory_ceiling=None, overwrite=True)
    to.write_text(json.dumps(levels))


def suggest(options, work, columns):
    """The command of scant; it writes its document to stdout, which is not kept."""
    header, _, _ = read(options.folder, columns)
    command = [options.scant, "suggest", options.folder / "adult.csv", "--policy", work / "policy.toml",
               "--quasi", ",".join(header), "--k", str(K), "--max-suppressed", str(SHARE), "--quiet", "--json"]
    for name in header:
        command += ["--hierarchy", f"{name}={options.folder / f'adult_hierarchy_{name}.csv'}"]
    return command


def processor_seconds():
    """What all processes that ended took of the processor: on a busy machine the better measure."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def is_too_slow(command, limit):
    """Whether a command takes longer than `limit` seconds, after which it is stopped."""
    try:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=limit)
        return False
    except subprocess.TimeoutExpired:
        return True


def compare(options, work):
    (work / "policy.toml").write_text('format = "scant-policy/1"\n[extract]\nsubject = "sex"\ndelimiter = ";"\n')
    warm(*options.folder.glob("*.csv"))
    few = options.openmed_columns
    programs = {"scant": None, "anjana": None, "openmed-stream": None, "scant-few": few, "openmed": few}
    levels = {}
    for program in ("scant", "scant-few"):
        said = subprocess.check_output(suggest(options, work, programs[program]))
        levels[program] = json.loads(said)["suggested"]["levels"]
    times, processor, peaks = (collections.defaultdict(kind) for kind in (list, list, float))
    for run in range(options.runs):
        for program in turns(list(programs), run):
            # One run of the slow ones is told apart from others well enough.
            if program in ("anjana", "openmed") and run >= options.slow_runs:
                continue
            to = work / program
            command = suggest(options, work, programs[program])
            if not program.startswith("scant"):
                command = [sys.executable, __file__, options.folder, "--job", program, "--to", to,
                           "--openmed-columns", str(few), "--levels", json.dumps(levels["scant"])]
            if program == "openmed" and is_too_slow(command, options.limit):
                times[program].append(float("inf"))
                continue
            before = processor_seconds()
            seconds, peak = measured(command)
            times[program].append(seconds)
            processor[program].append(processor_seconds() - before)
            peaks[program] = max(peak, peaks[program])
            if not program.startswith("scant"):
                levels[program] = json.loads(to.read_text())
    is_wrong = False
    print(f"{'program':15} {'columns':>7} {'median s':>9} {'cpu s':>6} {'peak MB':>8} {'suppressed':>10} {'k':>4} {'loss':>8}  levels")
    for program, columns in programs.items():
        if program not in levels:
            print(f"{program:15} {columns or 9:7}  stopped after {options.limit} s")
            continue
        suppressed, k, loss = judged(options.folder, columns, levels[program])
        best = judged(options.folder, columns, levels["scant" if columns is None else "scant-few"])[2]
        records = len(read(options.folder)[1])
        is_wrong |= k < K or suppressed > SHARE * records or loss < best - 1e-9
        print(f"{program:15} {len(levels[program]):7} {statistics.median(times[program]):9.2f} "
              f"{statistics.median(processor[program]):6.2f} {peaks[program]:8.0f} "
              f"{suppressed:10} {k:4} {loss:8.4f}  {','.join(map(str, levels[program]))}")
    sys.exit(1 if is_wrong else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with adult.csv and adult_hierarchy_*.csv")
    parser.add_argument("--scant", type=Path, help="the binary")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow-runs", type=int, default=1, help="runs of anjana and openmed")
    parser.add_argument("--limit", type=int, default=300, help="seconds that openmed may search")
    parser.add_argument("--openmed-columns", type=int, default=2, help="how many columns openmed is given to search")
    parser.add_argument("--venv", type=Path, default=Path("target/levels-venv"))
    for internal in ("--job", "--to", "--levels"):
        parser.add_argument(internal, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        to = Path(options.to)
        return {
            "anjana": lambda: run_anjana(options.folder, None, to),
            "openmed": lambda: run_openmed(options.folder, options.openmed_columns, to),
            "openmed-stream": lambda: run_openmed_stream(options.folder, None, to, json.loads(options.levels)),
        }[options.job]()
    if options.scant is None:
        parser.error("--scant is needed")
    into_venv(options.venv, PACKAGES)
    with tempfile.TemporaryDirectory() as work:
        compare(options, Path(work))


if __name__ == "__main__":
    main()
