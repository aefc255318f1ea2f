#!/usr/bin/env python3
"""Compares scant with itself: more records, fewer threads, another order.

    python3 benches/peers/scaling.py --scant target/release/scant --work bench-scaling

parts     one part of --rows records against --parts of them, each of another
          seed and with subjects of its own, in one run: time per record and
          peak memory, which should both stay what they are
threads   one thread against two
order     order = "pseudonym" against "extract"

The runs of a pair are made in turn; printed is the median of the paired ratios.
Needs nothing but the binary, and `zstd` for --zstd. The parts stay in --work
and are used again.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import AS_OF, measured, paired, policy, spread, turns, warm

TOPICS = ["parts", "threads", "order"]
BYTES_OF_A_RECORD = 216


def generate(scant, rows, seed, folder):
    subprocess.run([scant, "generate", "--rows", str(rows), "--seed", str(seed), "-o", folder, "--quiet"], check=True)


def make_part(options, number, zstd):
    """One part: made once. Every seed numbers its subjects from 1, so the part's number is put before theirs; else the
    parts would be about the same people, and their records would restrict each other."""
    part = options.work / f"part-{options.rows}-{number}.csv{'.zst' if zstd else ''}"
    if part.exists():
        return part
    partial = part.with_suffix(".partial")
    with tempfile.TemporaryDirectory(dir=options.work) as made:
        generate(options.scant, options.rows, number, Path(made) / "made")
        (Path(made) / "made" / "consent-events.csv").unlink()
        with open(Path(made) / "made" / "extract.csv", "rb") as source, open(partial, "wb") as to:
            packer = subprocess.Popen(["zstd", "-1", "-T0", "-q", "-c"], stdin=subprocess.PIPE, stdout=to) if zstd else None
            out = packer.stdin if zstd else to
            held = b""
            while block := source.read(1 << 24):
                block = held + block
                # A line feed at the very end waits for the letter behind it.
                held = block[-1:] if block.endswith(b"\n") else b""
                out.write(block[:len(block) - len(held)].replace(b"\nS", b"\nS%02d" % number))
            out.write(held)
            if zstd:
                out.close()
                if packer.wait() != 0:
                    sys.exit("zstd failed")
    partial.rename(part)
    return part


def run(options, work, parts, threads=None, order="pseudonym"):
    """Seconds and peak megabytes of one delivery, which is removed again."""
    text = (work / "policy-later.toml").read_text()
    (work / "policy.toml").write_text(policy(text, output_format=options.output, output_order=order))
    command = [options.scant, "run", work / "policy.toml", *parts, "-o", work / "out", "--quiet",
               "--as-of", str(AS_OF), "--key", work / "key.json"]
    outcome = measured(command + (["--threads", str(threads)] if threads else []))
    shutil.rmtree(work / "out")
    shutil.rmtree(work / "out.internal")
    return outcome


def compare(options, names, one):
    """Runs `one(name)` for each name in turn; seconds and peaks by name."""
    seconds, peaks = {name: [] for name in names}, {name: [] for name in names}
    for number in range(options.runs):
        for name in turns(names, number):
            took, peak = one(name)
            seconds[name].append(took)
            peaks[name].append(peak)
    return seconds, peaks


def fits(options, counts):
    """Whether plain parts fit the disk, with room for what waits and is delivered."""
    return shutil.disk_usage(options.work).free > (max(counts) + 2) * options.rows * BYTES_OF_A_RECORD


def show_parts(options, work):
    counts = [1, *(count for count in sorted(set(options.parts)) if count != 1)]
    zstd = options.zstd or not fits(options, counts)
    if zstd and not options.zstd:
        print("parts: compressed, for the disk is short")
    parts = [make_part(options, number, zstd) for number in range(1, max(counts) + 1)]
    size, memory = sum(part.stat().st_size for part in parts), os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if size > memory / 2:
        print(f"parts: {size / 1e9:.1f} GB do not stay in {memory / 1e9:.1f} GB of memory: the disk is measured too")

    def one(count):
        if sum(part.stat().st_size for part in parts[:count]) <= memory / 2:
            warm(*parts[:count])
        return run(options, work, parts[:count], order=options.order)

    seconds, peaks = compare(options, counts, one)
    print(f"\nparts of {options.rows:,} records{', zstd' if zstd else ''}, medians of {options.runs}")
    print(f"{'parts':>5} {'records':>13} {'seconds':>9} {'us/record':>10} {'x 1 part':>9} {'peak MB':>8}")
    for count in counts:
        per_record = [took / (count * options.rows) for took in seconds[count]]
        ratio = paired(per_record, [took / options.rows for took in seconds[1]])
        print(f"{count:>5} {count * options.rows:>13,} {statistics.median(seconds[count]):>9.2f} "
              f"{statistics.median(per_record) * 1e6:>10.4f} {ratio:>9.3f} {max(peaks[count]):>8.0f}")


def show_pair(options, title, ratio_of, names, one):
    """A pair, and how often the first takes as long as the second."""
    seconds, peaks = compare(options, names, one)
    print(f"\n{title}: {options.rows:,} records, medians of {options.runs}")
    for name in names:
        print(f"  {name:24} {spread(seconds[name]):28} {max(peaks[name]):6.0f} MB")
    print(f"  {ratio_of}: {paired(seconds[names[0]], seconds[names[1]]):.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scant", type=Path, required=True, help="the binary")
    parser.add_argument("--rows", type=int, default=10_652_000, help="records of one part")
    parser.add_argument("--parts", type=int, action="append", metavar="K", help="1 part against K (repeatable); default: 10")
    parser.add_argument("--zstd", action="store_true", help="compress the parts; done anyway if the disk is short")
    parser.add_argument("--output", choices=["csv", "parquet"], default="parquet")
    parser.add_argument("--order", choices=["pseudonym", "extract"], default="pseudonym", help="of the topic parts")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=TOPICS, action="append", help="what to measure (repeatable); default: all")
    parser.add_argument("--work", type=Path, default=Path("target/scaling"), help="where parts are kept and outputs made")
    options = parser.parse_args()
    options.parts = options.parts or [10]
    if min(options.parts) < 1 or max(options.parts) > 99:
        parser.error("--parts is from 1 to 99")
    topics = options.only or TOPICS
    options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        work = Path(work) / "made"
        generate(options.scant, 1, 1, work)  # for its policy and register
        subprocess.run([options.scant, "key", "new", work / "key.json", "--quiet"], check=True, stdout=subprocess.DEVNULL)
        if "parts" in topics:
            show_parts(options, work)
        if set(topics) - {"parts"}:
            plain = [make_part(options, 1, zstd=False)]
            warm(*plain)
        if "threads" in topics:
            one = lambda name: run(options, work, plain, threads=int(name.split()[0]))
            show_pair(options, "threads", "one thread takes so many times two", ["1 thread", "2 threads"], one)
        if "order" in topics:
            one = lambda name: run(options, work, plain, order=name)
            show_pair(options, "order", "pseudonym takes so many times extract", ["pseudonym", "extract"], one)


if __name__ == "__main__":
    main()
