"""What pycanon measures of a delivered CSV file, as JSON: the k, l and t of the data as they are.

    target/checkers/bin/python tests/checkers/measure.py FILE SENSITIVE QUASI-IDENTIFIER..."""
import json
import sys

import pandas
from pycanon import anonymity

path, sensitive, *quasi = sys.argv[1:]
data = pandas.read_csv(path, dtype={column: str for column in quasi})
assert not data[quasi + [sensitive]].isna().any().any(), "pycanon leaves rows with missing cells out"
print(json.dumps({
    "k": int(anonymity.k_anonymity(data, quasi)),
    "l": int(anonymity.l_diversity(data, quasi, [sensitive])),
    "t": float(anonymity.t_closeness(data, quasi, [sensitive])),
}))
