"""Vectors made before are not made again; the file holds no words, stays bounded, and is safe for several processes."""

import hashlib
import logging
import multiprocessing
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from heed.core.errors.rules import Unavailable
from heed.stats.arrays import Floats
from heed.text.representations import cache
from heed.text.representations.cache import FILE, FOLDER, Cached, Store, forget
from heed.text.representations.port import unit_rows


@dataclass
class Counting:
    """Vectors drawn from a digest of the text, and what was asked for."""

    name: str = "counting/1"
    dimensions: int = 12
    asked: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str]) -> Floats:
        self.asked += [text for text in texts if text != cache.PROBE]
        seeds = [int.from_bytes(hashlib.sha256(f"{self.name} {text}".encode()).digest()[:4]) for text in texts]
        return unit_rows([np.random.default_rng(seed).normal(size=self.dimensions) for seed in seeds])


def test_a_text_is_encoded_once_however_often_it_comes(tmp_path: Path) -> None:
    made, store = Counting(), Store(tmp_path / FOLDER / FILE)
    texts = ["one", "two", "one", "three", "one"]
    first = Cached(made, store).encode(texts)
    assert made.asked == ["one", "two", "three"]
    assert np.allclose(first, made.encode(texts), atol=1e-6)
    made.asked.clear()
    again = Cached(made, store).encode([*reversed(texts), "four"])
    assert made.asked == ["four"]
    # To the last bit: what is learnt does not depend on what happened to be kept.
    assert np.array_equal(again[:5], first[::-1])
    assert Cached(made, store).encode([]).shape == (0, 12)
    assert Cached(made, store).name == made.name


def test_another_representation_has_vectors_of_its_own(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE)
    one, other = Counting("one/1"), Counting("other/1", 5)
    Cached(one, store).encode(["a", "b"])
    assert np.allclose(Cached(other, store).encode(["a", "b"]), other.encode(["a", "b"]), atol=1e-6)
    assert other.asked[:2] == ["a", "b"]


def test_the_file_holds_no_words_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / FILE
    text = "a complaint about the unmistakable Zwiebelturm"
    Cached(Counting(), Store(file)).encode([text])
    written = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert hashlib.sha256(text.encode()).digest() in written
    assert b"complaint" not in written
    assert b"Zwiebelturm" not in written
    assert file.stat().st_mode & 0o077 == 0


def test_what_was_used_longest_ago_goes_first_and_the_file_stays_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, store = Counting(dimensions=256), Store(tmp_path / FILE, most_bytes=400_000)
    kept = [f"kept {place}" for place in range(50)]
    day = 20_000 * 86_400.0
    for step in range(40):
        now = day + step * 86_400
        monkeypatch.setattr(cache, "time", lambda now=now: now)
        Cached(made, store).encode([*kept, *(f"{step} {place}" for place in range(25))])
    with sqlite3.connect(store.file) as line:
        pages, size = (line.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        many = line.execute("SELECT count(*) FROM vectors").fetchone()[0]
    assert 150 < many < 400
    assert pages * size < 1.5 * 400_000
    made.asked.clear()
    Cached(made, store).encode([*kept, "39 1"])
    assert not made.asked
    Cached(made, store).encode(["0 1"])
    assert made.asked == ["0 1"]


def _work(file: Path, seed: int) -> float:
    made = Counting()
    found = 0.0
    for start in range(10):
        texts = [f"text {(start * 20 + place + seed) % 150}" for place in range(40)]
        rows = Cached(made, Store(file)).encode(texts)
        found = max(found, float(np.abs(rows - Counting().encode(texts)).max()))
    return found


def test_several_processes_that_begin_at_once_use_one_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "new" / FILE
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        far = pool.starmap(_work, [(file, seed * 37) for seed in range(8)])
    assert max(far) < 1e-6
    with sqlite3.connect(file) as line:
        # And the probe.
        assert line.execute("SELECT count(*) FROM vectors").fetchone() == (151,)
        assert line.execute("SELECT count(*) FROM representations").fetchone() == (1,)
        assert line.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [each.name for each in file.parent.iterdir() if not each.name.startswith(FILE)] == []


def test_a_file_that_cannot_be_used_stops_no_work(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / FILE
    file.write_bytes(b"this is no database" * 100)
    made = Counting()
    with caplog.at_level(logging.WARNING, "heed.text"):
        rows = Cached(made, Store(file)).encode(["a"])
    assert np.allclose(rows, made.encode(["a"]), atol=1e-6)
    assert str(file) in caplog.text
    (tmp_path / "file").write_text("in the way of a folder")
    assert Cached(made, Store(tmp_path / "file" / FILE)).encode(["a"]).any()


def test_work_that_breaks_off_keeps_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(Counting):
        def encode(self, texts: Sequence[str]) -> Floats:
            if "c" in texts:
                raise Unavailable("gone")
            return super().encode(texts)

    monkeypatch.setattr(cache, "PART", 2)
    made, store = Failing(), Store(tmp_path / FILE)
    with pytest.raises(Unavailable):
        Cached(made, store).encode(["a", "b", "c"])
    made.asked.clear()
    Cached(made, store).encode(["a", "b"])
    assert not made.asked


def test_vectors_that_changed_their_length_under_one_name_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE)
    Cached(Counting(), store).encode(["a"])
    with pytest.raises(Unavailable, match="Another encoder") as told:
        Cached(Counting(dimensions=13), store).encode(["a", "b"])
    assert (told.value.code, told.value.status) == ("representation_changed", 503)
    assert str(store.file) in told.value.hint


def test_another_encoder_behind_one_name_is_noticed(tmp_path: Path) -> None:
    @dataclass
    class Other(Counting):
        def encode(self, texts: Sequence[str]) -> Floats:
            return -super().encode(texts)

    store = Store(tmp_path / FILE)
    Cached(Counting(), store).encode(["a"])
    with pytest.raises(Unavailable, match="Another encoder"):
        Cached(Other(), store).encode(["b"])
    # Nor after all words were forgotten: what was trained before is still there.
    store.forget()
    with pytest.raises(Unavailable, match="Another encoder"):
        Cached(Other(), store).encode(["b"])
    assert Cached(Counting(), store).encode(["b"]).any()


def test_vectors_of_a_persons_words_can_be_deleted(tmp_path: Path) -> None:
    store = Store(tmp_path / FOLDER / FILE)
    one, other = Counting("one/1"), Counting("other/1")
    for made in (one, other):
        Cached(made, store).encode(["theirs", "somebody else's"])
    vector = one.encode(["theirs"]).astype("<f4").tobytes()
    assert forget(tmp_path, ["theirs", "never seen"]) == 2
    written = b"".join(each.read_bytes() for each in (tmp_path / FOLDER).iterdir())
    assert vector not in written
    assert hashlib.sha256(b"theirs").digest() not in written
    one.asked.clear()
    Cached(one, store).encode(["theirs", "somebody else's"])
    assert one.asked == ["theirs"]
    assert forget(tmp_path / "nowhere", ["theirs"]) == 0


def test_where_the_words_are_gone_already_all_vectors_go(tmp_path: Path) -> None:
    store, made = Store(tmp_path / FOLDER / FILE), Counting()
    Cached(made, store).encode([f"text {place}" for place in range(300)])
    vector = made.encode(["text 7"]).astype("<f4").tobytes()
    assert vector in b"".join(each.read_bytes() for each in (tmp_path / FOLDER).iterdir())
    assert forget(tmp_path) == 300
    assert vector not in b"".join(each.read_bytes() for each in (tmp_path / FOLDER).iterdir())
    assert forget(tmp_path) == 0
    assert Cached(made, store).encode(["text 7"]).any()
