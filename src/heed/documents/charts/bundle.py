"""The script that makes a drawn chart move: Vega, Vega-Lite and vega-embed out of vl-convert, loaded on demand.

Made once a process, served packed, and kept by browsers for ever: its name changes with its versions.
"""

import gzip
import hashlib
from functools import lru_cache
from importlib.metadata import version

import vl_convert

ENTRY = "window.vegaEmbed=vegaEmbed;"


@lru_cache
def name() -> str:
    """Says the versions, so that a new vl-convert is a new name."""
    known = (
        f"{version('vl-convert-python')}-{vl_convert.get_vega_version()}-{vl_convert.get_vega_embed_version()}-{ENTRY}"
    )
    return f"vega-{hashlib.blake2s(known.encode(), digest_size=6).hexdigest()}.js"


@lru_cache
def script() -> bytes:
    return str(vl_convert.javascript_bundle(ENTRY)).encode()


@lru_cache
def packed() -> bytes:
    return gzip.compress(script(), 9, mtime=0)
