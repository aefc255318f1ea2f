#!/usr/bin/env python3
"""Runs the job of policy-later.toml by the consent log, through DuckDB and scant.

    scant generate --rows 10652000 --seed 1 -o bench
    python3 benches/peers/log.py bench --scant target/release/scant

The evidence is consent-events.csv instead of the columns of the extract: per
subject the latest event for the purpose decides, and the extract is joined with
those who may be delivered. Printed are the median wall time, the peak memory,
the median of the paired ratios to scant, and whether the delivered districts,
birth years and flags are the same. The virtual environment is that of peers.py.

DuckDB does less: it checks no structure, digests nothing and balances nothing,
and knows of the log only what this one log needs (no zones, no durations, no
words nobody declared). Without --subjects it also ignores that another record of
a subject may show a child; then it delivers a little more than scant.
"""
import argparse
import datetime
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import jobs
import peers
from measuring import AS_OF, into_venv, measured, paired, turns, warm

EVIDENCE = '''[consent.events]
path = "{log}"

'''


def duckdb_job(folder, to, form, limits, subjects):
    import duckdb

    table = lambda name: f"""read_csv('{folder / name}', header = true, all_varchar = true, delim = ',',
        quote = '"', escape = '"')"""
    extract, log = table("extract.csv"), table("consent-events.csv")
    day = lambda column: f"TRY_CAST({column} AS DATE)"
    # The instant, then whether it restricts, then whether a grant fails: the
    # greatest number is the latest event, and at one instant the worst.
    allowed = f"""SELECT id FROM (
        SELECT pii_principal_id AS id, try_strptime(event_time, '%Y-%m-%dT%H:%M:%SZ') AS moment,
            event_state NOT IN ('ConsentGiven', 'RenewedConsentGiven') AS restricts,
            coalesce('|' || purpose || '|' LIKE '%|political-campaign|%', false) AS covers,
            coalesce(purpose = '*', true) AS everything,
            coalesce(privacy_notice = 'privacy-2018-01', false)
                AND coalesce('|' || recipient_third_parties || '|' LIKE '%|bigbroker|%', false)
                AND coalesce('|' || recipient_third_parties || '|' LIKE '%|rosette-party|%', false)
                AND moment::DATE > DATE '{limits.given_after}' AND moment::DATE >= DATE '{limits.notice_from}' AS passes
        FROM {log})
        GROUP BY id
        HAVING bool_and(moment IS NOT NULL)
            AND max(epoch_us(moment) * 4 + restricts::BIGINT * 2 + (NOT passes)::BIGINT)
                FILTER ((covers AND (restricts OR moment::DATE <= DATE '{limits.as_of}')) OR (restricts AND everything)) % 4 = 0"""
    of_subject = f"subscriber_id IS NOT NULL AND lower(trim(subscriber_id)) NOT IN {tuple(jobs.SENTINELS)}"
    alive = "deceased IS DISTINCT FROM 'Y'"
    adult = f"coalesce({day('dob')} <= DATE '{limits.born_by}', false)"
    recent = f"coalesce({day('last_active')} > DATE '{limits.active_after}', false)"
    no_child = f"""ANTI JOIN (SELECT DISTINCT subscriber_id FROM {extract}
        WHERE NOT {alive} OR NOT {adult}) USING (subscriber_id)"""
    under = lambda column: f"{day(column)} > DATE '{limits.child_after}' AND {day(column)} <= DATE '{limits.as_of}'"
    child = f"""CASE WHEN {day('child_1_dob')} IS NULL AND {day('child_2_dob')} IS NULL THEN NULL
        ELSE coalesce({under('child_1_dob')}, false) OR coalesce({under('child_2_dob')}, false) END"""
    duckdb.sql(f"""COPY (SELECT sha256(subscriber_id) AS person,
            nullif(regexp_extract(upper(postcode), '{jobs.POSTCODE}', 1), '') AS postcode_district,
            year({day('dob')}) AS birth_year, {child} AS child_under_5
        FROM {extract} SEMI JOIN ({allowed}) ON subscriber_id = id {no_child if subjects else ''}
        WHERE {of_subject} AND {alive} AND {adult} AND {recent})
        TO '{to}' ({'FORMAT parquet, COMPRESSION zstd' if form == 'parquet' else 'FORMAT csv, HEADER'})""")


def policy_by_log(folder, form):
    """policy-later.toml with the log in place of the columns."""
    text = (folder / "policy-later.toml").read_text()
    start = text.index("[consent.columns]")
    end = text.index("[[rows.drop]]")
    # Beside the policy in the work folder: a link, since paths are relative.
    text = text[:start] + EVIDENCE.format(log="consent-events.csv") + text[end:]
    return text.replace('format = "parquet"', f'format = "{form}"')


def compare(options, work):
    for form in peers.OUTPUTS:
        (work / f"{form}.toml").write_text(policy_by_log(options.folder, form))
    shutil.copy(options.folder / "register.toml", work)
    (work / "consent-events.csv").symlink_to((options.folder / "consent-events.csv").resolve())
    subprocess.run([options.scant, "key", "new", work / "key.json", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    for name in ("extract.csv", "consent-events.csv"):
        warm(options.folder / name)
    programs = ["scant", "duckdb"]
    times, peaks, outcomes = {}, {}, {}
    for run in range(options.runs):
        for form in options.formats:
            for program in turns(programs, run):
                to = work / f"{program}-{form}"
                if program == "scant":
                    command = [options.scant, "run", work / f"{form}.toml", options.folder / "extract.csv", "-o", to,
                               "--quiet", "--as-of", str(options.as_of), "--key", work / "key.json"]
                else:
                    to = to.with_suffix(f".{form}")
                    command = [sys.executable, __file__, options.folder, "--job", "--form", form, "--to", to,
                               "--as-of", str(options.as_of)] + (["--subjects"] if options.subjects else [])
                seconds, peak = measured(command)
                times.setdefault((program, form), []).append(seconds)
                peaks[program] = max(peak, peaks.get(program, 0))
                file = to / "data" / f"subscribers.{form}" if program == "scant" else to
                looked = [sys.executable, __file__, options.folder, "--outcome", file]
                outcomes[program, form] = subprocess.check_output(looked, text=True).split()
                # A delivery is never overwritten: the next run needs the place.
                for path in work.glob(f"*{program}-{form}*"):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
    print(f"{'program':8} {'format':8} {'median s':>9} {'x scant':>8} {'peak MB':>8} {'delivered':>10}  same as scant")
    for (program, form), seconds in sorted(times.items(), key=lambda item: (item[0][1], item[0][0] != "scant")):
        ratio = paired(seconds, times["scant", form])
        delivered, content = outcomes[program, form]
        same = "yes" if content == outcomes["scant", form][1] else "no"
        print(f"{program:8} {form:8} {statistics.median(seconds):9.2f} {ratio:8.2f} {peaks[program]:8.0f} {delivered:>10}  {same}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="written by scant generate")
    parser.add_argument("--scant", type=Path, help="the binary")
    parser.add_argument("--as-of", type=datetime.date.fromisoformat, default=AS_OF)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--formats", nargs="+", choices=peers.OUTPUTS, default=peers.OUTPUTS)
    parser.add_argument("--subjects", action="store_true", help="let a child among a subject's records restrict")
    parser.add_argument("--venv", type=Path, default=Path("target/peers-venv"))
    parser.add_argument("--work", type=Path, help="where outputs are written for a moment; default: beside the extract")
    parser.add_argument("--job", action="store_true", help=argparse.SUPPRESS)
    for internal in ("--form", "--to", "--outcome"):
        parser.add_argument(internal, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.outcome:
        return peers.print_outcome(Path(options.outcome))
    if options.job:
        return duckdb_job(options.folder, options.to, options.form, jobs.Limits(options.as_of), options.subjects)
    if not options.scant:
        parser.error("name the binary with --scant")
    into_venv(options.venv, peers.PACKAGES)
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work or options.folder) as work:
        compare(options, Path(work))


if __name__ == "__main__":
    main()
