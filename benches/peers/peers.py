#!/usr/bin/env python3
"""Runs the job of policy-later.toml through what people would use instead.

    scant generate --rows 10652000 --seed 1 -o bench
    python3 benches/peers/peers.py bench --scant target/release/scant

Makes a virtual environment with DuckDB and polars (and pandas, if asked for) on
first use. With --input parquet or ndjson the extract is converted once, all
columns text. Each program runs in a process of its own, in turn with the
others; printed are the median wall time, the peak memory, the median of the
paired ratios to scant, and whether the delivered districts, birth years and
flags are the same. If any differ that should not, the exit code is 1.

The peers do less: they check no structure, digest nothing, balance nothing,
and their SHA-256 of the id is unkeyed, so that anybody can undo it. Without
--subjects they also ignore that a subject's other record may restrict; then
they deliver a little more than scant, which never ignores it, and are compared
with each other only.
"""
import argparse
import datetime
import hashlib
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import jobs
from measuring import AS_OF, into_venv, measured, paired, policy, turns, warm

PACKAGES = ["duckdb", "polars", "polars-hash"]
INPUTS = ["csv", "parquet", "ndjson"]
OUTPUTS = ["csv", "parquet"]
ROW_GROUP = 122_880
FLOOR = "import blake3, sys; print(blake3.blake3(max_threads=blake3.blake3.AUTO).update_mmap(sys.argv[1]).hexdigest())"


def convert(folder, form):
    """The extract in another format: made once, beside the CSV file, in a process of its own."""
    to = folder / f"extract.{form}"
    if not to.exists():
        partial = folder / f"extract.{form}.partial"
        wanted = f"FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP}" if form == "parquet" else "FORMAT json"
        read = f"read_csv('{folder}/extract.csv', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
        statement = f"SET preserve_insertion_order = true; COPY (FROM {read}) TO '{partial}' ({wanted})"
        subprocess.run([sys.executable, "-c", "import duckdb, sys; duckdb.execute(sys.argv[1])", statement], check=True)
        partial.rename(to)
    return to


def print_outcome(path):
    """How many rows were delivered, and a digest of what they say apart from the hash."""
    import duckdb

    read = f"read_csv('{path}', all_varchar = true)" if path.suffix == ".csv" else f"read_parquet('{path}')"
    groups = duckdb.sql(f"""SELECT count(*), coalesce(postcode_district, '-'), birth_year::VARCHAR,
        coalesce(lower(child_under_5::VARCHAR), '-') FROM {read} GROUP BY ALL ORDER BY ALL""").fetchall()
    print(sum(group[0] for group in groups), hashlib.sha256(repr(groups).encode()).hexdigest())


def programs_for(options, source, form):
    """Who can do this job, the one that ratios are to first."""
    names = (["scant"] if options.scant else []) + ["duckdb", "polars"] + (["pandas"] if options.pandas else [])
    if shutil.which("qsv") and (source, form) == ("csv", "csv"):
        names.append("qsv")
    if options.floor:
        names.append("floor")
    return names


def command_of(program, extract, form, to, options, work):
    if program == "scant":
        return [options.scant, "run", work / f"{extract.suffix[1:]}-{form}.toml", extract, "-o", to, "--quiet",
                "--as-of", str(options.as_of), "--key", work / "key.json"]
    if program == "qsv":
        return jobs.qsv_command(extract, to)
    if program == "floor":
        return ["b3sum", extract] if shutil.which("b3sum") else [sys.executable, "-c", FLOOR, extract]
    command = [sys.executable, __file__, options.folder, "--job", program, "--extract", extract, "--to", to]
    return command + ["--format", form, "--as-of", str(options.as_of)] + ["--subjects"] * options.subjects


def run_one(program, extract, form, options, work):
    """Seconds, megabytes, and what was delivered: rows and a digest, or None where that cannot be compared."""
    name = f"{program}-{extract.suffix[1:]}-{form}"
    to = work / name if program == "scant" else work / f"{name}.{form}"
    seconds, peak = measured(command_of(program, extract, form, to, options, work))
    outcome = None
    if program not in ("qsv", "floor"):
        file = to / "data" / f"subscribers.{form}" if program == "scant" else to
        # In a process of its own: a child's peak memory starts at its parent's.
        looked = [sys.executable, __file__, options.folder, "--outcome", file]
        outcome = subprocess.check_output(looked, text=True).split()
    # A delivery is never overwritten: the next run needs the place.
    for path in work.glob(f"{name}*"):
        if not path.name.endswith(".toml"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return seconds, peak, outcome


def compare(options, work):
    """Runs every job, prints the tables, and says whether all delivered the same."""
    shutil.copy(options.folder / "register.toml", work)
    if options.scant:
        subprocess.run([options.scant, "key", "new", work / "key.json", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    all_agree = True
    for source in options.input or ["csv"]:
        extract = options.folder / "extract.csv" if source == "csv" else convert(options.folder, source)
        for form in options.output or OUTPUTS:
            text = (options.folder / "policy-later.toml").read_text()
            (work / f"{source}-{form}.toml").write_text(policy(text, extract_format=source, output_format=form))
            programs = programs_for(options, source, form)
            warm(extract)
            runs = {program: [] for program in programs}
            for run in range(options.runs):
                for program in turns(programs, run):
                    runs[program].append(run_one(program, extract, form, options, work))
            all_agree &= print_table(f"{source} -> {form}", programs, runs, options.subjects)
    return all_agree


def print_table(title, programs, runs, subjects):
    base = programs[0]
    seconds = {program: [one[0] for one in runs[program]] for program in programs}
    expected = runs[base if subjects else "duckdb"][0][2]
    all_agree = True
    print(f"\n{title}, medians of {len(runs[base])}")
    print(f"{'program':8} {'seconds':>8} {'fastest':>8} {'slowest':>8} {'x ' + base:>8} {'peak MB':>8} {'delivered':>10}  same")
    for program in programs:
        delivered, same = "", "part of the job" if program == "qsv" else "digest of the input only"
        if runs[program][0][2]:
            own = runs[program][0][2]
            agrees = all(one[2] == (own if program == "scant" and not subjects else expected) for one in runs[program])
            delivered, same = own[0], "yes" if agrees else "NO"
            if program == "scant" and agrees and not subjects:
                same = "less: others of a subject restrict"
            all_agree &= agrees
        own = seconds[program]
        print(f"{program:8} {statistics.median(own):8.3f} {min(own):8.3f} {max(own):8.3f} {paired(own, seconds[base]):8.2f} "
              f"{max(one[1] for one in runs[program]):8.0f} {delivered:>10}  {same}")
    if base == "scant":
        peers = [program for program in programs if program in ("duckdb", "polars")]
        # Of each turn the faster of the two, so that no median hides a quicker run.
        faster = [min(pair) for pair in zip(*(seconds[program] for program in peers))]
        print(f"scant is {paired(faster, seconds[base]):.2f} times as fast as the faster of {' and '.join(peers)}")
        if "floor" in programs:
            print(f"scant takes {paired(seconds[base], seconds['floor']):.2f} times the floor")
    return all_agree


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="written by scant generate")
    parser.add_argument("--scant", type=Path, help="the binary; without it only the peers are compared")
    parser.add_argument("--input", choices=INPUTS, action="append", help="what is read (repeatable); default: csv")
    parser.add_argument("--output", choices=OUTPUTS, action="append", help="what is written (repeatable); default: both")
    parser.add_argument("--as-of", type=datetime.date.fromisoformat, default=AS_OF)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--subjects", action="store_true", help="let a subject's other records restrict")
    parser.add_argument("--floor", action="store_true", help="also digest the input with b3sum, or the blake3 package")
    parser.add_argument("--pandas", action="store_true", help="pandas too: slow, and memory grows")
    parser.add_argument("--venv", type=Path, default=Path("target/peers-venv"))
    parser.add_argument("--work", type=Path, help="where outputs are written for a moment; default: beside the extract")
    for internal in ("--job", "--extract", "--format", "--to", "--outcome"):
        parser.add_argument(internal, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.outcome:
        return print_outcome(Path(options.outcome))
    if options.job:
        limits = jobs.Limits(options.as_of)
        return jobs.JOBS[options.job](Path(options.extract), options.to, options.format, limits, options.subjects)
    by_python = options.floor and not shutil.which("b3sum")
    into_venv(options.venv, PACKAGES + ["pandas", "pyarrow"] * options.pandas + ["blake3"] * by_python)
    if not shutil.which("qsv"):
        print("qsv is not on PATH: left out (benches/README.md says how it is installed)")
    if by_python:
        print("b3sum is not on PATH: the floor is BLAKE3 in Python, whose start is in it")
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work or options.folder) as work:
        all_agree = compare(options, Path(work))
    if not all_agree:
        sys.exit("not all delivered the same")


if __name__ == "__main__":
    main()
