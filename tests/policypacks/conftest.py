from collections.abc import Iterator

import pytest
from served import Client, analyzer, client


@pytest.fixture(autouse=True)
def no_stack_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("ORGANIZATION", "PROJECT", "STACK", "CONFIG", "DRY_RUN"):
        monkeypatch.delenv(f"PULUMI_{part}", raising=False)


@pytest.fixture
def pack(no_stack_in_the_environment: None) -> Iterator[Client]:
    """The analyzer with the repository's rules and zones, not configured yet."""
    with client(analyzer()) as stub:
        yield stub
