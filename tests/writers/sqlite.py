"""SQLite's command line: CSV, lists, quoted SQL, and JSON objects, one a line."""
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from described import Described, Output
from table import COLUMNS, Variant

PLAIN = {"date_format": "%Y-%m-%d %H:%M:%S"}
NUMBERS = ("1", "0")
TYPES = {"no": "INTEGER", "id": "INTEGER", "amount": "REAL", "score": "INTEGER", "flag": "INTEGER"}


def value(of, column):
    if of is None:
        return None
    if column == "amount":
        return float(of)
    return int(of) if column in TYPES else str(of)


def shell(*commands, query=f"SELECT {', '.join(COLUMNS)} FROM people ORDER BY no"):
    """What the command line prints of a query after these commands."""
    def write(path, records):
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "people.db"
            connection = sqlite3.connect(database)
            types = ", ".join(f"{column} {TYPES.get(column, 'TEXT')}" for column in COLUMNS)
            connection.execute(f"CREATE TABLE people ({types})")
            rows = [[value(record[column], column) for column in COLUMNS] for record in records]
            connection.executemany(f"INSERT INTO people VALUES (?{', ?' * (len(COLUMNS) - 1)})", rows)
            connection.commit()
            connection.close()
            script = "\n".join([".headers on", *commands, query + ";"])
            with path.open("wb") as to:
                subprocess.run(["sqlite3", "-batch", database], input=script.encode(), stdout=to, check=True)
    return write


def outputs():
    def output(name, extract, write, variant=Variant()):
        return Output(name, write, Described(extract, {}, PLAIN, NUMBERS), variant)

    yield output("sqlite.csv", {}, shell(".mode csv"), Variant(apart=True))
    yield output("sqlite-breaks.csv", {"newline_in_fields": True}, shell(".mode csv"), Variant(breaks="any", apart=True))
    yield output("sqlite-semicolon.csv", {"delimiter": ";", "null_values": ["(null)"]},
                 shell(".mode csv", '.separator ";" "\\n"', '.nullvalue "(null)"'), Variant(apart=True))
    yield output("sqlite-quoted.csv", {"quote": "'", "null_values": ["NULL"]}, shell(".mode quote"), Variant(apart=True))
    yield output("sqlite-list.csv", {"delimiter": "\x1f", "quote": "", "null_values": ["(null)"]},
                 shell(".mode list", '.separator "\\037" "\\n"', '.nullvalue "(null)"'), Variant(apart=True))
    pairs = ", ".join(f"'{column}', {column}" for column in COLUMNS)
    objects = shell(".headers off", ".mode list", query=f"SELECT json_object({pairs}) FROM people ORDER BY no")
    yield output("sqlite-objects.ndjson", {}, objects, Variant(breaks="any"))
