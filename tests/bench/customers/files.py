# SPDX-License-Identifier: ISC
"""An import of 100,000 lines of which one in a hundred is wrong, and their export: how long, and what
memory the processes that did it came to have."""

import os
import sys
import time

import house
import upload
from client import Client
from until import until

ROWS = int(os.environ.get("LINES", "100000"))


def main():
    who = Client(token=sys.argv[1])
    lines = [f"Ann Example {n},{'x' if n % 100 == 99 else f'ann{n}@example.org'},+33{10**9 + n},FR,Firm {n % 999},bench-file"
             for n in range(ROWS)]
    sheet = upload.csv("name,email,phone,countryCode,company,tags", *lines)
    before = {**house.peaks("customers"), **house.peaks("worker")}

    began = time.monotonic()
    answer = upload.send(who, "/customers/import", sheet, duplicates="skip")
    assert answer.status == 202, answer
    taken = time.monotonic()
    done = until(lambda: (one := who.get("/imports/" + answer.json["id"]).json)["state"] != "checking" and one, 1800)
    ended = time.monotonic()
    assert (done["created"], done["failed"]) == (ROWS - ROWS // 100, ROWS // 100), done

    file = who.get("/customers?format=csv&tags=bench-file").body
    out = time.monotonic() - ended
    assert file.count(b"\n") == done["created"] + 1
    grown = max(peak - before.get(pid, peak) for pid, peak in {**house.peaks("customers"), **house.peaks("worker")}.items())
    print(f"import of {ROWS} lines: {ended - began:.1f} s (aim 60), {taken - began:.1f} of them to take the file; "
          f"export: {out:.1f} s (aim 10); no process grew by more than {grown} KB")


main()
