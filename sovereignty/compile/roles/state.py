"""Where the engine keeps its state: a bucket and a key in the zone's first account, for the deployment role alone.

A key of its own, since the deployment role administers the zone's key and can't read with it. Neither is part of a
stack: a state can't hold what it lies in. The deployment role administers both, so that they can be taken away again;
only break-glass may end the key. The key has no replica: its state lies in one region.
"""

from __future__ import annotations

from sovereignty.compile.document import Document, aws_limit, policy, sid
from sovereignty.compile.kms_key_policy import ADMINISTER, USE
from sovereignty.compile.principals import roles_of, unless
from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.zone import DEPLOYMENT_ROLE, Zone

KEY, TLS, ROLES = "keys.administration", "network.tls", "identity.roles"


def bucket(zone: Zone, deployment: Deployment) -> str:
    """The bucket's name."""
    return f"{zone.zone}-state-{aws_accounts(deployment)[0]}"


def alias(zone: Zone) -> str:
    """The key's alias; not below the zone's own `alias/sovereign/<zone>`."""
    return f"alias/sovereign-state/{zone.zone}"


def key_policy(zone: Zone, deployment: Deployment) -> Document:
    """Whose the key is: nobody's but the two roles', in the account that holds it."""
    account = aws_accounts(deployment)[0]
    owner = {"AWS": f"arn:{aws(zone).partition}:iam::{account}:root"}
    deployer, *_ = roles_of(zone, deployment, DEPLOYMENT_ROLE)
    emergency, *_ = roles_of(zone, deployment, zone.break_glass.aws_role)
    used = {"kms:DescribeKey", *ADMINISTER, *USE} - {"kms:ReplicateKey"}
    allowed = [(deployer, sorted(used)), (emergency, "kms:*")]
    statements = [
        {
            "Sid": sid(KEY, number),
            "Effect": "Allow",
            "Principal": owner,
            "Action": granted,
            "Resource": "*",
            "Condition": {"ArnEquals": {"aws:PrincipalArn": who}},
        }
        for number, (who, granted) in enumerate(allowed, start=1)
    ]
    limit = aws_limit(aws(zone).partition, "kms", "key_policy_document")
    return policy(f"aws/policies/{zone.zone}-state-key.json", "aws:key", statements, limit, {KEY})


def bucket_policy(zone: Zone, deployment: Deployment) -> Document:
    """Its objects for the two roles, and nothing in plain text; who may change the bucket, SCPs say."""
    arn = f"arn:{aws(zone).partition}:s3:::{bucket(zone, deployment)}"
    ours = roles_of(zone, deployment, DEPLOYMENT_ROLE, zone.break_glass.aws_role)
    statements = [
        {
            "Sid": sid(TLS, 1),
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": sid(ROLES, 1),
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"{arn}/*",
            "Condition": unless(*ours),
        },
    ]
    limit = aws_limit(aws(zone).partition, "s3", "bucket_policy_document")
    return policy(f"aws/policies/{zone.zone}-state-bucket.json", "aws:bucket", statements, limit, {TLS, ROLES})
