"""The policy of the topic that a zone's alarms go to: who may publish there, and who may say who hears of it.

EventBridge publishes in its own name and, says its guide, takes no condition in a topic's policy; so the statement that
lets it has none, and a denial holds back whoever says that it acts for another organization. CloudWatch says for whose
alarm. Principals of the zone's accounts publish with permissions of their own; who subscribes is the deployment's.

A topic's policy knows these actions only: SNS refuses others, and `sns:*`.

Sources: Amazon SNS Developer Guide, "Example cases for Amazon SNS access control", "Amazon SNS API permissions: Actions
and resources reference"; EventBridge User Guide, "Using resource-based policies", "Troubleshooting".
"""

from __future__ import annotations

from typing import Any

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.principals import outsiders, roles_of, strange_services, unless
from sovereignty.compile.required import aws, aws_accounts, aws_organization_id
from sovereignty.deployment import Deployment
from sovereignty.zone import DEPLOYMENT_ROLE, Zone

ALARMS, TLS, ORGANIZATION, SERVICES = (
    "audit.alarms",
    "network.tls",
    "identity.organization",
    "identity.services",
)
ACTIONS = [
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:Publish",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
]
CHANGES = [
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
]


def topic_name(zone: Zone) -> str:
    """The topic's name, by which the zone's SCPs protect it; one of each account and region."""
    return f"sovereign-{zone.zone}-alarms"


def topic_arn(zone: Zone, account: str, region: str) -> str:
    """The topic's ARN in an account and region."""
    return f"arn:{aws(zone).partition}:sns:{region}:{account}:{topic_name(zone)}"


def document(zone: Zone, deployment: Deployment, account: str, region: str) -> Document:
    """The policy of the topic in that account and region."""
    partition, organization = aws(zone).partition, aws_organization_id(deployment)
    accounts = sorted(aws_accounts(deployment))
    powerful = roles_of(zone, deployment, DEPLOYMENT_ROLE, zone.break_glass.aws_role)
    alarms = [f"arn:{partition}:cloudwatch:{region}:{each}:alarm:*" for each in accounts]
    found: list[tuple[str, str, Any, Any, dict[str, Any]]] = [
        (ALARMS, "Allow", {"Service": "events.amazonaws.com"}, "sns:Publish", {}),
        (
            ALARMS,
            "Allow",
            {"Service": "cloudwatch.amazonaws.com"},
            "sns:Publish",
            {"StringEquals": {"aws:SourceAccount": accounts}, "ArnLike": {"aws:SourceArn": alarms}},
        ),
        (ALARMS, "Deny", "*", CHANGES, unless(*powerful)),
        (TLS, "Deny", "*", "sns:Publish", {"Bool": {"aws:SecureTransport": "false"}}),
        (ORGANIZATION, "Deny", "*", ACTIONS, outsiders(organization)),
        (SERVICES, "Deny", "*", ACTIONS, strange_services(organization)),
    ]
    counts: dict[str, int] = {}
    statements = []
    for control, effect, principal, action, condition in found:
        counts[control] = counts.get(control, 0) + 1
        statements.append(
            {
                "Sid": sid(control, counts[control]),
                "Effect": effect,
                "Principal": principal,
                "Action": action,
                "Resource": topic_arn(zone, account, region),
                **({"Condition": condition} if condition else {}),
            }
        )
    path = f"aws/policies/{topic_name(zone)}-{account}-{region}.json"
    return policy(path, "aws:topic", statements, aws_limit(partition, "sns", "topic_policy_document"), set(counts))
