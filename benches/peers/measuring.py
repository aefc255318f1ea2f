"""Runs a command in a process of its own and says how long it took and how much memory it had at most; what
`peers.py` and `scaling.py` have in common. Compares nothing."""
import datetime
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

AS_OF = datetime.date(2018, 7, 1)


def into_venv(venv, packages):
    """Starts the script again in `venv`, which is made if it is not there and given those of `packages` it lacks."""
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    if Path(sys.prefix).resolve() != venv.resolve():
        have = subprocess.check_output([python, "-m", "pip", "list", "--format", "freeze"], text=True)
        have = {line.split("==")[0].lower() for line in have.splitlines()}
        if missing := [package for package in packages if package not in have]:
            subprocess.run([python, "-m", "pip", "install", "--quiet", *missing], check=True)
        os.execv(python, [str(python), *sys.argv])


def measured(command):
    """Wall seconds and peak megabytes of a command. Of several processes, the memory of the largest."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"failed with {process.returncode}: {' '.join(map(str, command))}")
    return seconds, usage.ru_maxrss / 1024


def warm(*paths):
    """Reads files into the page cache, for the first run as for the last."""
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 24):
                pass


def turns(things, run):
    """The things in the order of one run: each run begins with another."""
    return things[run % len(things):] + things[:run % len(things)]


def paired(seconds, base):
    """The median of the ratios of runs made in turn."""
    return statistics.median(own / other for own, other in zip(seconds, base, strict=True))


def policy(text, **settings):
    """The policy with `extract_format`, `output_format` or `output_order` set, in sections that are there."""
    for name, value in settings.items():
        section, key = name.split("_")
        body = re.search(rf"(?ms)^\[{section}\]$.*?(?=^\[|\Z)", text)
        if body is None:
            sys.exit(f"the policy has no [{section}]")
        lines = [line for line in body[0].rstrip().split("\n") if not re.match(rf"{key}\s*=", line)]
        text = text[:body.start()] + "\n".join([lines[0], f'{key} = "{value}"', *lines[1:]]) + "\n\n" + text[body.end():]
    return text


def spread(seconds):
    """The median, and how far the runs are apart."""
    return f"{statistics.median(seconds):.3f} s ({min(seconds):.3f}-{max(seconds):.3f})"
