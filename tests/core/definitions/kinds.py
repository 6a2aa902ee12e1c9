"""Kinds of definitions that only tests know."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from heed.core.definitions.rules import KINDS, Reference, kind
from heed.core.errors.rules import Invalid


class Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    hours: int = Field(ge=1)


class Promise(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    rules: tuple[Rule, ...] = ()
    steps: dict[str, Rule] = {}
    base: str = ""
    text: str = ""

    def check(self) -> None:
        if self.title == "never":
            raise Invalid("title: never is no promise.", code="invalid_definition")

    def references(self) -> Iterator[Reference]:
        if self.base:
            yield Reference("base", "test_promise", self.base)


def registered(four_eyes: bool = False) -> Any:
    return kind("test_promise", title="Promise", title_plural="Promises", four_eyes=four_eyes)(Promise)


@pytest.fixture
def promise() -> Iterator[type[Promise]]:
    registered()
    yield Promise
    KINDS.pop("test_promise")


@pytest.fixture
def careful_promise() -> Iterator[type[Promise]]:
    registered(four_eyes=True)
    yield Promise
    KINDS.pop("test_promise")
