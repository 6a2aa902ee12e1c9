"""Draws that look like chance and are the same whenever a fact is seen: live, again, one by one and in bulk. Pure.

Each eight bytes of a key are stirred in by the finaliser of SplitMix64 (Steele, Lea and Flood, 2014), which numpy does to
a million keys at once.
"""

import hashlib
from functools import lru_cache
from typing import Any

WHOLE = 2**64 - 1
STEP, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
SHARE = 2.0**-53


@lru_cache(maxsize=1024)
def salt_of(*words: str) -> int:
    """Where draws of one sort begin."""
    return int.from_bytes(hashlib.sha256("\x1f".join(words).encode()).digest()[:8], "little")


def _stirred(held: int) -> int:
    held = ((held ^ (held >> 30)) * FIRST) & WHOLE
    held = ((held ^ (held >> 27)) * SECOND) & WHOLE
    return held ^ (held >> 31)


def draw(salt: int, key: str) -> float:
    """The draw of one key, in [0, 1)."""
    told = key.encode()
    held = _stirred((salt + len(told) * STEP) & WHOLE)
    for place in range(0, len(told), 8):
        word = int.from_bytes(told[place : place + 8].ljust(8, b"\0"), "little")
        held = _stirred(((held ^ word) + STEP) & WHOLE)
    return (held >> 11) * SHARE


def draws(salts: Any, keys: Any) -> Any:
    """The draws of many keys. `salts`: uint64 of shape (n,); `keys`: an Arrow array of n texts."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    binary = keys.cast(pa.large_binary())
    lengths = np.asarray(pc.binary_length(binary), dtype=np.int64)
    width = -(-max(int(lengths.max(initial=0)), 1) // 8) * 8
    offsets = np.frombuffer(binary.buffers()[1], dtype=np.int64)[binary.offset : binary.offset + len(binary) + 1]
    told = np.frombuffer(binary.buffers()[2] or b"", dtype=np.uint8)
    told = np.concatenate([told, np.zeros(width, dtype=np.uint8)])
    with np.errstate(over="ignore"):
        held = _stirred_many(np.asarray(salts, dtype=np.uint64) + lengths.astype(np.uint64) * np.uint64(STEP))
        for place in range(0, width, 8):
            left = np.clip(lengths - place, 0, 8)
            some = np.flatnonzero(left)
            if not len(some):
                break
            word = _words(told, offsets[:-1][some] + place, left[some])
            held[some] = _stirred_many((held[some] ^ word) + np.uint64(STEP))
    return (held >> np.uint64(11)).astype(np.float64) * SHARE


def _words(told: Any, starts: Any, left: Any) -> Any:
    """Eight bytes from each start as a number, what lies beyond the key's end left out."""
    import numpy as np

    found = np.zeros(len(starts), dtype=np.uint64)
    for place in range(8):
        byte = np.where(left > place, told[starts + place], 0).astype(np.uint64)
        found |= byte << np.uint64(8 * place)
    return found


def _stirred_many(held: Any) -> Any:
    import numpy as np

    held = (held ^ (held >> np.uint64(30))) * np.uint64(FIRST)
    held = (held ^ (held >> np.uint64(27))) * np.uint64(SECOND)
    return held ^ (held >> np.uint64(31))
