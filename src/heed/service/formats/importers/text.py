"""Text of any code page as clean UTF-8: what was repaired on the way is told with its line."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from heed.core.errors.rules import Invalid, phrase
from heed.service.formats.importers.source import BLOCK
from heed.service.formats.rules.batches import Fault, Tally

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
STRAY_RETURN = re.compile(rb"\r(?!\n)")
EXCERPT = 80


class CleanText:
    """A stream of UTF-8 without byte order mark, NUL or stray bytes; ends of line are \\n or \\r\\n."""

    def __init__(self, stream: BinaryIO, encoding: str, stray: str, notes: Tally) -> None:
        try:
            self._encoding = codecs.lookup(encoding).name
            self._stray = codecs.lookup(stray).name
        except LookupError as error:
            raise Invalid(
                phrase("There is no code page {encoding} or {stray}.", encoding=encoding, stray=stray),
                code="invalid_mapping",
                hint="Such as utf-8, cp1252, latin-1.",
            ) from error
        self._stream, self._notes = stream, notes
        self._line = 1
        self._old_mac: bool | None = None

    def blocks(self) -> Iterator[bytes]:
        """Blocks that end where a line ends (all but the last)."""
        head = self._stream.read(BLOCK)
        for mark, encoding in MARKS:
            if head.startswith(mark):
                head, self._encoding = head[len(mark) :], encoding
                break
        if self._encoding.startswith(("utf-16", "utf-32")):
            yield from self._wide(head)
            return
        rest = b""
        while head:
            block = rest + head
            cut = max(block.rfind(b"\n"), block.rfind(b"\r") if self._is_old_mac(block) else -1) + 1
            if cut:
                yield self._clean(block[:cut])
            rest = block[cut:]
            head = self._stream.read(BLOCK)
        if rest:
            yield self._clean(rest)

    def _is_old_mac(self, block: bytes) -> bool:
        """Lines that end with a lone carriage return; decided once, from the first block."""
        if self._old_mac is None:
            self._old_mac = b"\n" not in block and b"\r" in block
        return self._old_mac

    def _wide(self, head: bytes) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self._encoding)(errors="replace")
        while head:
            yield self._clean(decoder.decode(head).encode("utf-8"), encoding="utf-8")
            head = self._stream.read(BLOCK)
        tail = decoder.decode(b"", final=True)
        if tail:
            yield self._clean(tail.encode("utf-8"), encoding="utf-8")

    def _clean(self, block: bytes, encoding: str = "") -> bytes:
        encoding = encoding or self._encoding
        if self._old_mac:
            block = block.replace(b"\r", b"\n")
        elif block.count(b"\r") > block.count(b"\r\n"):
            block = self._without_stray_returns(block)
        if b"\0" in block:
            block = self._without_nul(block)
        try:
            text = block.decode(encoding)
            clean = block if encoding == "utf-8" else text.encode("utf-8")
        except UnicodeDecodeError:
            lines = enumerate(block.split(b"\n"))
            clean = b"\n".join(self._repaired(line, self._line + place, encoding) for place, line in lines)
        self._line += clean.count(b"\n")
        return clean

    def _without_stray_returns(self, block: bytes) -> bytes:
        """Where rows end with \\n, a carriage return inside a row is a sign that would break it in two."""
        for place, line in enumerate(block.split(b"\n")):
            bare = line.removesuffix(b"\r")
            if b"\r" in bare:
                value = bare.decode("utf-8", "replace")[:EXCERPT].replace("\r", "\\r")
                reason = "a carriage return inside a row became a blank"
                self._notes.add(Fault("stray_carriage_return", self._line + place, "", value, reason))
        return STRAY_RETURN.sub(b" ", block)

    def _without_nul(self, block: bytes) -> bytes:
        for place, line in enumerate(block.split(b"\n")):
            if b"\0" in line:
                value = line.decode("utf-8", "replace")[:EXCERPT].replace("\0", "\\0")
                self._notes.add(Fault("nul_byte", self._line + place, "", value, "NUL bytes were taken out"))
        return block.replace(b"\0", b"")

    def _repaired(self, line: bytes, number: int, encoding: str) -> bytes:
        """The line with its stray bytes read in the second code page."""
        try:
            return line.decode(encoding).encode("utf-8")
        except UnicodeDecodeError:
            text = line.decode(encoding, "surrogateescape")
            whole = "".join(self._sign(sign) for sign in text)
            self._notes.add(
                Fault(
                    "stray_bytes", number, "", whole[:EXCERPT], f"bytes outside {encoding} were read as {self._stray}"
                )
            )
            return whole.encode("utf-8")

    def _sign(self, sign: str) -> str:
        if not "\udc80" <= sign <= "\udcff":
            return sign
        byte = bytes([ord(sign) - 0xDC00])
        try:
            return byte.decode(self._stray)
        except UnicodeDecodeError:
            return "\ufffd"
