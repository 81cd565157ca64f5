"""GuardDuty in one region."""

from __future__ import annotations

import pulumi
from pulumi_aws import guardduty

from components.aws.watched import Watched
from sovereignty.facts.aws_availability import offered

FREQUENCIES = ("FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS")
"""How often GuardDuty and Macie publish what they found again (GuardDuty API Reference, CreateDetector)."""
FEATURES = ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS")
"""What GuardDuty reads without an agent in anybody's machine."""
LEFT_OFF = ("EBS_MALWARE_PROTECTION",)
"""It shares snapshots of disks with an account of AWS's own, which the zone's key refuses (GuardDuty User Guide,
"Service-linked role permissions for Malware Protection for EC2")."""
RUNTIME = "RUNTIME_MONITORING"
AGENTS = ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT")


def detect(
    name: str, watched: Watched, frequency: str, runtime_monitoring: bool, opts: pulumi.ResourceOptions
) -> guardduty.Detector:
    """The detector with its features, each of them said, so that one which somebody switches off is seen."""
    detector = guardduty.Detector(name, enable=True, finding_publishing_frequency=frequency, opts=opts)
    for feature in (*FEATURES, *LEFT_OFF):
        status = "ENABLED" if feature in FEATURES else "DISABLED"
        guardduty.DetectorFeature(
            f"{name}-{_spelt(feature)}", detector_id=detector.id, name=feature, status=status, opts=opts
        )
    if runtime_monitoring and offered(watched.partition, "guardduty-runtime"):
        guardduty.DetectorFeature(
            f"{name}-{_spelt(RUNTIME)}",
            detector_id=detector.id,
            name=RUNTIME,
            status="ENABLED",
            additional_configurations=[
                guardduty.DetectorFeatureAdditionalConfigurationArgs(name=agent, status="ENABLED") for agent in AGENTS
            ],
            opts=opts,
        )
    return detector


def _spelt(feature: str) -> str:
    return feature.lower().replace("_", "-")
