#!/usr/bin/env python3
"""What a policy delivers from an extract, worked out record by record.

    oracle.py POLICY EXTRACT AS_OF

An independent second implementation in another language, written from the
manual: standard library only, no haste, no cleverness. It knows what the
generated policies use: evidence in columns, `rows.drop`, `rows.retention`,
`rows.minimum_age`, and the rule that one record of a subject restricts all.
Prints JSON: how many records have which fate, and the delivered rows without
their pseudonyms, sorted. `subjects` counts the people behind them.
"""
import csv
import json
import re
import sys
import tomllib
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

SENTINELS = {"", "0", "n/a", "na", "null", "none", "unknown", "test"}
POSTCODE = re.compile(
    r"(GIR|[A-PR-UWYZ](?:[1-9]?[0-9]|[0-9][A-HJKPSTUW]|[A-HK-Y](?:[1-9]?[0-9]|[0-9][ABEHMNPRVWXY])))"
    r"(?:\s*[0-9][ABD-HJLNP-UW-Z]{2})?"
)
# The order in which reasons are given, of those that concern the person.
SPREADING = [
    "age_unknown", "child_subject", "consent_unknown", "consent_refused", "consent_withdrawn", "consent_not_yet_given",
    "consent_expired", "purpose_not_covered", "notice_unknown", "notice_not_in_force", "purpose_not_disclosed",
    "recipient_not_named",
]


def day(text):
    if not text or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def birth(text, last):
    """A day on which somebody alive can have been born."""
    born = day(text)
    return born if born and date(1900, 1, 1) < born <= last else None


def withdrawal(text, as_of):
    """A day on which a consent can have been withdrawn: no clock at nought, no "never"."""
    withdrawn = day(text)
    if not withdrawn or withdrawn <= date(1900, 1, 1) or withdrawn == date(1970, 1, 1):
        return None
    return withdrawn if withdrawn <= plus_months(as_of, 1200) else None


def plus_months(start, months):
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for last in (start.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(start.day, last))
        except ValueError:
            continue
    raise AssertionError("no such month")


def months_of(period):
    years, months = re.fullmatch(r"P(?:([0-9]+)Y)?(?:([0-9]+)M)?", period).groups()
    return int(years or 0) * 12 + int(months or 0)


def years_later(born, years, leap_day):
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, *leap_day)


def loose(word):
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


def own_reason(record, policy, register, as_of):
    subject = record[policy["extract"]["subject"]].strip()
    if subject.lower() in SENTINELS:
        return "no_subject"
    rows = policy.get("rows", {})
    for rule in rows.get("drop", []):
        if loose(record[rule["column"]]) in map(loose, rule["in"]):
            return rule["reason"]
    age = rows.get("minimum_age")
    if age:
        born = birth(record[age["column"]], as_of)
        if born is None:
            return "age_unknown"
        if years_later(born, age["years"], (3, 1)) > as_of:
            return "child_subject"
    kept = rows.get("retention")
    if kept:
        active = day(record[kept["column"]])
        if active is None or plus_months(active, months_of(kept["max_age"])) <= as_of:
            return "retention_exceeded"
    return consent_reason(record, policy, register, as_of)


def of_the_person(record, policy, as_of):
    """What a record says whatever it is dropped for: a child, a withdrawal."""
    age = policy.get("rows", {}).get("minimum_age")
    born = birth(record[age["column"]], as_of) if age else None
    if born and years_later(born, age["years"], (3, 1)) > as_of:
        return "child_subject"
    columns = policy["consent"]["columns"]
    text = record[columns["withdrawn_at"]]
    if not text:
        return None
    given, withdrawn = day(record[columns["given_at"]]), withdrawal(text, as_of)
    if withdrawn is None:
        return "consent_unknown"
    return "consent_withdrawn" if given is None or withdrawn >= given else None


def consent_reason(record, policy, register, as_of):
    columns, release = policy["consent"]["columns"], policy["release"]
    tokens = record[columns["purposes"]["column"]].split(columns["purposes"]["separator"])
    names = columns["purposes"]["names"]
    purposes = {names[token] for token in tokens if token in names}
    given = day(record[columns["given_at"]])
    withdrawn_text = record[columns["withdrawn_at"]]
    withdrawn = withdrawal(withdrawn_text, as_of)
    if not purposes or given is None or (withdrawn_text and withdrawn is None):
        return "consent_unknown"
    if withdrawn is not None and withdrawn >= given:
        return "consent_withdrawn"
    if given > as_of:
        return "consent_not_yet_given"
    if plus_months(given, months_of(policy["consent"]["max_age"])) <= as_of:
        return "consent_expired"
    if release["purpose"] not in purposes:
        return "purpose_not_covered"
    notices = [notice for notice in register["notices"] if notice["id"] == record[columns["notice"]]]
    if not notices:
        return "notice_unknown"
    notice = notices[0]
    if given < notice["from"] or ("until" in notice and given >= notice["until"]):
        return "notice_not_in_force"
    disclosed = [found for found in notice.get("discloses", []) if found["purpose"] == release["purpose"]]
    if not disclosed:
        return "purpose_not_disclosed"
    named = {party for found in disclosed for party in found["recipients"]}
    if not {release["recipient"], *release["on_behalf_of"]} <= named:
        return "recipient_not_named"
    return None


def delivered_row(record, as_of):
    postcode = POSTCODE.fullmatch(record["postcode"].strip().upper())
    born = birth(record["dob"], as_of)
    children = [birth(record[column], plus_months(as_of, 10)) for column in ("child_1_dob", "child_2_dob")]
    known = [child for child in children if child is not None]
    small = any(child <= as_of < years_later(child, 5, (2, 28)) for child in known)
    return [
        postcode.group(1) if postcode else "",
        str(born.year) if born else "",
        ("true" if small else "false") if known else "",
    ]


def main():
    policy_file, extract, as_of = Path(sys.argv[1]), sys.argv[2], date.fromisoformat(sys.argv[3])
    policy = tomllib.loads(policy_file.read_text())
    register = tomllib.loads((policy_file.parent / policy["consent"]["register"]).read_text())
    with open(extract, newline="", encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    reasons = [own_reason(record, policy, register, as_of) for record in records]
    subjects = [record[policy["extract"]["subject"]].strip() for record in records]
    own = [rule["reason"] for rule in policy.get("rows", {}).get("drop", []) if rule.get("whole_subject", True)]
    order = own + SPREADING
    restricted = {}
    for subject, record, reason in zip(subjects, records, reasons):
        if reason not in order and reason not in (None, "no_subject"):
            reason = of_the_person(record, policy, as_of)
        if reason in order:
            known = restricted.get(subject, reason)
            restricted[subject] = min(known, reason, key=order.index)
    fates = [reason or restricted.get(subject) for subject, reason in zip(subjects, reasons)]
    passing = [(subject, record) for subject, record, fate in zip(subjects, records, fates) if fate is None]
    print(json.dumps({
        "read": len(records),
        "dropped": Counter(fate for fate in fates if fate),
        "delivered": sorted(delivered_row(record, as_of) for _, record in passing),
        "subjects": len({subject for subject, _ in passing}),
    }))


main()
