"""A lawful zone and a lawful stack as plain data, and a way to see what is wrong with a changed one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sovereignty.errors import InputError, Problem

REPOSITORY = Path(__file__).parents[2]
EU = yaml.safe_load((REPOSITORY / "zones" / "eu.yaml").read_text(encoding="utf-8"))
STACK = {
    "aws:region": "eu-central-1",
    "azure-native:location": "germanywestcentral",
    "sovereign-zones:zone": "eu",
    "sovereign-zones:foundation": "sovereign-foundation/org",
    "sovereign-zones:awsOrganizationId": "o-a1b2c3d4e5",
    "sovereign-zones:awsManagementAccount": "111122223333",
    "sovereign-zones:awsAccounts": ["444455556666"],
    "sovereign-zones:azureTenantId": "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b",
    "sovereign-zones:azureSubscriptions": ["0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"],
}


def refused(call: Callable[..., object], *args: Any, **kwargs: Any) -> list[Problem]:
    """The problems with which a call refuses its input."""
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    for problem in caught.value.problems:
        assert problem.where
        assert problem.found.endswith(".")
        assert "pydantic" not in str(problem)
        assert "Traceback" not in str(problem)
    return list(caught.value.problems)
