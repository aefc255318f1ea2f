"""The table that every writer writes: 1,000 records of invented people from a fixed seed, with what
programs write in different ways: delimiters, quotes, backslashes, blanks, words like NULL, long numbers,
leading zeros, dates, times, truth values, negative numbers, missing values. Its variants differ in the
letters of the names, in whether a note may hold line breaks, and in whether an empty note is another
thing than a missing one."""
import dataclasses
import datetime
import decimal
import random

RECORDS = 1_000
COLUMNS = ["no", "id", "name", "ref", "note", "amount", "score", "dob", "seen", "flag", "ok", "given", "notice"]
TEXTS = ["name", "ref", "note", "ok", "notice"]

# Letters that each encoding of the group has; the same bytes in none but some of them.
LETTERS = {
    "latin": "éöüßçäÉÖÜ",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВ",
    # The second byte of these is a backslash, a bar or a tilde in Shift_JIS or GB 18030.
    "japanese": "表ソ能ポ構十田中山本ミ申",
}
ASCII = "abcdefghijklmnoprstuvwxyzABCDEFGHKLMNPRSTW"

NOTES = [
    "plain", "comma, inside", "semi;colon", "bar|inside", "two||bars", "tab\tinside", 'a "quoted" word', '"', '""',
    "it's", "'", "''", "back\\slash", "\\", "\\\\", "ends in a backslash\\", 'a \\" b', "\\N", "\\n", "\\t and \\r",
    "NULL", "null", "NA", "N/A", "None", "nan", "-", "  blanks on both sides  ", " ", " leading", "trailing ",
    ' "quote behind a blank"', "=1+1", "#comment", "sep=;", "Total", "0", "007", "1e5", "true", "2024-01-31", "~tilde~",
    'all, of; it| "at\' once\\', "{\"json\": [1, 2]}", "a,b,c,d,e,f,g", ";;;;", "'; DROP TABLE people; --",
]
BREAKS = ["two\nlines", "\n", "ends in a break\n", "\nbegins with one", "Windows\r\nlines", 'quote "\n" break', "\\\nbackslash", "a\n\nb,c\n"]


@dataclasses.dataclass(frozen=True)
class Variant:
    letters: str = "latin"
    breaks: str = ""  # none, "any", "lf" alone, or "inside": the same, and no blanks alone
    apart: bool = False

    @property
    def name(self):
        return "-".join([self.letters] + [f"breaks-{self.breaks}"] * bool(self.breaks) + ["apart"] * self.apart)


def word(chance, letters):
    """A name; seven of ten have letters beyond ASCII, of which one would do."""
    beyond = chance.random() < 0.7
    text = "".join(chance.choice(ASCII) for _ in range(chance.randint(2, 7)))
    if beyond:
        at = chance.randint(0, len(text))
        text = text[:at] + "".join(chance.choice(letters) for _ in range(chance.randint(1, 3))) + text[at:]
    return text


def amount(chance):
    """Never half way between two that are delivered: some programs write 9564.25 as 9564.2499999999999998."""
    cents = chance.randint(-99_999_999, 99_999_999)
    return decimal.Decimal(cents + (cents % 50 == 25)) / 100


def missing(chance, value, share=0.1):
    return None if chance.random() < share else value


def records(variant):
    """The records, each a dictionary of typed values, `None` where there is none."""
    chance = random.Random(20240601)
    letters = LETTERS[variant.letters]
    notes = NOTES + [note for note in BREAKS if variant.breaks == "any" or variant.breaks and "\r" not in note]
    if variant.breaks == "inside":
        notes = [note for note in notes if not note or note.strip()]
    table = []
    for no in range(1, RECORDS + 1):
        name = f"{word(chance, letters)} {word(chance, letters)}"
        note = chance.choice(notes)
        if chance.random() < 0.3:
            note += chance.choice(notes)
        if not name.isascii() and chance.random() < 0.3:
            note += chance.choice(letters)
        note = missing(chance, note)
        if variant.apart and chance.random() < 0.1:
            note = ""
        day = datetime.date(1930, 1, 1) + datetime.timedelta(chance.randint(0, 27_000))
        seen = datetime.datetime(2019, 1, 1) + datetime.timedelta(seconds=chance.randint(0, 150_000_000))
        table.append({
            "no": no,
            "id": 10**16 + 90_000_000 * no + chance.randint(0, 80_000_000),
            "name": name,
            "ref": f"{chance.randint(0, 99_999):08}",
            "note": note,
            "amount": missing(chance, amount(chance)),
            "score": missing(chance, chance.randint(-50, 2_000)),
            "dob": missing(chance, day),
            "seen": missing(chance, seen),
            "flag": missing(chance, chance.random() < 0.5),
            "ok": "N" if chance.random() < 0.05 else "Y",
            "given": datetime.date(2016, 1, 1) + datetime.timedelta(chance.randint(0, 2_900)),
            "notice": "n1",
        })
    return table


def expected(variant):
    """What is delivered of the records with a consent, of the columns that need little working out."""
    def row(record):
        flag = record["flag"]
        seen = record["seen"]
        return {
            "no": str(record["no"]), "name": record["name"], "ref": record["ref"], "note": record["note"] or "",
            "dob": record["dob"].strftime("%Y-%m") if record["dob"] else "",
            "seen": seen.strftime("%Y-%m-%dT%H:00") if seen else "",
            "flag": "" if flag is None else ("yes" if flag else "no"),
        }
    return [row(record) for record in records(variant) if record["ok"] == "Y"]
