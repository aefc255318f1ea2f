#!/usr/bin/env python3
"""Writes the table as every program of a group writes it, with a policy for each file.

    python3 tests/writers/write.py FOLDER GROUP

The groups are the modules hand, sqlite, postgres, frames (pandas, polars, pyarrow, DuckDB) and workbooks (openpyxl;
versions are in `requirements.txt`). Beside their files are the register, for each variant of the table a plain file of it
(`reference-VARIANT.csv`) and what is delivered of it (`VARIANT.json`), and `index.json`: of each file its name, its
policy and its table, and policies of files by hand that are not written, for reading files in the wrong way."""
import importlib
import json
import sys
from pathlib import Path

import hand
from table import expected, records

REGISTER = """format = "scant-register/1"

[purposes.research]
title = "Research"

[parties.acme]
name = "Acme Ltd"
role = "controller"

[parties.lab]
name = "Lab"
role = "recipient"

[[notices]]
id   = "n1"
from = 2015-01-01

[[notices.discloses]]
purpose    = "research"
recipients = ["lab"]
"""


def main():
    folder, group = Path(sys.argv[1]), sys.argv[2]
    tables, index = {}, []

    def index_of(output, file):
        policy = f"{output.name}.toml"
        (folder / policy).write_text(output.described.policy(output.variant), encoding="utf-8")
        index.append({"file": file, "policy": policy, "table": output.variant.name, "extract": output.described.extract,
                      "description": output.described.keys()})

    def write(output):
        output.write(folder / output.name, tables[output.variant])
        index_of(output, output.name)

    for output in importlib.import_module(group).outputs():
        variant = output.variant
        if variant not in tables:
            tables[variant] = records(variant)
            (folder / f"{variant.name}.json").write_text(json.dumps(expected(variant)), encoding="utf-8")
            write(hand.reference(variant))
        write(output)
    if group != "hand":
        for output in hand.outputs():
            index_of(output, None)
    (folder / "register.toml").write_text(REGISTER, encoding="utf-8")
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")


if __name__ == "__main__":
    main()
