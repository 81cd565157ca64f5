"""The lawful inputs that the tests of the law change."""

import copy
from typing import Any

import pytest
from law_inputs import EU, STACK


@pytest.fixture
def eu() -> dict[str, Any]:
    """The EU zone's file as plain data, to be changed freely."""
    return copy.deepcopy(EU)


@pytest.fixture
def stack() -> dict[str, Any]:
    """The configuration of a stack that agrees with the EU zone."""
    return copy.deepcopy(STACK)
