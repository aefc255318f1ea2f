#!/usr/bin/env python3
"""What k-anonymity over three quasi-identifiers costs a run, and DuckDB doing the whole job.

    scant generate --rows 10652000 --seed 1 -o bench
    python3 benches/peers/classes.py bench --scant target/release/scant

Runs, in turn: scant without `[privacy]`, scant with k-anonymity of district, birth year and the flag, and DuckDB with
the same by persons (a join with the classes that are large enough) and by records (a window count). Printed are the
median wall time, the peak memory, the median of the paired ratios to scant with `[privacy]`, and the rows delivered;
those by persons must be the same, or the exit code is 1."""
import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import jobs
from measuring import AS_OF, into_venv, measured, paired, policy, turns, warm
from peers import print_outcome

PROGRAMS = ["scant with k", "scant without", "duckdb, persons", "duckdb, records"]


def command_of(program, options, to, work):
    if program.startswith("scant"):
        rules = work / ("with.toml" if program.endswith("k") else "without.toml")
        return [options.scant, "run", rules, options.folder / "extract.csv", "-o", to, "--quiet", "--as-of",
                str(AS_OF), "--key", work / "key.json"]
    counted = program.split(", ")[1]
    return [sys.executable, __file__, options.folder, "--job", counted, "--to", to, "--k", str(options.k)]


def run_one(program, options, work):
    to = work / f"{program}.parquet"
    seconds, peak = measured(command_of(program, options, to, work))
    file = to / "data" / "subscribers.parquet" if to.is_dir() else to
    looked = [sys.executable, __file__, options.folder, "--outcome", file]
    outcome = subprocess.check_output(looked, text=True).split()
    for path in work.glob(f"{program}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return seconds, peak, outcome


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="written by scant generate")
    parser.add_argument("--scant", type=Path, help="the binary")
    parser.add_argument("--k", type=int, default=5)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--venv", type=Path, default=Path("target/peers-venv"))
    for internal in ("--job", "--to", "--outcome"):
        parser.add_argument(internal, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.outcome:
        return print_outcome(Path(options.outcome))
    if options.job:
        extract = options.folder / "extract.csv"
        limits = jobs.Limits(AS_OF)
        return jobs.duckdb_job(extract, options.to, "parquet", limits, True, options.k, options.job)
    into_venv(options.venv, ["duckdb"])
    warm(options.folder / "extract.csv")
    with tempfile.TemporaryDirectory(dir=options.folder) as work:
        work = Path(work)
        shutil.copy(options.folder / "register.toml", work)
        text = policy((options.folder / "policy-later.toml").read_text(), output_format="parquet")
        (work / "without.toml").write_text(text)
        (work / "with.toml").write_text(text + f"\n[privacy]\nquasi_identifiers = {jobs.CLASS.split(', ')}\n"
                                        f"k_anonymity = {options.k}\n")
        subprocess.run([options.scant, "key", "new", work / "key.json", "--quiet"], check=True, stdout=subprocess.DEVNULL)
        runs = {program: [] for program in PROGRAMS}
        for run in range(options.runs):
            for program in turns(PROGRAMS, run):
                runs[program].append(run_one(program, options, work))
    base = [one[0] for one in runs[PROGRAMS[0]]]
    for program in PROGRAMS:
        own = [one[0] for one in runs[program]]
        print(f"{program:16} {statistics.median(own):8.3f} s {paired(own, base):6.2f} x "
              f"{max(one[1] for one in runs[program]):6.0f} MB  {runs[program][0][2][0]} rows")
    if runs["duckdb, persons"][0][2] != runs["scant with k"][0][2]:
        sys.exit("not the same was delivered")


if __name__ == "__main__":
    main()
