"""The engine over the facts of this process, for the few pages of surveys that read them."""

from heed.facts.engine.own import OwnEngine

engine = OwnEngine()
