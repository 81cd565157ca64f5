"""May data of this class flow from zone to zone, and in what form?"""

from __future__ import annotations

from typing import Literal

from sovereignty.judgement.answer import Answer
from sovereignty.zone import Zone

CONTROL = "egress.data-class"

Form = Literal["raw", "pseudonymised", "anonymised"]
_LEAST: dict[str, int] = {"raw": 0, "pseudonymised": 1, "anonymised": 2}
"""How far a form is from the data itself; one that is farther may go wherever a nearer one may."""
_ASKED: dict[str, Form] = {"free": "raw", "pseudonymised": "pseudonymised", "anonymised": "anonymised"}


def flow(zone: Zone, data_class: str, to: str, form: Form = "raw") -> Answer:
    """Whether data of the class may go from the zone to the zone named `to` in that form. A class that the zone
    doesn't declare goes nowhere: what nobody has classified may be anything."""
    if to == zone.zone:
        return Answer(True, "", f"It stays in zone {zone.zone}.")
    declared = zone.data_classes.get(data_class)
    if declared is None:
        known = ", ".join(zone.data_classes)
        return Answer(False, CONTROL, f"Zone {zone.zone} declares no data class of that name, only {known}.")
    if declared.leaves == "never":
        return Answer(False, CONTROL, f"{data_class} never leaves zone {zone.zone}.")
    if declared.to and to not in declared.to:
        return Answer(False, CONTROL, f"{data_class} leaves zone {zone.zone} for {', '.join(declared.to)} only.")
    asked = _ASKED[declared.leaves]
    if _LEAST[form] < _LEAST[asked]:
        return Answer(False, CONTROL, f"{data_class} leaves zone {zone.zone} only when it is {asked}; this is {form}.")
    return Answer(True, CONTROL, f"{data_class} may leave zone {zone.zone} for {to}, {form}.")
