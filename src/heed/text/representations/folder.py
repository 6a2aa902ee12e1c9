"""A folder that holds an encoder: found out which kind, and opened. Nothing is fetched; nothing in it is run but a graph."""

from pathlib import Path

from heed.core.errors.rules import Invalid, phrase
from heed.text.representations.encoder import open_encoder
from heed.text.representations.layout import graph_of
from heed.text.representations.port import Representation
from heed.text.representations.static import NUMBERS, open_static, static_home


def open_folder(given: str) -> Representation:
    """The encoder of a folder, or of the graph named in one. Raises Invalid where there is none, Unavailable where the
    extra is not installed.
    """
    path = Path(given).expanduser()
    if path.suffix == ".onnx" and path.is_file():
        folder = path.parent.parent if path.parent.name == "onnx" else path.parent
        return open_encoder(folder, path)
    if not path.is_dir():
        raise Invalid(
            phrase("There is no folder {path}.", path=path),
            code="no_folder",
            hint="Give the folder of an encoder: model.onnx and tokenizer.json, or a static one.",
        )
    home = static_home(path)
    if home is not None:
        return open_static(path, home)
    graph = graph_of(path)
    if graph is not None:
        return open_encoder(path, graph)
    if (path / NUMBERS).is_file():
        return open_static(path, path)
    raise Invalid(
        phrase("The folder {folder} holds no encoder.", folder=path),
        code="no_encoder",
        hint="It needs model.onnx and tokenizer.json, or model.safetensors and tokenizer.json of a static encoder.",
    )
