"""Deletion lists in California's DROP form, an extract to compare them with, and
the answers they must get: a second implementation, by hashlib and dictionaries.

    python3 deletion_lists.py FOLDER ENTRIES RECORDS

Everybody is invented: names are made of syllables. Prints the expected reasons.
"""

import base64
import hashlib
import json
import random
import sys
import unicodedata
from collections import Counter
from pathlib import Path

FOLDER, ENTRIES, RECORDS = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SYLLABLES = ["an", "bé", "Co", "dü", "E", "fi", "ga", "Ho", "ñi", "jo", "ka", "li", "mo", "Nu", "ö", "pa"]
dice = random.Random(20260801)


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def std_email(text):
    return "".join(text.split()).lower()


def std_phone(text):
    return "".join(c for c in text if c in "0123456789")[-10:]


def std_name(text):
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return "".join(c for c in plain.lower() if c.isalnum())


def std_zip(text):
    text = text.strip()
    if len(text) > 5 and text[-5] == "-" and text[-4:].isdigit():
        text = text[:-5]
    return "".join(c for c in text.lower() if c.isalnum()).lstrip("0")[:5]


def hash_email(person):
    text = std_email(person["email"])
    return digest(text) if text else None


def hash_phone(person):
    text = std_phone(person["phone"])
    return digest(text) if text else None


def hash_ndz(person):
    parts = [
        std_name(person["first_name"]),
        std_name(person["last_name"]),
        person["dob"].replace("-", ""),
        std_zip(person["postcode"]),
    ]
    return digest("".join(map(digest, parts))) if all(parts) else None


def name():
    return "".join(dice.choice(SYLLABLES) for _ in range(dice.randint(1, 3))).capitalize()


def person(number):
    first, last = name(), name() + dice.choice(["", "-", " ", "’"]) + name()
    address = f"{std_name(first)}.{number // 3 if number % 5 == 0 else number}@Example.org"
    return {
        "id": f"s{number}",
        "email": dice.choice([address, address.upper(), f" {address}", ""]),
        "phone": dice.choice(["+1 ({:03d}) {:03d}-{:04d}", "1{:03d}{:03d}{:04d}", "{:03d}.{:03d}.{:04d}"]).format(
            200 + number % 7, number // 10_000 % 1000, number % 10_000
        ),
        "first_name": first,
        "last_name": last,
        "dob": f"{1930 + number % 70}-{1 + number % 12:02d}-{1 + number % 28:02d}" if number % 11 else "",
        "postcode": dice.choice(["{:05d}", "{:05d}-1234", " {:05d}"]).format(number % 99_999 + 1),
        "consent": "N" if number % 17 == 0 else "Y",
    }


people = [person(number) for number in range(RECORDS)]
# A tenth of the subjects have two records, not always with the same address.
for number in range(9, RECORDS, 10):
    people[number]["id"] = people[number - 1]["id"]
    if number % 20 == 9:
        people[number]["email"] = people[number - 1]["email"]

HASHES = {"email": hash_email, "phone": hash_phone, "ndz": hash_ndz}
STATUS = {"email": (3, 4), "phone": (4, 4), "ndz": (3, 4)}
reasons = [set() for _ in people]
for kind, hashed in HASHES.items():
    subjects, records = {}, {}
    for number, one in enumerate(people):
        if (key := hashed(one)) is not None:
            subjects.setdefault(key, set()).add(one["id"])
            records.setdefault(key, []).append(number)
    keys = sorted(subjects)
    dice.shuffle(keys)
    listed = keys[: ENTRIES // 3]
    listed += [digest(f"{kind} nobody {number}") for number in range(ENTRIES - len(listed))]
    dice.shuffle(listed)
    # A hash may stand in two work items.
    listed[-1] = listed[0]
    ids = ["".join(dice.choice(ALPHABET) for _ in range(12)) for _ in listed]
    with open(FOLDER / f"{kind}.csv", "w") as out, open(FOLDER / f"expected-{kind}.csv", "w") as expected:
        out.write("ID,Hash\n")
        expected.write("Id,Status\n")
        for work_item, key in zip(ids, listed):
            out.write(f"{work_item},{key}\n")
            status = STATUS[kind][len(subjects[key]) > 1] if key in subjects else 5
            expected.write(f"{work_item},{status}\n")
    for key in listed:
        for number in records.get(key, ()):
            reasons[number].add("suppressed:drop-phone" if kind == "phone" else "erased")

ORDER = ["erased", "suppressed:drop-phone", "consent_refused"]
of_subject = {}
for one, found in zip(people, reasons):
    if one["consent"] == "N":
        found.add("consent_refused")
    of_subject.setdefault(one["id"], set()).update(found)
counts = Counter()
for one, found in zip(people, reasons):
    found = found or of_subject[one["id"]]
    if found:
        counts[min(found, key=ORDER.index)] += 1

COLUMNS = ["id", "email", "phone", "first_name", "last_name", "dob", "postcode", "consent"]
with open(FOLDER / "extract.csv", "w") as out:
    out.write(",".join(COLUMNS + ["given", "note"]) + "\n")
    for one in people:
        out.write(",".join(one[column] for column in COLUMNS) + ",2018-06-01,note\n")
print(json.dumps(counts))
