"""The job of policy-later.toml as people would write it for DuckDB, polars, pandas and qsv.

Each job reads the extract as CSV, Parquet or NDJSON, all columns text, and
writes CSV or Parquet. Limits are the policy's; pseudonyms are an unkeyed
SHA-256 of the id. Does not measure: `peers.py` runs each in a process of its own.
"""
import datetime
import hashlib
import shlex

COLUMNS = (
    "subscriber_id title first_name last_name email phone address_line town postcode dob child_1_dob child_2_dob "
    "deceased last_active consent_purposes consent_given_at consent_withdrawn_at notice_version"
).split()

SENTINELS = ["0", "n/a", "na", "null", "none", "unknown", "test"]
POSTCODE = "^([A-Z]{1,2}[0-9][A-Z0-9]?)(?: ?[0-9][A-Z]{2})?$"


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


CLASS = "postcode_district, birth_year, child_under_5"


def in_classes(rows, k, counted):
    """SQL: the rows of classes of at least k, by persons (a join) or by records (a window count)."""
    if counted == "records":
        return f"FROM ({rows}) QUALIFY count(*) OVER (PARTITION BY {CLASS}) >= {k}"
    same = " AND ".join(f"own.{column} IS NOT DISTINCT FROM large.{column}" for column in CLASS.split(", "))
    return f"""WITH waiting AS MATERIALIZED ({rows}), large AS (SELECT {CLASS} FROM waiting
        GROUP BY ALL HAVING count(DISTINCT person) >= {k}) SELECT own.* FROM waiting own SEMI JOIN large ON {same}"""


def duckdb_job(extract, to, form, limits, subjects, k=None, counted="persons"):
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
    withdrew = f"(consent_withdrawn_at IS NOT NULL AND coalesce({withdrawn} >= {given}, true))"
    table = {
        "csv": f"read_csv('{extract}', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')",
        "parquet": f"read_parquet('{extract}')",
        "ndjson": f"read_json('{extract}', format = 'newline_delimited', columns = {dict.fromkeys(COLUMNS, 'VARCHAR')})",
    }[extract.suffix[1:]]
    unrestricted = f"""ANTI JOIN (SELECT DISTINCT subscriber_id FROM {table}
        WHERE NOT {alive} OR NOT {adult} OR ({recent} AND NOT {consent}) OR {withdrew}) USING (subscriber_id)"""
    under = lambda column: f"{day(column)} > DATE '{limits.child_after}' AND {day(column)} <= DATE '{limits.as_of}'"
    child = f"""CASE WHEN {day('child_1_dob')} IS NULL AND {day('child_2_dob')} IS NULL THEN NULL
        ELSE coalesce({under('child_1_dob')}, false) OR coalesce({under('child_2_dob')}, false) END"""
    rows = f"""SELECT sha256(subscriber_id) AS person,
            nullif(regexp_extract(upper(postcode), '{POSTCODE}', 1), '') AS postcode_district,
            year({day('dob')}) AS birth_year, {child} AS child_under_5
        FROM {table} {unrestricted if subjects else ''}
        WHERE {consent} AND {of_subject} AND {alive} AND {adult} AND {recent}"""
    duckdb.sql(f"""COPY ({in_classes(rows, k, counted) if k else rows})
        TO '{to}' ({'FORMAT parquet, COMPRESSION zstd' if form == 'parquet' else 'FORMAT csv, HEADER'})""")


def polars_job(extract, to, form, limits, subjects):
    import polars as pl
    import polars_hash as plh

    day = lambda column: pl.col(column).str.to_date("%Y-%m-%d", strict=False)
    given, withdrawn = day("consent_given_at"), day("consent_withdrawn_at")
    rows = {
        ".csv": lambda: pl.scan_csv(extract, infer_schema=False),
        ".parquet": lambda: pl.scan_parquet(extract),
        ".ndjson": lambda: pl.scan_ndjson(extract, schema=dict.fromkeys(COLUMNS, pl.String)),
    }[extract.suffix]()
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
        withdrew = pl.col("consent_withdrawn_at").is_not_null() & (withdrawn >= given).fill_null(True)
        restricted = rows.filter(~alive | ~adult | (recent & ~consent) | withdrew).select("subscriber_id")
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
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    day = lambda part, column: pd.to_datetime(part[column], format="%Y-%m-%d", errors="coerce")
    at = {name: pd.Timestamp(value) for name, value in vars(limits).items()}
    parts = {
        ".csv": lambda: pd.read_csv(extract, dtype=str, chunksize=500_000, keep_default_na=False),
        ".parquet": lambda: (batch.to_pandas() for batch in pq.ParquetFile(extract).iter_batches(500_000)),
        ".ndjson": lambda: pd.read_json(extract, lines=True, chunksize=500_000, dtype=False, convert_dates=False),
    }[extract.suffix]()
    waiting, restricted = [], set()
    for part in parts:
        part = part.fillna("")  # missing and empty are one
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
            withdrew = (part.consent_withdrawn_at != "") & ~(withdrawn < given)
            restricted.update(part.subscriber_id[~alive | ~adult | (recent & ~consent) | withdrew])
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


def qsv_command(extract, to):
    """What qsv does of the job: three of its filters and a selection. It hashes nothing, takes no year, district or
    age, compares no dates and sees no subject's other records; so its rows are not those of the others."""
    search = lambda column, regex: f"qsv search --quiet --not-one --select {column} {shlex.quote(regex)}"
    filters = [
        f"{search('notice_version', '^privacy-2018-01$')} {shlex.quote(str(extract))}",
        search("consent_purposes", r"(^|\|)political(\||$)"),
        search("consent_withdrawn_at", "^$"),
        f"qsv select subscriber_id,postcode,dob,child_1_dob,child_2_dob --output {shlex.quote(str(to))}",
    ]
    return ["bash", "-c", "set -o pipefail; " + " | ".join(filters)]


JOBS = {"duckdb": duckdb_job, "polars": polars_job, "pandas": pandas_job}
