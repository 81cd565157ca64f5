"""Types for the identifiers that AWS and Azure give out. A message never repeats what was found in place of one."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from sovereignty import facts
from sovereignty.schema import did_you_mean, fault, kind, quoted


def _matching(pattern: str, what: str, example: str, lower: bool = False) -> Any:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: object) -> str:
        if isinstance(value, (int, float)):
            raise fault(
                f"A number is no {what}: YAML and JSON drop leading zeros, or read them as octal.",
                f'Put it in quotes, such as "{example}".',
            )
        if not isinstance(value, str):
            raise fault(f"{_a(what)} is expected, found {kind(value)}.", f'Write one, such as "{example}".')
        if not compiled.fullmatch(value.lower() if lower else value):
            raise fault(f"This is not {_a(what)[0].lower()}{_a(what)[1:]}.", f'Write one, such as "{example}".')
        return value.lower() if lower else value

    return BeforeValidator(check)


def _a(what: str) -> str:
    return what if what.startswith(("An ", "A ")) else f"{'An' if what[0] in 'AEIOaeio' else 'A'} {what}"


_ORGANIZATION = r"o-[a-z0-9]{10,32}"
_ROOT = r"r-[0-9a-z]{4,32}"
_UNIT = r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}"
_ACCOUNT = r"[0-9]{12}"
# Patterns: AWS Organizations API Reference (Organization, Root, OrganizationalUnit, Account);
# path: IAM User Guide, aws:PrincipalOrgPaths. An unterminated path would also fit no request.
AccountId = Annotated[str, _matching(_ACCOUNT, "account id of 12 digits", "111122223333")]
OrganizationId = Annotated[str, _matching(_ORGANIZATION, "organization id", "o-a1b2c3d4e5")]
_PARENT = f"{_ROOT}|{_UNIT}"
ParentId = Annotated[str, _matching(_PARENT, "OU id or root id", "ou-ab12-11111111")]
_PATH = rf"{_ORGANIZATION}/{_ROOT}(/{_UNIT})+/"
_A_PATH = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"
OuPath = Annotated[str, _matching(_PATH, "OU path that ends in /", _A_PATH)]
OuPathPattern = Annotated[str, _matching(rf"{_PATH}\*?", "OU path that ends in / or /*", f"{_A_PATH}*")]
VpcArn = Annotated[
    str,
    _matching(
        rf"arn:aws[a-z-]*:ec2:[a-z0-9-]+:{_ACCOUNT}:vpc/vpc-[0-9a-f]{{8,17}}",
        "VPC ARN",
        "arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-0a1b2c3d4e5f67890",
    ),
]
_AMI_OWNER = "AMI owner (amazon, aws-marketplace, self or an account id)"
AmiOwner = Annotated[str, _matching(rf"{_ACCOUNT}|amazon|aws-marketplace|self", _AMI_OWNER, "amazon")]
# <region>=<value>, since a stack's settings are typed as lists of text. Patterns: AWS KMS API Reference
# (CustomKeyStoreId, XksKeyId); Amazon VPC User Guide, "VPC CIDR blocks" (a block between /16 and /28).
KeyStoreOfRegion = Annotated[
    str,
    _matching(
        r"[a-z0-9-]+=cks-[0-9a-f]{17}(/[A-Za-z0-9._-]{1,128})?",
        "A region with its custom key store (and, for an external one, the key in it)",
        "eu-central-1=cks-0a1b2c3d4e5f67890",
    ),
]
CidrOfRegion = Annotated[
    str,
    _matching(
        r"[a-z0-9-]+=([0-9]{1,3}\.){3}[0-9]{1,3}/(1[6-9]|2[0-8])",
        "A region with the CIDR block of its VPC, /16 to /28",
        "eu-central-1=10.20.0.0/16",
    ),
]
CidrOfLocation = Annotated[
    str,
    _matching(
        r"[A-Za-z0-9 ]+=([0-9]{1,3}\.){3}[0-9]{1,3}/(1[6-9]|2[0-4])",
        "A location with the CIDR block of its virtual network, /16 to /24",
        "westeurope=10.20.0.0/16",
    ),
    AfterValidator(lambda value: "=".join((facts.azure_location(value.partition("=")[0]), value.partition("=")[2]))),
]
_SUBSCRIBER = r"https://[^\s/?#]+(/[^\s]*)?|[^\s@/]+@[^\s@/]+\.[^\s@/]+"
Subscriber = Annotated[str, _matching(_SUBSCRIBER, "An e-mail address or an https address", "security@example.com")]
# Amazon EventBridge API Reference, PutTargets (an event bus's ARN)
EventBusArn = Annotated[
    str,
    _matching(
        rf"arn:aws[a-z-]*:events:[a-z0-9-]+:{_ACCOUNT}:event-bus/[A-Za-z0-9._/-]{{1,256}}",
        "An event bus's ARN",
        "arn:aws:events:eu-central-1:111122223333:event-bus/control-plane",
    ),
]
_GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Guid = Annotated[str, _matching(_GUID, "GUID", "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b", lower=True)]
# Microsoft Learn, resource-name-rules, Microsoft.Management/managementGroups
ManagementGroupId = Annotated[
    str, _matching(r"[A-Za-z0-9](?:[\w().-]{0,88}[\w()-])?", "management group's id (not its path)", "sovereignty")
]
StackName = Annotated[
    str, _matching(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}", "<project>/<stack> name", "sovereign-foundation/org")
]


def is_parent_id(text: str) -> bool:
    """Whether it is an OU's id, or a root's."""
    return re.fullmatch(_PARENT, text, re.ASCII) is not None


def is_subscriber(text: str) -> bool:
    """Whether it is an e-mail address or an https address, as `Subscriber` takes it."""
    return re.fullmatch(_SUBSCRIBER, text, re.ASCII) is not None


def is_guid(text: str) -> bool:
    """Whether it is a GUID, in small letters or capitals: of a tenant, a subscription, a principal."""
    return re.fullmatch(_GUID, text.lower(), re.ASCII) is not None


def _aws_region(value: object) -> str:
    if not isinstance(value, str):
        raise fault(f"A region of AWS is expected, found {kind(value)}.", "Write one, such as eu-central-1.")
    if facts.region("aws", value) is None:
        raise fault(
            f"{quoted(value)!r} is no region of AWS in the tables.",
            did_you_mean(value, [row.code for row in facts.regions("aws") if row.status == "ga"]),
        )
    return value


AwsRegionCode = Annotated[str, BeforeValidator(_aws_region)]
