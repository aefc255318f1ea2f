#!/usr/bin/env python3
"""Reads a delivery's data with DuckDB, pandas and polars by its Data Package alone.

    python3 tests/checkers/frames.py delivery

Each tool is told of CSV what the Data Package says (its dialect and its types), and of Parquet nothing. Ends with an
error if a cell is not of the type that the Data Package names; prints the types and what each tool read, as JSON."""
import datetime
import decimal
import json
import sys
from pathlib import Path

import duckdb
import pandas
import polars

DUCKDB = {"string": "VARCHAR", "integer": "BIGINT", "year": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN",
          "date": "DATE", "datetime": "TIMESTAMP"}
PANDAS = {"string": "string", "integer": "Int64", "year": "Int64", "number": "Float64", "boolean": "boolean",
          "date": "string", "datetime": "string"}
POLARS = {"string": polars.String, "integer": polars.Int64, "year": polars.Int64, "number": polars.Float64,
          "boolean": polars.Boolean, "date": polars.Date, "datetime": polars.Datetime}
# What a value of each type is in Python.
VALUES = {"string": str, "integer": int, "year": int, "number": float, "boolean": bool, "date": datetime.date,
          "datetime": datetime.datetime}


def by_duckdb(files, fields, resource):
    if resource["format"] == "parquet":
        return duckdb.sql(f"SELECT * FROM read_parquet({files})").fetchall()
    columns = {field["name"]: DUCKDB[field["type"]] for field in fields}
    dialect = resource["dialect"]
    return duckdb.read_csv(files, columns=columns, header=True, delimiter=dialect["delimiter"], quotechar='"',
                           escapechar='"', auto_detect=False, na_values=[""], strict_mode=True,
                           allow_quoted_nulls=False).fetchall()


def by_pandas(files, fields, resource):
    if resource["format"] == "parquet":
        frames = [pandas.read_parquet(file, dtype_backend="numpy_nullable") for file in files]
    else:
        types = {field["name"]: PANDAS[field["type"]] for field in fields}
        frames = [pandas.read_csv(file, dtype=types, sep=resource["dialect"]["delimiter"], encoding=resource["encoding"],
                                  keep_default_na=False, na_values=[""], float_precision="round_trip")
                  for file in files]
    rows = pandas.concat(frames).astype(object).values.tolist()
    return [[None if cell is pandas.NA or cell is pandas.NaT else cell for cell in row] for row in rows]


def by_polars(files, fields, resource):
    if resource["format"] == "parquet":
        return [row for file in files for row in polars.read_parquet(file).rows()]
    types = {field["name"]: POLARS[field["type"]] for field in fields}
    return [row for file in files for row in polars.read_csv(
        file, schema=types, separator=resource["dialect"]["delimiter"], missing_utf8_is_empty_string=False).rows()]


def value(cell, name):
    """A cell as a value of its type, however a tool holds it."""
    if cell is None:
        return None
    if name == "date" and not isinstance(cell, datetime.date):
        return datetime.date.fromisoformat(str(cell)[:10])
    if name == "datetime" and isinstance(cell, str):
        return datetime.datetime.fromisoformat(cell)
    if name == "number" and isinstance(cell, (int, decimal.Decimal)) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, datetime.datetime) and name == "date":
        return cell.date()
    assert isinstance(cell, VALUES[name]), f"a {name} read as {type(cell).__name__}"
    return cell


def shown(cell):
    return cell.isoformat() if isinstance(cell, datetime.date) else cell


def main():
    folder = Path(sys.argv[1])
    resources = json.loads((folder / "datapackage.json").read_text())["resources"]
    files = [str(folder / resource["path"]) for resource in resources]
    fields = resources[0]["schema"]["fields"]
    types = [field["type"] for field in fields]
    tables = {}
    for name, read in {"duckdb": by_duckdb, "pandas": by_pandas, "polars": by_polars}.items():
        rows = read(files, fields, resources[0])
        tables[name] = [[shown(value(cell, own)) for cell, own in zip(row, types, strict=True)] for row in rows]
    print(json.dumps({"types": types, "tables": tables}))


if __name__ == "__main__":
    main()
