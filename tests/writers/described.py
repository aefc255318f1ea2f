"""What a file is like, as the few lines of a policy say it, and the whole policy around them. The columns
and what becomes of them are the same for every file."""
import dataclasses
import json

from table import ASCII, LETTERS, Variant

POLICY = """format  = "scant-policy/1"
name    = "written-elsewhere"
version = "1.0.0"

[release]
controller  = "acme"
recipient   = "lab"
purpose     = "research"
legal_basis = "consent"

[extract]
subject = "id"
{extract}
[consent]
register = "register.toml"
max_age  = "P50Y"

[consent.columns]
granted  = {{ column = "ok", yes = ["Y"], no = ["N"] }}
given_at = "given"
notice   = "notice"

[columns.no]
role = "insensitive"
keep = {{ because = "the number of the row" }}
pattern = "[0-9]{{1,4}}"

[columns.id]
role = "direct_identifier"
pseudonymise = {{ domain = "subscriber" }}
as = "person"

[columns.name]
role = "direct_identifier"
keep = {{ because = "shows how letters are read" }}
pattern = "[{letters}]+ [{letters}]+"

[columns.ref]
role = "insensitive"
keep = {{ because = "shows how digits are read" }}
pattern = "[0-9]{{8}}"

[columns.note]
role = "insensitive"
keep = {{ because = "shows how text is read" }}

[columns.amount]
role = "sensitive"
round_number = {{ to = 0.5 }}
{amount}
[columns.score]
role = "sensitive"
band_number = {{ width = 10 }}
{amount}
[columns.dob]
role = "quasi_identifier"
coarsen_date = {{ to = "month" }}

[columns.seen]
role = "insensitive"
bucket_time = {{ to = "hour" }}
{seen}
[columns.flag]
role = "sensitive"
map_values = {{ values = {{ {yes} = "yes", {no} = "no" }}, other = "neither" }}
pattern = "{yes_plain}|{no_plain}"

[output]
format = "csv"
name   = "d"
order  = "extract"
formula_guard = false

[guards]
max_quarantined = 1000
"""


def lines(keys):
    """Keys as lines of TOML, whose texts and lists are written as JSON writes them."""
    def value(of):
        if isinstance(of, dict):
            return "{ " + ", ".join(f"{key} = {value(inner)}" for key, inner in of.items()) + " }"
        return json.dumps(of, ensure_ascii=False)
    return "".join(f"{key} = {value(of)}\n" for key, of in keys.items())


@dataclasses.dataclass
class Described:
    """How a file is written: keys of `[extract]`, of the numbers, of the times (`seen`), the words of `flag`."""
    extract: dict = dataclasses.field(default_factory=dict)
    amount: dict = dataclasses.field(default_factory=dict)
    seen: dict = dataclasses.field(default_factory=dict)
    words: tuple = ("true", "false")

    def keys(self):
        """All of it as one text, the same for files that are alike."""
        return json.dumps([self.extract, self.amount, self.seen, self.words])

    def policy(self, variant: Variant):
        yes, no = self.words
        return POLICY.format(
            extract=lines(self.extract), amount=lines(self.amount), seen=lines(self.seen),
            letters=ASCII + LETTERS[variant.letters],
            yes=json.dumps(yes), no=json.dumps(no), yes_plain=yes, no_plain=no,
        )


@dataclasses.dataclass
class Output:
    """A file to be written: its name, which table it holds, what it is like, and who writes it."""
    name: str
    write: callable
    described: Described = dataclasses.field(default_factory=Described)
    variant: Variant = Variant()
