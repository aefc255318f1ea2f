"""Two lists of people in disguises, an extract that writes the same people otherwise,
and who of them may be delivered: a second implementation, by dictionaries and
regular expressions.

    python3 disguises.py FOLDER ENTRIES RECORDS

Everybody is invented. What a list cannot read is never "not found": such an entry
is allowed and counted here, and such a record is not delivered.
"""

import csv
import json
import random
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

FOLDER, ENTRIES, RECORDS = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
dice = random.Random(20261128)
BLANKS = ["", "", "", " ", "\t", "\u00a0", "\u2003 "]
GAPS = ["", " ", "-", "\u00a0", "  ", "\u2011", "."]


def around(text):
    return dice.choice(BLANKS) + text + dice.choice(BLANKS)


def address(number):
    name = ["anna", "zoë", "josé", "o.neil+news", "li"][number % 5]
    return f"{name}.{number}@mail{number % 9}.example.org"


def disguised_address(number):
    text = address(number)
    way = dice.randrange(12)
    if way == 0:
        text = text.upper()
    elif way == 1:
        text = text.title()
    elif way == 2:
        text = unicodedata.normalize("NFD", text)
    elif way == 3:
        text = unicodedata.normalize("NFD", text.upper())
    elif way == 4 and dice.randrange(4) == 0:
        text = dice.choice(["Anna {}", "{} {}", "{}@", "{}; b@example.org", "a{}\u200b", "{}\n{}"]).replace("{}", text)
        text = text.replace("\n", " ")
    return around(text)


def read_address(cell):
    text = cell.strip()
    if not text:
        return ""
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    return text if re.fullmatch(r"[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", text) else None


def number_of(person):
    return f"+447700{900000 + person % 100000:06d}"[:13] if person % 3 else f"+336{person % 100000000:08d}"


def disguised_number(person):
    text = number_of(person)
    country = text[:3]
    rest = text[3:]
    gap = dice.choice(GAPS)
    cut = dice.randrange(2, 6)
    rest = rest[:cut] + gap + rest[cut:]
    way = dice.randrange(10)
    if way == 0 and country == "+44":
        text = "0" + rest
    elif way == 1:
        text = "00" + country[1:] + gap.replace(".", "") + rest
    elif way == 2 and country == "+44":
        text = f"{country} (0){rest}"
    elif way == 3:
        text = f"({country}) {rest}"
    elif way == 4 and dice.randrange(4) == 0:
        text = dice.choice(["{} ext 3", "call {}", "{}/07700 900001", "44{}", "{}x"]).replace("{}", rest)
    else:
        text = country + gap.replace(".", "") + rest
    return around(text)


def read_number(cell):
    if not cell.strip():
        return ""
    if re.search(r"[^0-9+()\s.\-\u2010-\u2013]", cell):
        return None
    text = re.sub(r"[()\s.\-\u2010-\u2013]", "", cell)
    if re.fullmatch(r"00[1-9]\d+", text):
        text = "+" + text[2:]
    elif re.fullmatch(r"0[1-9]\d+", text):
        text = "+44" + text[1:]
    elif re.fullmatch(r"447\d{9}", text):
        text = "+" + text
    if text.startswith("+440"):
        text = "+44" + text[4:]
    return text if re.fullmatch(r"\+[1-9]\d{7,14}", text) else None


listed_addresses = [disguised_address(dice.randrange(RECORDS * 2)) for _ in range(ENTRIES)]
listed_numbers = [disguised_number(dice.randrange(RECORDS * 2)) for _ in range(ENTRIES)]
for name, column, cells in [("addresses", "address", listed_addresses), ("numbers", "number", listed_numbers)]:
    with open(FOLDER / f"{name}.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow([column])
        writer.writerows([cell] for cell in cells)
addresses = {read_address(cell) for cell in listed_addresses}
numbers = {read_number(cell) for cell in listed_numbers}
for known in (addresses, numbers):
    known.discard(None)
    known.discard("")

ORDER = ["erased", "suppressed:numbers", "not_comparable:addresses", "not_comparable:numbers"]
people, reasons, of_subject = [], [], {}
found_addresses, found_numbers = set(), set()
with open(FOLDER / "extract.csv", "w", newline="") as out:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "email", "postcode", "consent", "given", "note"])
    for record in range(RECORDS):
        person = record if record % 10 else max(record - 1, 0)
        email = disguised_address(record) if dice.randrange(9) else dice.choice(["", " "])
        phone = disguised_number(record) if dice.randrange(9) else ""
        writer.writerow([f"s{person}", email, phone, "Y", "2018-06-01", f"n{record}"])
        own = set()
        read_email, read_phone = read_address(email), read_number(phone)
        if read_email is None:
            own.add("not_comparable:addresses")
        elif read_email in addresses:
            own.add("erased")
            found_addresses.add(read_email)
        if read_phone is None:
            own.add("not_comparable:numbers")
        elif read_phone in numbers:
            own.add("suppressed:numbers")
            found_numbers.add(read_phone)
        people.append(person)
        reasons.append(own)
        of_subject.setdefault(person, set()).update(own)

counts = Counter()
with open(FOLDER / "delivered.txt", "w") as out:
    for record, (person, own) in enumerate(zip(people, reasons)):
        found = own or of_subject[person]
        if found:
            counts[min(found, key=ORDER.index)] += 1
        else:
            out.write(f"n{record}\n")
print(
    json.dumps(
        {
            "dropped": counts,
            "addresses": [len(found_addresses), sum(read_address(cell) is None for cell in listed_addresses)],
            "numbers": [len(found_numbers), sum(read_number(cell) is None for cell in listed_numbers)],
        }
    )
)
