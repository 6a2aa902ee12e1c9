"""How a text is cut into the pieces that an encoder knows: by the `tokenizer.json` beside its numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from heed.core.errors.rules import Invalid, Unavailable, phrase

TOKENIZER = "tokenizer.json"
MANY = 4096  # texts cut at once: what is known of their pieces takes some kilobytes a text


def not_installed(package: str) -> Unavailable:
    """What is said where the extra is not installed."""
    return Unavailable(
        phrase("A representation in a folder needs {package}, which is not installed.", package=package),
        code="encoder_missing",
        hint='pip install "heed[encoder]"',
    )


def open_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder, without padding or cutting of its own. Raises Invalid where there is none, or none
    that can be read; Unavailable without the library.
    """
    file = folder / TOKENIZER
    if not file.is_file():
        raise Invalid(
            phrase("The folder {folder} holds no tokenizer.json.", folder=folder),
            code="no_tokenizer",
            hint="It lies beside the model where that was published; older ones with vocab.txt alone must be saved anew.",
        )
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise not_installed("tokenizers") from error
    try:
        made = Tokenizer.from_file(str(file))
    # The library raises the bare class.
    except Exception as error:
        raise Invalid(
            phrase("{file} is no tokenizer that can be read: {error}.", file=file, error=error),
            code="broken_tokenizer",
            hint="Copy the file again from where the model was published.",
        ) from error
    made.no_padding()
    made.no_truncation()
    return made


def plain(texts: Sequence[str]) -> list[str]:
    """The texts as tokenizers take them: half a pair of a surrogate, which no UTF-8 can say, becomes a question mark."""
    return [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
