"""What the pack says of itself, as a message of the protocol."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi_policy import EnforcementLevel, Policy, ResourceValidationPolicy, Severity

LEVELS = {
    EnforcementLevel.ADVISORY: messages.ADVISORY,
    EnforcementLevel.MANDATORY: messages.MANDATORY,
    EnforcementLevel.REMEDIATE: messages.REMEDIATE,
    EnforcementLevel.DISABLED: messages.DISABLED,
}
SEVERITIES = {
    None: messages.POLICY_SEVERITY_UNSPECIFIED,
    Severity.LOW: messages.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: messages.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: messages.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: messages.POLICY_SEVERITY_CRITICAL,
}


def of_pack(name: str, version: str, description: str, policies: Sequence[Policy]) -> messages.AnalyzerInfo:
    return messages.AnalyzerInfo(
        name=name,
        version=version,
        description=description,
        supportsConfig=True,
        policies=[_of_policy(policy) for policy in policies],
    )


def _of_policy(policy: Policy) -> messages.PolicyInfo:
    of_resource = isinstance(policy, ResourceValidationPolicy)
    info = messages.PolicyInfo(
        name=policy.name,
        displayName=policy.display_name or "",
        description=policy.description,
        enforcementLevel=LEVELS[policy.enforcement_level or EnforcementLevel.ADVISORY],
        policy_type=messages.POLICY_TYPE_RESOURCE if of_resource else messages.POLICY_TYPE_STACK,
        severity=SEVERITIES[policy.severity],
        tags=policy.tags or (),
        remediation_steps=policy.remediation_steps or "",
        url=policy.url or "",
    )
    if policy.config_schema:
        info.configSchema.properties.update(policy.config_schema.properties)
        info.configSchema.required.extend(policy.config_schema.required or ())
    if policy.framework:
        info.framework.name = policy.framework.name or ""
        info.framework.version = policy.framework.version or ""
        info.framework.reference = policy.framework.reference or ""
        info.framework.specification = policy.framework.specification or ""
    return info
