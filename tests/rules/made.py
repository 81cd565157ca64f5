"""Resources and plans for the tests of the rules, as the readers would make them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sovereignty.plan import PROVIDER, Plan, Provider, Resource, normalise_token
from sovereignty.rules import RULES
from sovereignty.rules.judge import Judge
from sovereignty.zone import Zone, load_all

ZONES = load_all(Path(__file__).resolve().parents[2] / "zones")
EU, US = ZONES["eu"], ZONES["us"]


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:eu::shop::{kind}::{name}"


def resource(
    kind: str,
    props: Mapping[str, Any] | None = None,
    *,
    name: str = "it",
    provider: Mapping[str, Any] | None = None,
    component: bool = False,
    outputs: Mapping[str, Any] | None = None,
    made_from: Mapping[str, tuple[Resource | str, ...]] | None = None,
    **more: Any,
) -> Resource:
    """A resource as the engine shows it: with a provider, unless it is a component."""
    package = normalise_token(kind).partition(":")[0]
    own = Provider(type=PROVIDER + package, name="default" if provider is None else "own", props=provider or {})
    sources = {
        key: tuple(source if isinstance(source, str) else source.urn for source in values)
        for key, values in (made_from or {}).items()
    }
    return Resource(
        urn=urn(kind, name),
        token=kind,
        type=normalise_token(kind),
        name=name,
        props=props or {},
        outputs=outputs or {},
        provider=None if component else more.pop("given_provider", own),
        property_dependencies=sources,
        **more,
    )


def alone(it: Resource, zone: Zone = EU) -> list[str]:
    """The verdicts that the resource pass gives."""
    return [str(finding.verdict) for finding in Judge(zone, RULES).resource(it)]


def together(*resources: Resource, zone: Zone = EU, places: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """Name of a resource -> the verdicts that the stack pass gives; only those with any."""
    found: dict[str, list[str]] = {}
    plan = Plan(resources, places=places or {})
    for finding in Judge(zone, RULES).plan(plan):
        found.setdefault(plan.by_urn[finding.urn].name, []).append(str(finding.verdict))
    return found


def changed(zone: Zone, **parts: Any) -> Zone:
    """The zone with other parts, not held against the law again: these tests are about rules."""
    return zone.model_copy(update=parts)


__all__ = ["EU", "US", "ZONES", "alone", "changed", "resource", "together", "urn"]
