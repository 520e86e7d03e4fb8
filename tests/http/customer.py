# SPDX-License-Identifier: ISC
"""Customers and groups for tests, with numbers and names of their own."""

import itertools
import os

numbers = itertools.count(1)


def fresh_phone():
    return f"+4930{os.getpid() % 100000:05}{next(numbers):05}"


def fresh_word(word="word"):
    return f"{word}{os.getpid()}x{next(numbers)}"


def customer(who, **fields):
    fields.setdefault("name", fresh_word("Customer"))
    answer = who.post("/customers", fields)
    assert answer.status == 201, answer
    return answer.json


def group(who, *definitions, **fields):
    answer = who.post("/customers/groups", {"name": fresh_word("Group"), "customFields": list(definitions), **fields})
    assert answer.status == 201, answer
    return answer.json


def join(who, into, *customers):
    answer = who.post(f"/customers/groups/{into['id']}/customers", {"customerIds": [c["id"] for c in customers]})
    assert answer.status == 200, answer
    return answer.json


def fields_of(answer):
    return [e["field"] for e in answer.json["errors"]]
