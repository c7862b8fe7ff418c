"""Words that stand for customers' data, laid into everything a worker reads, and looked for in all
it says: as they are, and in every form in which a program might print them.
"""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

CUSTOMER = "kauz-kestrel-4711"
STRANGER = "käuzchen/öhr 0815"
"""A customer_id whose forms all differ."""
KEY = "wryneck-key-2718"
MAIL = "wren.bittern@canary.example"
WORD = "hoopoe word"
HEADER = "dunlin-header-1618"
AMOUNT = "90817.26"
MINOR_UNITS = "9081726"
CANARIES = (CUSTOMER, STRANGER, KEY, MAIL, WORD, HEADER, AMOUNT, MINOR_UNITS)


def forms(word: str) -> set[str]:
    """How a word may be printed; of base64 what is the same wherever it stands in a longer text."""
    data = word.encode()
    found = {
        word,
        repr(word)[1:-1],
        repr(data)[2:-1],
        data.hex(),
        data.hex().upper(),
        data.hex(" "),
        quote(word, safe=""),
        quote(word),
        quote_plus(word),
        "".join(f"\\u{ord(char):04x}" for char in word),
        json.dumps(word)[1:-1],
        word.replace("/", "\\/"),
    }
    for ahead in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            whole = encode(bytes(ahead) + data).decode().rstrip("=")
            found.add(whole[(0, 2, 3)[ahead] : len(whole) - 1])
    return found


def leaks(text: str, canaries: Iterable[str] = CANARIES) -> list[str]:
    """The forms of canaries that stand in a text, in whatever case."""
    lower = text.lower()
    return sorted(form for canary in canaries for form in forms(canary) if form.lower() in lower)
