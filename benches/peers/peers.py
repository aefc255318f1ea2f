#!/usr/bin/env python3
"""Runs the job of policy-later.toml through what people would use instead.

    scant generate --rows 10652000 --seed 1 -o bench
    python3 benches/peers/peers.py bench --scant target/release/scant

Makes a virtual environment with DuckDB, polars and pandas on first use. Each
program runs in a process of its own, in turn with the others; printed are the
median wall time, the peak memory, the median of the paired ratios to scant,
and whether the delivered districts, birth years and flags are the same.

The peers do less: they check no structure, digest nothing, balance nothing,
and their SHA-256 of the id is unkeyed, so that anybody can undo it. Without
--subjects they also ignore that a subject's other record may restrict; then
they deliver a little more than scant, which never ignores it.
"""
import argparse
import datetime
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGES = ["duckdb", "polars", "polars-hash", "pandas", "pyarrow"]
SENTINELS = ["0", "n/a", "na", "null", "none", "unknown", "test"]
POSTCODE = "^([A-Z]{1,2}[0-9][A-Z0-9]?) ?[0-9][A-Z]{2}$"
FORMATS = ["csv", "parquet"]


class Limits:
    """The limits of policy-later.toml, as days to compare with; no as-of date on a 29 February."""

    def __init__(self, as_of):
        years_before = lambda as_of, years: as_of.replace(year=as_of.year - years)
        self.as_of = as_of
        self.born_by = years_before(as_of, 18)
        self.active_after = years_before(as_of, 3)
        self.given_after = years_before(as_of, 2)
        self.notice_from = datetime.date(2018, 1, 15)
        self.child_after = years_before(as_of, 5)


def duckdb_job(extract, to, form, limits, subjects):
    import duckdb

    day = lambda column: f"TRY_CAST({column} AS DATE)"
    given, withdrawn = day("consent_given_at"), day("consent_withdrawn_at")
    of_subject = f"subscriber_id IS NOT NULL AND lower(trim(subscriber_id)) NOT IN {tuple(SENTINELS)}"
    alive = "deceased IS DISTINCT FROM 'Y'"
    adult = f"coalesce({day('dob')} <= DATE '{limits.born_by}', false)"
    recent = f"coalesce({day('last_active')} > DATE '{limits.active_after}', false)"
    consent = f"""coalesce(notice_version = 'privacy-2018-01'
        AND '|' || consent_purposes || '|' LIKE '%|political|%'
        AND {given} BETWEEN DATE '{limits.notice_from}' AND DATE '{limits.as_of}'
        AND {given} > DATE '{limits.given_after}'
        AND (consent_withdrawn_at IS NULL OR {withdrawn} < {given}), false)"""
    table = f"read_csv('{extract}', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
    unrestricted = f"""ANTI JOIN (SELECT DISTINCT subscriber_id FROM {table}
        WHERE {alive} AND (NOT {adult} OR ({recent} AND NOT {consent}))) USING (subscriber_id)"""
    under = lambda column: f"{day(column)} > DATE '{limits.child_after}' AND {day(column)} <= DATE '{limits.as_of}'"
    child = f"""CASE WHEN {day('child_1_dob')} IS NULL AND {day('child_2_dob')} IS NULL THEN NULL
        ELSE coalesce({under('child_1_dob')}, false) OR coalesce({under('child_2_dob')}, false) END"""
    duckdb.sql(f"""COPY (SELECT sha256(subscriber_id) AS person,
            nullif(regexp_extract(upper(postcode), '{POSTCODE}', 1), '') AS postcode_district,
            year({day('dob')}) AS birth_year, {child} AS child_under_5
        FROM {table} {unrestricted if subjects else ''}
        WHERE {consent} AND {of_subject} AND {alive} AND {adult} AND {recent})
        TO '{to}' ({'FORMAT parquet, COMPRESSION zstd' if form == 'parquet' else 'FORMAT csv, HEADER'})""")


def polars_job(extract, to, form, limits, subjects):
    import polars as pl
    import polars_hash as plh

    day = lambda column: pl.col(column).str.to_date("%Y-%m-%d", strict=False)
    given, withdrawn = day("consent_given_at"), day("consent_withdrawn_at")
    rows = pl.scan_csv(extract, infer_schema=False)
    alive = pl.col("deceased").ne_missing("Y")
    adult = (day("dob") <= limits.born_by).fill_null(False)
    recent = (day("last_active") > limits.active_after).fill_null(False)
    consent = (
        (pl.col("notice_version") == "privacy-2018-01")
        & ("|" + pl.col("consent_purposes") + "|").str.contains("|political|", literal=True)
        & given.is_between(limits.notice_from, limits.as_of)
        & (given > limits.given_after)
        & (pl.col("consent_withdrawn_at").is_null() | (withdrawn < given))
    ).fill_null(False)
    of_subject = pl.col("subscriber_id").str.strip_chars().str.to_lowercase().is_in(SENTINELS).not_()
    passed = rows.filter(consent & of_subject.fill_null(False) & alive & adult & recent)
    if subjects:
        restricted = rows.filter(alive & (~adult | (recent & ~consent))).select("subscriber_id")
        passed = passed.join(restricted, on="subscriber_id", how="anti")
    children = [day("child_1_dob"), day("child_2_dob")]
    under = [((c > limits.child_after) & (c <= limits.as_of)).fill_null(False) for c in children]
    out = passed.select(
        plh.col("subscriber_id").chash.sha2_256().alias("person"),
        pl.col("postcode").str.to_uppercase().str.extract(POSTCODE).alias("postcode_district"),
        day("dob").dt.year().alias("birth_year"),
        pl.when(pl.all_horizontal(c.is_null() for c in children)).then(None).otherwise(pl.any_horizontal(under))
        .alias("child_under_5"),
    )
    if form == "parquet":
        out.sink_parquet(to, compression="zstd", engine="streaming")
    else:
        out.sink_csv(to, engine="streaming")


def pandas_job(extract, to, form, limits, subjects):
    import hashlib
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    day = lambda part, column: pd.to_datetime(part[column], format="%Y-%m-%d", errors="coerce")
    at = {name: pd.Timestamp(value) for name, value in vars(limits).items()}
    waiting, restricted = [], set()
    for part in pd.read_csv(extract, dtype=str, chunksize=500_000, keep_default_na=False):
        given, withdrawn, born = (day(part, c) for c in ("consent_given_at", "consent_withdrawn_at", "dob"))
        alive, adult = part.deceased != "Y", born <= at["born_by"]
        recent = day(part, "last_active") > at["active_after"]
        consent = (
            (part.notice_version == "privacy-2018-01")
            & ("|" + part.consent_purposes + "|").str.contains("|political|", regex=False)
            & (given >= at["notice_from"]) & (given <= at["as_of"]) & (given > at["given_after"])
            & ((part.consent_withdrawn_at == "") | (withdrawn < given))
        )
        of_subject = ~part.subscriber_id.str.strip().str.lower().isin([*SENTINELS, ""])
        if subjects:
            restricted.update(part.subscriber_id[alive & (~adult | (recent & ~consent))])
        keep = consent & of_subject & alive & adult & recent
        children = [day(part, column)[keep] for column in ("child_1_dob", "child_2_dob")]
        under = [(child > at["child_after"]) & (child <= at["as_of"]) for child in children]
        flag = (under[0] | under[1]).astype("boolean").mask(children[0].isna() & children[1].isna())
        waiting.append(pd.DataFrame({
            "person": part.subscriber_id[keep],
            "postcode_district": part.postcode[keep].str.upper().str.extract(POSTCODE)[0],
            "birth_year": born[keep].dt.year, "child_under_5": flag,
        }))
    out = pd.concat(waiting)
    out = out[~out.person.isin(restricted)] if subjects else out
    out = out.assign(person=[hashlib.sha256(person.encode()).hexdigest() for person in out.person])
    if form == "parquet":
        pq.write_table(pa.Table.from_pandas(out, preserve_index=False), to, compression="zstd")
    else:
        out.to_csv(to, index=False)


JOBS = {"duckdb": duckdb_job, "polars": polars_job, "pandas": pandas_job}


def measured(command):
    """Wall seconds and peak megabytes of a command's process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"failed with {process.returncode}: {' '.join(map(str, command))}")
    return seconds, usage.ru_maxrss / 1024


def print_outcome(path):
    """How many rows were delivered, and a digest of what they say apart from the hash."""
    import duckdb

    read = f"read_csv('{path}', all_varchar = true)" if path.suffix == ".csv" else f"read_parquet('{path}')"
    groups = duckdb.sql(f"""SELECT count(*), coalesce(postcode_district, '-'), birth_year::VARCHAR,
        coalesce(lower(child_under_5::VARCHAR), '-') FROM {read} GROUP BY ALL ORDER BY ALL""").fetchall()
    print(sum(group[0] for group in groups), hashlib.sha256(repr(groups).encode()).hexdigest())


def enter_venv(venv):
    """Goes on in the virtual environment; makes it where there is none."""
    if Path(sys.prefix).resolve() == venv.resolve():
        return
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    os.execv(python, [str(python), *sys.argv])


def warm(path):
    """Brings a file into the page cache, for the first program as for the last."""
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def compare(options, work):
    extract = options.folder / "extract.csv"
    programs = (["scant"] if options.scant else []) + ["duckdb", "polars"] + (["pandas"] if options.pandas else [])
    for form in FORMATS:
        policy = (options.folder / "policy-later.toml").read_text()
        (work / f"{form}.toml").write_text(policy.replace('format = "parquet"', f'format = "{form}"'))
    shutil.copy(options.folder / "register.toml", work)
    if options.scant:
        subprocess.run([options.scant, "key", "new", work / "key.json"], check=True, stdout=subprocess.DEVNULL)
    warm(extract)
    times, peaks, outcomes = {}, {}, {}
    for run in range(options.runs):
        for form in FORMATS:
            for program in programs[run % len(programs):] + programs[:run % len(programs)]:
                to = work / f"{program}-{form}"
                if program == "scant":
                    command = [options.scant, "run", work / f"{form}.toml", extract, "-o", to, "--quiet",
                               "--as-of", str(options.as_of), "--key", work / "key.json"]
                else:
                    to = to.with_suffix(f".{form}")
                    command = [sys.executable, __file__, options.folder, "--job", program, "--format", form,
                               "--to", to, "--as-of", str(options.as_of)]
                    command += ["--subjects"] if options.subjects else []
                seconds, peak = measured(command)
                times.setdefault((program, form), []).append(seconds)
                peaks[program] = max(peak, peaks.get(program, 0))
                file = to / "data" / f"subscribers.{form}" if program == "scant" else to
                # In a process of its own: a child's peak memory starts at its parent's.
                looked = [sys.executable, __file__, options.folder, "--outcome", file]
                outcomes[program, form] = subprocess.check_output(looked, text=True).split()
                # A delivery is never overwritten: the next run needs the place.
                for path in work.glob(f"*{program}-{form}*"):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
    base = programs[0]
    print(f"{'program':8} {'format':8} {'median s':>9} {'x ' + base:>8} {'peak MB':>8} {'delivered':>10}  same as {base}")
    for (program, form), seconds in sorted(times.items(), key=lambda item: (item[0][1], item[0][0] != base)):
        ratio = statistics.median(own / first for own, first in zip(seconds, times[base, form]))
        delivered, content = outcomes[program, form]
        same = "yes" if content == outcomes[base, form][1] else "no"
        print(f"{program:8} {form:8} {statistics.median(seconds):9.2f} {ratio:8.2f} {peaks[program]:8.0f} {delivered:>10}  {same}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="written by scant generate")
    parser.add_argument("--scant", type=Path, help="the binary; without it only the peers are compared")
    parser.add_argument("--as-of", type=datetime.date.fromisoformat, default=datetime.date(2018, 7, 1))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--subjects", action="store_true", help="let a subject's other records restrict")
    parser.add_argument("--pandas", action="store_true", help="pandas too: slow, and memory grows")
    parser.add_argument("--venv", type=Path, default=Path("target/peers-venv"))
    parser.add_argument("--work", type=Path, help="where outputs are written for a moment; default: beside the extract")
    for internal in ("--job", "--format", "--to", "--outcome"):
        parser.add_argument(internal, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.outcome:
        return print_outcome(Path(options.outcome))
    if options.job:
        limits = Limits(options.as_of)
        return JOBS[options.job](options.folder / "extract.csv", options.to, options.format, limits, options.subjects)
    enter_venv(options.venv)
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work or options.folder) as work:
        compare(options, Path(work))


if __name__ == "__main__":
    main()
