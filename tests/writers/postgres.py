"""PostgreSQL's COPY, as CSV and as text, from a server of its own that is gone afterwards."""
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from described import Described, Output
from table import COLUMNS, Variant

TYPES = {"no": "integer", "id": "bigint", "amount": "numeric(14,2)", "score": "integer", "dob": "date", "seen": "timestamp",
         "flag": "boolean", "given": "date"}
PLAIN = {"date_format": "%Y-%m-%d %H:%M:%S"}
WORDS = ("t", "f")
ANY, BOTH = Variant(apart=True), Variant(breaks="any", apart=True)


def program(name):
    """A program of the server, which Debian keeps off the path."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(places[-1]) if places else shutil.which(name)


class Server:
    """A server in a folder of its own, reached by a socket there. Root may not run it, so another user does."""

    def __init__(self):
        self.stack = contextlib.ExitStack()
        self.tables = set()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="pg")))
        self.user = {}
        if os.geteuid() == 0:
            names = {entry.pw_name for entry in pwd.getpwall()}
            entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        data = self.folder / "data"
        self.run(program("initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        settings = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off -c timezone=UTC"
        self.run(program("pg_ctl"), "-D", data, "-w", "-l", self.folder / "log", "-o", settings, "start")
        self.stack.callback(self.run, program("pg_ctl"), "-D", data, "-m", "immediate", "stop")

    def run(self, *command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.user)

    def psql(self, command, **how):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "postgres", "-c", command], check=True, **how)

    def table(self, variant, records):
        """The name of the table of this variant, filled by COPY."""
        name = variant.name.replace("-", "_")
        if name not in self.tables:
            self.tables.add(name)
            types = ", ".join(f"{column} {TYPES.get(column, 'text')}" for column in COLUMNS)
            self.psql(f"CREATE TABLE {name} ({types})")
            escapes = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
            cells = (["\\N" if r[c] is None else str(r[c]).translate(escapes) for c in COLUMNS] for r in records)
            lines = "".join("\t".join(row) + "\n" for row in cells)
            self.psql(f"COPY {name} FROM STDIN", input=lines.encode(), stdout=subprocess.DEVNULL)
        return name


def outputs():
    server = Server()
    with server.stack:
        def output(name, extract, options, variant=ANY, seen=PLAIN, session=""):
            def write(path, records):
                table = server.table(variant, records)
                with path.open("wb") as to:
                    server.psql(f"{session}COPY (SELECT * FROM {table} ORDER BY no) TO STDOUT WITH ({options})", stdout=to)
            return Output(name, write, Described(extract, {}, seen, WORDS), variant)

        text = {"format": "csv", "delimiter": "\t", "quote": "", "escape": "\\", "escape_letters": True, "null_values": ["\\N"]}
        breaks = {"newline_in_fields": True}
        yield output("postgres.csv", {}, "FORMAT csv, HEADER")
        yield output("postgres-breaks.csv", breaks, "FORMAT csv, HEADER", BOTH)
        yield output("postgres-force-quote.csv", {"delimiter": ";", "null_values": ["NULL"]},
                     "FORMAT csv, HEADER, DELIMITER ';', NULL 'NULL', FORCE_QUOTE *")
        yield output("postgres-escape.csv", {"escape": "\\", "escape_only_in_quotes": True, **breaks}, "FORMAT csv, HEADER, ESCAPE '\\'", BOTH)
        yield output("postgres-apostrophe.csv", {"quote": "'", "delimiter": "|"}, "FORMAT csv, HEADER, QUOTE '''', DELIMITER '|'")
        yield output("postgres-latin1.csv", {"encoding": "iso-8859-1"}, "FORMAT csv, HEADER, ENCODING 'LATIN1'")
        yield output("postgres-no-header.csv", {"header": COLUMNS}, "FORMAT csv")
        yield output("postgres-german.csv", {"date_format": "%d.%m.%Y"}, "FORMAT csv, HEADER",
                     seen={"date_format": "%d.%m.%Y %H:%M:%S"}, session="SET datestyle = 'German';")
        yield output("postgres-text.txt", {**text, "header": COLUMNS}, "FORMAT text", BOTH)
        yield output("postgres-text-bar.txt", {**text, "delimiter": "|", "header": COLUMNS}, "FORMAT text, DELIMITER '|'", BOTH)
        yield output("postgres-text-null.txt", {**text, "header": COLUMNS, "null_values": ["(null)"]}, "FORMAT text, NULL '(null)'", BOTH)
