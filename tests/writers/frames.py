"""pandas, polars, pyarrow and DuckDB: CSV, NDJSON, Parquet and IPC of every version, compression, encoding and
type that they write."""
import duckdb
import pandas
import polars
import pyarrow
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet

from described import Described, Output
from table import COLUMNS, Variant

PLAIN = {"date_format": "%Y-%m-%d %H:%M:%S"}
SPACED, ISO, DUCK = PLAIN, {"date_format": "%Y-%m-%dT%H:%M:%S%.f"}, {"date_format": "%Y-%m-%d %H:%M:%S%.f"}
LATIN, APART, BREAKS, BOTH = Variant(), Variant(apart=True), Variant(breaks="any"), Variant(breaks="any", apart=True)
IN_FIELDS = {"newline_in_fields": True}
NA = {"null_values": ["N.A."]}

ARROW = pyarrow.schema([
    ("no", pyarrow.int32()), ("id", pyarrow.int64()), ("name", pyarrow.string()), ("ref", pyarrow.string()),
    ("note", pyarrow.string()), ("amount", pyarrow.decimal128(14, 2)), ("score", pyarrow.int16()), ("dob", pyarrow.date32()),
    ("seen", pyarrow.timestamp("us")), ("flag", pyarrow.bool_()), ("ok", pyarrow.string()), ("given", pyarrow.date32()),
    ("notice", pyarrow.string()),
])


def arrow(records, **types):
    """The table, with other types for some of its columns."""
    table = pyarrow.Table.from_pylist(records, schema=ARROW)
    for column, kind in types.items():
        at = table.schema.get_field_index(column)
        cells = table[column]
        if pyarrow.types.is_dictionary(kind):
            cells = cells.cast(kind.value_type).dictionary_encode()
        table = table.set_column(at, column, cells.cast(kind))
    return table


# Where a missing cell is another thing than any text, no text stands for one.
TYPED = (".parquet", ".arrow", ".ndjson", ".ndjson.gz")


def output(name, write, extract=None, variant=LATIN, amount=None, seen=PLAIN, words=("true", "false")):
    extract = (extract or {}) | ({"null_values": []} if name.endswith(TYPED) else {})
    return Output(name, write, Described(extract, amount or {}, seen, words), variant)


def by_pandas():
    def frame(records, kinds="old"):
        """As pandas holds it: a whole number beside a missing one is a float, and so on."""
        table = pandas.DataFrame(records, columns=COLUMNS)
        table["amount"] = table["amount"].astype(float)
        table["seen"] = pandas.to_datetime(table["seen"])
        for day in ("dob", "given"):
            table[day] = pandas.to_datetime(table[day])
        return table.convert_dtypes() if kinds == "new" else table

    def csv(kinds="old", **how):
        return lambda path, records: frame(records, kinds).to_csv(path, index=False, **how)

    words = {"words": ("True", "False")}
    yield output("pandas.csv", csv(), **words)
    yield output("pandas-nullable.csv", csv("new"), **words)
    yield output("pandas-breaks.csv", csv(), IN_FIELDS, BREAKS, **words)
    yield output("pandas-european.csv", csv(sep=";", decimal=",", date_format="%d.%m.%Y %H:%M:%S", encoding="cp1252"),
                 {"delimiter": ";", "encoding": "windows-1252", "date_format": "%d.%m.%Y %H:%M:%S"}, amount={"decimal": ","},
                 seen={"date_format": "%d.%m.%Y %H:%M:%S"}, **words)
    yield output("pandas-quote-all.csv", csv(quoting=1, na_rep="N.A."), NA | {"quoted_nulls": True}, **words)
    yield output("pandas-quote-texts.csv", csv(quoting=2, na_rep="N.A."), NA | {"quoted_nulls": True}, APART, **words)
    yield output("pandas-escape.csv", csv(doublequote=False, escapechar="\\"), {"escape": "\\"}, **words)
    yield output("pandas-no-quotes.csv", csv(sep="\t", quoting=3, escapechar="\\", na_rep="N.A."),
                 {"delimiter": "\t", "quote": "", "escape": "\\"} | NA, APART, **words)
    yield output("pandas-apostrophes.csv", csv(quotechar="'", sep="|"), {"quote": "'", "delimiter": "|"}, **words)
    yield output("pandas-utf-16.csv", csv(sep="\t", encoding="utf-16", lineterminator="\r\n"),
                 {"delimiter": "\t", "encoding": "utf-16"}, **words)
    yield output("pandas-mark.csv", csv(encoding="utf-8-sig"), **words)
    yield output("pandas-koi8.csv", csv(encoding="koi8-r"), {"encoding": "koi8-r"}, Variant("cyrillic"), **words)
    yield output("pandas-shift-jis.csv", csv(encoding="shift_jis"), {"encoding": "shift_jis"}, Variant("japanese"), **words)
    yield output("pandas-no-header.csv", csv(header=False), {"header": COLUMNS}, **words)
    yield output("pandas.csv.gz", csv(compression="gzip"), **words)
    lines = {"orient": "records", "lines": True}
    yield output("pandas-milliseconds.ndjson", lambda path, records: frame(records).to_json(path, **lines),
                 {"date_format": "epoch_ms"}, BOTH, seen={"date_format": "epoch_ms"})
    yield output("pandas-iso.ndjson", lambda path, records: frame(records).to_json(path, date_format="iso", force_ascii=False, **lines),
                 variant=BOTH, seen=ISO)
    yield output("pandas.parquet", lambda path, records: frame(records).to_parquet(path, index=False), variant=BOTH)


def by_polars():
    def frame(records):
        return polars.from_arrow(arrow(records))

    def csv(**how):
        return lambda path, records: frame(records).write_csv(path, **how)

    times = {"datetime_format": "%Y-%m-%d %H:%M:%S"}
    yield output("polars.csv", csv(), variant=APART, seen=ISO)
    yield output("polars-breaks.csv", csv(**times), IN_FIELDS, BOTH)
    yield output("polars-bar.csv", csv(separator="|", null_value="N.A.", **times), {"delimiter": "|"} | NA, APART)
    yield output("polars-always.csv", csv(quote_style="always", null_value="N.A.", **times), NA | {"quoted_nulls": True}, APART)
    yield output("polars-texts.csv", csv(quote_style="non_numeric", **times), {"quoted_nulls": True})
    yield output("polars-mark-crlf.csv", csv(include_bom=True, line_terminator="\r\n", **times), variant=APART)
    yield output("polars-apostrophes.csv", csv(quote_char="'", separator=";", **times), {"quote": "'", "delimiter": ";"}, APART)
    yield output("polars-never.csv", csv(quote_style="never", separator="\x1f", null_value="N.A.", **times),
                 {"quote": "", "delimiter": "\x1f"} | NA, APART)
    yield output("polars-american.csv", csv(date_format="%m/%d/%Y", datetime_format="%m/%d/%Y %I:%M:%S %p"), {"date_format": "%m/%d/%Y"},
                 APART, seen={"date_format": "%m/%d/%Y %I:%M:%S %p"})
    yield output("polars.ndjson", lambda path, records: frame(records).write_ndjson(path), variant=BOTH, seen=DUCK)
    for compression in ["uncompressed", "snappy", "gzip", "brotli", "lz4", "zstd"]:
        yield output(f"polars-{compression}.parquet", lambda path, records, compression=compression:
                     frame(records).write_parquet(path, compression=compression, row_group_size=300), variant=BOTH)
    for compression in ["uncompressed", "lz4", "zstd"]:
        yield output(f"polars-{compression}.arrow", lambda path, records, compression=compression:
                     frame(records).write_ipc(path, compression=compression), variant=BOTH)
    yield output("polars-oldest.arrow", lambda path, records: frame(records).write_ipc(path, compat_level=polars.CompatLevel.oldest()),
                 variant=BOTH)
    categories = {"ok": polars.Categorical, "notice": polars.Enum(["n1"]), "amount": polars.Float64}
    yield output("polars-categories.parquet", lambda path, records: frame(records).cast(categories).write_parquet(path), variant=BOTH)
    yield output("polars-categories.arrow", lambda path, records: frame(records).cast(categories).write_ipc(path), variant=BOTH)


def by_pyarrow():
    def csv(**how):
        options = pyarrow.csv.WriteOptions(**how)
        return lambda path, records: pyarrow.csv.write_csv(arrow(records, seen=pyarrow.timestamp("s")), path, options)

    def parquet(types=None, **how):
        return lambda path, records: pyarrow.parquet.write_table(arrow(records, **types or {}), path, **how)

    def ipc(types=None, **how):
        def write(path, records):
            table = arrow(records, **types or {})
            with pyarrow.OSFile(str(path), "wb") as file, pyarrow.ipc.new_file(file, table.schema, options=pyarrow.ipc.IpcWriteOptions(**how)) as to:
                to.write_table(table, max_chunksize=300)
        return write

    yield output("pyarrow.csv", csv(), variant=APART)
    yield output("pyarrow-breaks.csv", csv(), IN_FIELDS, BOTH)
    yield output("pyarrow-all-valid.csv", csv(quoting_style="all_valid", delimiter=";"), {"delimiter": ";"}, APART)
    for version in ["1.0", "2.4", "2.6"]:
        yield output(f"pyarrow-{version}.parquet", parquet(version=version), variant=BOTH)
    for compression in ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]:
        yield output(f"pyarrow-{compression}.parquet", parquet(compression=compression, row_group_size=300), variant=BOTH)
    yield output("pyarrow-plain.parquet", parquet(use_dictionary=False, data_page_size=1_000), variant=BOTH)
    yield output("pyarrow-pages-2.parquet", parquet(data_page_version="2.0", data_page_size=1_000), variant=BOTH)
    encodings = {"id": "DELTA_BINARY_PACKED", "name": "DELTA_BYTE_ARRAY", "note": "DELTA_LENGTH_BYTE_ARRAY", "seen": "DELTA_BINARY_PACKED",
                 "no": "BYTE_STREAM_SPLIT"}
    yield output("pyarrow-deltas.parquet", parquet(use_dictionary=False, column_encoding=encodings), variant=BOTH)
    yield output("pyarrow-int96.parquet", parquet(use_deprecated_int96_timestamps=True), variant=BOTH)
    yield output("pyarrow-integer-decimal.parquet", parquet(store_decimal_as_integer=True), variant=BOTH)
    wide = {"amount": pyarrow.decimal256(40, 4), "note": pyarrow.large_string(), "score": pyarrow.float32(), "dob": pyarrow.date64(),
            "seen": pyarrow.timestamp("ms"), "id": pyarrow.uint64(), "no": pyarrow.int64()}
    coded = {column: pyarrow.dictionary(pyarrow.int32(), pyarrow.string()) for column in ("name", "note", "ok", "notice")}
    views = {"name": pyarrow.string_view(), "note": pyarrow.string_view(), "amount": pyarrow.float64(), "score": pyarrow.float64(),
             "seen": pyarrow.timestamp("ns", "UTC"), "ref": pyarrow.binary()}
    for kind, types in {"wide": wide, "dictionaries": coded, "views": views}.items():
        yield output(f"pyarrow-{kind}.parquet", parquet(types), variant=BOTH)
        yield output(f"pyarrow-{kind}.arrow", ipc(types), variant=BOTH)
    for compression in ["lz4", "zstd"]:
        yield output(f"pyarrow-{compression}.arrow", ipc(compression=compression), variant=BOTH)
    yield output("pyarrow-feather.arrow", lambda path, records: pyarrow.feather.write_feather(arrow(records), str(path)), variant=BOTH)


def by_duckdb():
    def copy(options, columns="*"):
        def write(path, records):
            connection = duckdb.connect()
            connection.register("people", arrow(records))
            connection.execute(f"COPY (SELECT {columns} FROM people ORDER BY no) TO '{path}' ({options})")
            connection.close()
        return write

    yield output("duckdb.csv", copy("FORMAT csv, HEADER"), variant=APART)
    yield output("duckdb-breaks.csv", copy("FORMAT csv, HEADER"), IN_FIELDS, BOTH)
    yield output("duckdb-force-quote.csv", copy("FORMAT csv, HEADER, FORCE_QUOTE *, DELIMITER '|'"), {"delimiter": "|", "quoted_nulls": True})
    yield output("duckdb-null-word.csv", copy("FORMAT csv, HEADER, NULLSTR 'N.A.', DELIMITER '\t'"), {"delimiter": "\t"} | NA, APART)
    yield output("duckdb-escape.csv", copy("FORMAT csv, HEADER, ESCAPE '\\'"), {"escape": "\\", "escape_only_in_quotes": True}, APART)
    yield output("duckdb-apostrophes.csv", copy("FORMAT csv, HEADER, QUOTE '''', ESCAPE ''''"), {"quote": "'"}, APART)
    yield output("duckdb-no-header.csv", copy("FORMAT csv, HEADER false"), {"header": COLUMNS}, APART)
    yield output("duckdb-dates.csv", copy("FORMAT csv, HEADER, DATEFORMAT '%d-%b-%Y', TIMESTAMPFORMAT '%d %B %Y %H.%M.%S'"),
                 {"date_format": "%d-%b-%Y"}, APART, seen={"date_format": "%d %B %Y %H.%M.%S"})
    yield output("duckdb.csv.gz", copy("FORMAT csv, HEADER, COMPRESSION gzip"), variant=APART)
    yield output("duckdb.csv.zst", copy("FORMAT csv, HEADER, COMPRESSION zstd"), variant=APART)
    yield output("duckdb.ndjson", copy("FORMAT json"), variant=BOTH, seen=DUCK)
    yield output("duckdb.ndjson.gz", copy("FORMAT json, COMPRESSION gzip"), variant=BOTH, seen=DUCK)
    for version in ["V1", "V2"]:
        for compression in ["snappy", "zstd"]:
            yield output(f"duckdb-{version}-{compression}.parquet", copy(f"FORMAT parquet, PARQUET_VERSION {version}, COMPRESSION {compression}"),
                         variant=BOTH)
    doubles = "* REPLACE (amount::DOUBLE AS amount, score::HUGEINT::DECIMAL(30, 0) AS score, seen::TIMESTAMPTZ AS seen)"
    yield output("duckdb-doubles.parquet", copy("FORMAT parquet, ROW_GROUP_SIZE 2048", doubles), variant=BOTH)


def outputs():
    for group in (by_pandas, by_polars, by_pyarrow, by_duckdb):
        yield from group()
