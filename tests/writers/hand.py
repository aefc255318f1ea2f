"""Files as programs write them that are not here, each after its documentation, and as people write them by
hand: databases, Spark, R, spreadsheets; in every encoding of the table's letters."""
import datetime
import gzip
import json

from described import Described, Output
from table import COLUMNS, TEXTS, Variant

BREAKS, APART, BOTH = Variant(breaks="any"), Variant(apart=True), Variant(breaks="any", apart=True)
LETTERS = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}
EPOCH = datetime.datetime(1970, 1, 1)
PLAIN = "%Y-%m-%d %H:%M:%S"
SPARK = "%Y-%m-%dT%H:%M:%S%.fZ"
EXCEL_DAYS = 25_569  # of 1970-01-01


def grouped(amount, mark, decimal):
    """`-1234.5` with two decimals and a mark between groups of three digits."""
    return f"{amount:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", mark)


def serial(value):
    """What a spreadsheet counts: days since the end of 1899, with the time as a fraction."""
    if not isinstance(value, datetime.datetime):
        return str((value - EPOCH.date()).days + EXCEL_DAYS)
    seconds = int((value - EPOCH).total_seconds())
    return f"{seconds / 86_400 + EXCEL_DAYS:.9f}".rstrip("0").rstrip(".")


def text_of(value, column, dates, times, amount, words):
    if column in ("dob", "given"):
        return dates(value) if callable(dates) else value.strftime(dates)
    if column == "seen":
        return times(value) if callable(times) else value.strftime(times)
    if column == "amount":
        return amount(value)
    if column == "flag":
        return words[0] if value else words[1]
    return str(value)


def csv_text(records, delimiter=",", quote='"', escape=None, quoting="needed", null="", end="\n", header=True,
             letters=False, pad="", quotes_null=False, only_in_quotes=False, dates="%Y-%m-%d", times=PLAIN,
             amount=lambda value: f"{value:.2f}", words=("true", "false")):
    """A file of records. `escape` stands before quotes and itself instead of a doubled quote; without quotes also
    before delimiters and breaks; or in quotes alone, so that no cell is quoted because of it. `quoting` says which cells are in quotes: needed, all, texts or never."""
    def escaped(text):
        if quote and not escape:
            return text.replace(quote, quote * 2)
        if not escape:
            return text
        text = text.replace(escape, escape * 2)
        if quote:
            return text.replace(quote, escape + quote)
        if letters:
            return "".join(escape + LETTERS[c] if c in LETTERS else escape + c if c in delimiter else c for c in text)
        return "".join(escape + c if c in delimiter + "\n\r" else c for c in text)

    def cell(value, column):
        if value is None:
            return quote + null + quote if quotes_null else null
        text = text_of(value, column, dates, times, amount, words)
        needs = [delimiter[0], quote, "\n", "\r"] + [escape] * bool(escape and not only_in_quotes)
        is_quoted = quote and (
            quoting == "all"
            or quoting == "texts" and column in TEXTS
            # What would be read as a missing cell, or whose blanks would be cut off.
            or quoting == "needed" and (text in ("", null) or text.strip() != text or any(c in text for c in needs))
        )
        text = escaped(text) if is_quoted or not quote else text
        return quote + text + quote if is_quoted else pad + text + pad

    rows = [delimiter.join(cell(record[column], column) for column in COLUMNS) for record in records]
    head = [delimiter.join(quote + c + quote if quote and quoting in ("all", "texts") else pad + c + pad for c in COLUMNS)]
    return "".join(row + end for row in head * header + rows)


def written(encoding="utf-8", before="", after="", pack=None, **how):
    """Writes the file in an encoding, between some lines that are no records."""
    def write(path, records):
        data = (before + csv_text(records, **how) + after).encode(encoding)
        path.write_bytes(pack(data) if pack else data)
    return write


def output(name, extract=None, variant=Variant(), seen=PLAIN, encoding="utf-8", pack=None, **how):
    """A file whose amounts are plain."""
    described = Described(extract or {}, {}, of_times(seen), how.get("words", ("true", "false")))
    return Output(name, written(encoding, pack=pack, **how), described, variant)


def of_times(seen):
    """The keys of the column `seen`, whose times are written in this format."""
    return {"date_format": seen} | ({"date_pivot": 30} if "%y" in seen else {})


def reference(variant):
    """A plain file of any variant."""
    return output(f"reference-{variant.name}.csv", {"newline_in_fields": True} if variant.breaks else {}, variant)


def by_hand():
    padded = {"trim": True}
    yield output("hand-crlf.csv", end="\r\n", quoting="all", null="")
    yield output("hand-padded.csv", padded, pad=" ")
    yield output("hand-padded-bars.txt", {"format": "csv", "delimiter": "|", **padded}, pad="  ", delimiter="|")
    yield output("hand-two-bars.csv", {"delimiter": "||"}, delimiter="||")
    yield output("hand-tilde-bar.csv", {"delimiter": "~|~"}, delimiter="~|~", quoting="all")
    yield output("hand-apostrophes.csv", {"quote": "'"}, quote="'")
    yield output("hand-unit-separator.csv", {"delimiter": "\x1f", "quote": ""}, delimiter="\x1f", quote="")
    yield output("hand-everything-quoted-null.csv", {"quoted_nulls": True, "null_values": ["", "(null)"]}, null="(null)",
                 quotes_null=True, quoting="all")
    yield output("hand-no-header.csv", {"header": COLUMNS}, header=False)
    yield output("hand-day-month.csv", {"date_format": "%d/%m/%Y"}, seen="%d/%m/%Y %H:%M:%S", dates="%d/%m/%Y",
                 times="%d/%m/%Y %H:%M:%S")
    yield output("hand-month-day.csv", {"date_format": "%m/%d/%Y"}, seen="%m/%d/%Y %I:%M:%S %p", dates="%m/%d/%Y",
                 times="%m/%d/%Y %I:%M:%S %p")
    yield output("hand-compact-dates.csv", {"date_format": "%Y%m%d"}, seen="%Y%m%d%H%M%S", dates="%Y%m%d", times="%Y%m%d%H%M%S")
    yield output("hand-gzip.csv.gz", pack=gzip.compress)


def in_encodings():
    groups = {
        "latin": ["windows-1252", "iso-8859-15", "iso-8859-2", "windows-1250", "macintosh", "utf-16le", "utf-16be"],
        "cyrillic": ["utf-8", "windows-1251", "koi8-r", "ibm866", "iso-8859-5"],
        "japanese": ["utf-8", "shift_jis", "euc-jp", "gb18030", "utf-16"],
    }
    python = {"macintosh": "mac-roman", "ibm866": "cp866", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
    for letters, encodings in groups.items():
        for encoding in encodings:
            yield output(f"{letters}-{encoding}.csv", {"encoding": encoding}, Variant(letters), encoding=python.get(encoding, encoding))
    # A backslash is the second byte of some of these letters, and the escape.
    for encoding in ["shift_jis", "gb18030"]:
        yield output(f"japanese-escaped-{encoding}.csv", {"encoding": encoding, "escape": "\\", "delimiter": "|"},
                     Variant("japanese"), encoding=encoding, escape="\\", delimiter="|")


def by_databases():
    """MySQL's SELECT INTO OUTFILE and --batch, Hive's text files, Oracle's dates, SQL Server's bcp."""
    mysql = {"delimiter": "\t", "quote": "", "escape": "\\", "null_values": ["\\N"], "header": COLUMNS}
    outfile = {"delimiter": "\t", "quote": "", "escape": "\\", "null": "\\N", "header": False, "words": ("1", "0")}
    yield output("mysql-outfile.tsv", {**mysql, "newline_in_fields": True}, Variant(breaks="lf", apart=True), **outfile)
    yield output("mysql-outfile-enclosed.csv", {"escape": "\\", "null_values": ["\\N"], "header": COLUMNS, "newline_in_fields": True},
                 BOTH, escape="\\", quoting="all", null="\\N", header=False, words=("1", "0"))
    yield output("mysql-dump.txt", {**mysql, "format": "csv", "escape_letters": True}, BOTH, letters=True, **outfile)
    yield output("hive.csv", {"delimiter": "\x01", "quote": "", "null_values": ["(null)"]}, null="(null)", delimiter="\x01", quote="")
    yield output("oracle.csv", {"date_format": "%d-%b-%y", "date_pivot": 30}, seen="%d-%b-%y %I.%M.%S.000000 %p", quoting="texts",
                 dates=lambda day: day.strftime("%d-%b-%y").upper(), words=("Y", "N"),
                 times=lambda time: time.strftime("%d-%b-%y %I.%M.%S.000000 %p").upper())
    yield output("sql-server-bcp.csv", {"delimiter": "|~|", "quote": "", "header": COLUMNS, "encoding": "utf-16le"}, delimiter="|~|", quote="",
                 header=False, end="\r\n", encoding="utf-16-le", seen=PLAIN + "%.f", times=PLAIN + ".000", words=("1", "0"))
    yield output("mainframe-epochs.csv", {"delimiter": ";"}, seen="epoch_s", delimiter=";",
                 times=lambda time: str(int((time - EPOCH).total_seconds())))


def by_spark():
    escape = {"escape": "\\", "escape_only_in_quotes": True}
    how = {"escape": "\\", "only_in_quotes": True}
    times = how | {"seen": SPARK, "times": "%Y-%m-%dT%H:%M:%S.000Z"}

    def json_lines(path, records):
        """Without the keys of missing cells; of the first record, too."""
        def value(of, column):
            return of if isinstance(of, (bool, int)) else text_of(of, column, "%Y-%m-%d", times["times"], str, None)
        lines = ({c: value(record[c], c) for c in COLUMNS if record[c] is not None} for record in records)
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")

    yield output("spark-defaults.csv", escape, APART, **times)
    yield output("spark-quote-all.csv", {**escape, "quoted_nulls": True}, quotes_null=True, quoting="all", **times)
    yield output("spark-multiline.csv", {**escape, "newline_in_fields": True}, BOTH, **times)
    yield output("spark-null-word.csv", {**escape, "null_values": ["N.A."], "delimiter": "\t"}, APART, null="N.A.", delimiter="\t", **times)
    yield output("spark-escape-quote.csv", {"newline_in_fields": True}, BREAKS, quoting="texts", **times | {"escape": None})
    yield Output("spark.ndjson", json_lines, Described({"missing_keys": "null", "null_values": []}, {}, of_times(SPARK)), BOTH)


def by_r():
    yield sheet("r-write-csv.csv", {"null_values": ["NA"], "newline_in_fields": True}, {}, lambda value: f"{float(value):.15g}",
                variant=BOTH, quoting="texts", null="NA", words=("TRUE", "FALSE"))
    yield sheet("r-write-csv2.csv", {"null_values": ["NA"], "delimiter": ";"}, {"decimal": ","},
                lambda value: f"{float(value):.15g}".replace(".", ","), variant=APART, quoting="texts", null="NA", delimiter=";",
                words=("TRUE", "FALSE"))


def by_spreadsheets():
    german = {"delimiter": ";", "date_format": "%d.%m.%Y"}
    how = {"end": "\r\n", "delimiter": ";", "dates": "%d.%m.%Y", "times": "%d.%m.%Y %H:%M:%S", "words": ("WAHR", "FALSCH")}
    points = {"decimal": ",", "thousands": "."}
    point = lambda value: grouped(value, ".", ",")  # noqa: E731
    yield sheet("sheet-german.csv", {**german, "encoding": "windows-1252"}, points, point, "cp1252", **how)
    yield sheet("sheet-sep-line.csv", {**german, "skip_lines": 1}, points, point, "utf-8-sig", before="sep=;\r\n", **how)
    yield sheet("sheet-french.csv", {**german, "encoding": "windows-1252"}, {"decimal": ",", "thousands": "\u00a0"},
                lambda value: grouped(value, "\u00a0", ","), "cp1252", **how)
    yield sheet("sheet-swiss.csv", german, {"thousands": "'"}, lambda value: grouped(value, "'", "."), **how)
    american = {"end": "\r\n", "dates": lambda day: f"{day.month}/{day.day}/{day.year}", "words": ("TRUE", "FALSE"),
                "times": lambda time: f"{time.month}/{time.day}/{time.year} {time.hour}:{time:%M:%S}"}
    of_america = {"date_format": "%-m/%-d/%Y"}
    comma, commas = {"thousands": ","}, lambda value: grouped(value, ",", ".")
    when = "%-m/%-d/%Y %-H:%M:%S"
    yield sheet("sheet-american.csv", of_america, comma, commas, seen=when, **american)
    yield sheet("sheet-unicode-text.txt", {**of_america, "format": "csv", "encoding": "utf-16", "delimiter": "\t"}, comma, commas, "utf-16",
                seen=when, delimiter="\t", **american)
    yield sheet("sheet-breaks.csv", {**of_america, "newline_in_fields": True}, comma, commas, seen=when, variant=BREAKS, **american)
    yield sheet("sheet-serials.csv", {"date_format": "excel_1900"}, {}, lambda value: f"{value:.2f}", seen="excel_1900", end="\r\n",
                dates=serial, times=serial, words=("1", "0"))
    filler = "," * (len(COLUMNS) - 2)
    yield sheet("sheet-title-and-total.csv", {
        "skip_lines": {"lines": 3, "starts_with": "People"}, "skip_footer": {"lines": 1, "starts_with": "Total"}},
        {}, lambda value: f"{value:.2f}", before="People of the year\r\nAs of 2024\r\n\r\n", after=f"Total,1000{filler}\r\n", end="\r\n")
    yield sheet("sheet-spoilt-header.csv", {"skip_lines": {"lines": 1, "starts_with": "Number,"}, "header": COLUMNS}, {},
                lambda value: f"{value:.2f}", before=f"Number,Id,Name,Name{',' * (len(COLUMNS) - 4)}\r\n", header=False, end="\r\n")


def sheet(name, extract, keys, amount, encoding="utf-8", seen=PLAIN, before="", after="", variant=Variant(), **how):
    """As `output`, with how amounts are written and which keys say so."""
    if "%d.%m.%Y" == how.get("dates"):
        seen = "%d.%m.%Y %H:%M:%S"
    described = Described(extract, keys, of_times(seen), how.get("words", ("true", "false")))
    return Output(name, written(encoding, before, after, amount=amount, **how), described, variant)


def outputs():
    for group in (by_hand, in_encodings, by_databases, by_spark, by_r, by_spreadsheets):
        yield from group()
