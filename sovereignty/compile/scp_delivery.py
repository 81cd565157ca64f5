"""What a zone's SCPs ask of an instance's credentials: that IMDSv2 delivered them, since anybody may be made to ask v1.

Source: EC2 User Guide, "Example policies to control access the Amazon EC2 API" (Work with instance metadata).
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty import controls
from sovereignty.compile.denial import Denial
from sovereignty.compile.scp_exceptions import excepted
from sovereignty.zone import Zone


def denials(zone: Zone) -> Iterator[Denial]:
    """Every call with credentials of an older delivery; those that no instance got have no such key, and pass."""
    delivery = controls.aws_delivery()
    yield Denial(delivery.control, ("*",), excepted(zone), {"NumericLessThan": {delivery.key: delivery.least}})
