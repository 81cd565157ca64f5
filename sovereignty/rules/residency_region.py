"""Control residency.region: where a resource lives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from sovereignty import facts
from sovereignty.facts.azure_availability import offered
from sovereignty.plan import PROVIDER, Plan, Resource
from sovereignty.rules import aws_placement, azure_placement
from sovereignty.rules.placement import TYPE_PATH, Answer, Content, Placed, Unplaced, carried, table
from sovereignty.rules.rule import EVERY_TYPE, Example, Finding, Framework, Rule, Severity
from sovereignty.zone import Zone

AWS, AZURE = "aws", azure_placement.PACKAGE
BUILT_IN = "pulumi"

RULE = Rule(
    id="residency.region",
    title="Resources live in the zone's regions",
    why="Data is under the law of the country in which its resource stands.",
    types=EVERY_TYPE,
    mend="Use one of the zone's regions: set it on the resource, or on the provider that it is made with.",
    severity=Severity.CRITICAL,
    framework=Framework(
        name="GDPR",
        version="2016/679",
        reference="Art. 44",
        specification="General principle for transfers to third countries",
    ),
    good=[
        Example(type="aws:s3/bucket:Bucket", props={"region": "eu-west-1"}, says="a region of the zone"),
        Example(type="aws:sqs/queue:Queue", provider={"region": "eu-central-1"}, says="the provider's region"),
        Example(type="aws:iam/role:Role", props={"name": "reader"}, says="a global service that holds names only"),
        Example(
            type="azure-native_storage_v20240101:storage:StorageAccount",
            props={"location": "West Europe", "resourceGroupName": "data"},
            says="any spelling of token and place",
        ),
        Example(type="azure-native:dns:Zone", props={"location": "global"}, says="global by nature, and names only"),
        Example(type="random:index/randomId:RandomId", says="a package that places no data"),
    ],
    bad=[
        Example(type="aws:s3/bucket:Bucket", props={"region": "us-east-1"}, says="a region outside the zone"),
        Example(type="aws:sqs/queue:Queue", provider={"region": "us-west-2"}, says="the provider is outside"),
        Example(type="aws:sqs/queue:Queue", says="nobody says where"),
        Example(
            type="aws:cloudfront/distribution:Distribution",
            says="carries content to every edge, unless the zone opens it",
        ),
        Example(
            type="aws:ec2/instance:Instance",
            props={"region": "eu-central-1", "availabilityZone": "eu-central-1-ham-1a"},
            says="a Local Zone may lie in another country",
        ),
        Example(
            type="azure-native:storage/v20230101:StorageAccount",
            props={"location": "East US", "resourceGroupName": "data"},
            says="a location outside the zone",
        ),
        Example(
            type="azure-native:storage:StorageAccount", props={"location": "global"}, says="global is no place for data"
        ),
        Example(
            type="azure-native:resources:Deployment",
            props={"resourceGroupName": "data", "location": "westeurope"},
            says="a template brings other resources, unread",
        ),
        Example(type="snowflake:index/database:Database", says="a package that the law doesn't know"),
    ],
    details="""\
An AWS resource lives in its `region`, else in its provider's. An Azure resource lives in its `location`, else in its
provider's, else in its resource group's; a child or extension lives where what it belongs to does. An unknown place is
settled by what it was made from, where the stack holds that, in the pass over the whole stack. If the place of that is
known and this one is not, it was made from something else of it, and is undetermined.

- A region's own availability zones are allowed, by name and by id. Local Zones, Wavelength Zones, Outposts, edge zones
  and custom locations may stand in another country: undetermined.
- Some types are placed by further properties (a data lake's `configuration.region`, a database account's `locations`):
  the tables name them, and each is judged. Copies, replicas and destinations are judged by other controls.
- A provider places nothing by itself: what is made with it is judged. What another package's provider makes, or one
  that sends its calls to an address that is not of its region, is undetermined. The engine says the names of packages,
  and is believed: a plugin that calls itself aws is the host's matter.
- A component holds nothing: its children are judged.
- Global services are judged by dated tables (`aws_placement.yaml` and `azure_placement.yaml` in `sovereignty/facts/`):
  what holds names, permissions or settings is allowed, what carries content is refused unless the zone opens it in
  `content_bearing`.
- `edge: [acm, dnssec]` of the zone opens certificates and DNSSEC keys in us-east-1.
- What brings other resources as data (templates, scripts, Cloud Control) is undetermined; a policy's deployment of
  diagnostic settings alone is read, and judged by its own location. Undetermined, too, is a resource of a
  package that the law doesn't know, unless the pack's configuration leaves that package alone (`unjudged`).
- What may be `global` only where no location of the zone offers it (an action group, `azure_availability.yaml`) is
  undetermined in a zone that has such a location: the residual processing is what the type's component tells of.
- On a cloud in which the zone has no footprint, every resource is a violation.
""",
)


@RULE.on_resource
def judge(resource: Resource, zone: Zone) -> Iterator[Finding]:
    """What the resource shows by itself; what its stack may settle is left to the pass over the stack."""
    for answer in _locate(resource, None):
        if not (isinstance(answer, Unplaced) and answer.stack):
            yield from _say(resource, zone, answer)


@RULE.on_plan
def judge_plan(plan: Plan, zone: Zone) -> Iterator[Finding]:
    for resource in plan:
        for answer in _locate(resource, plan):
            yield from _say(resource, zone, answer)


def _locate(resource: Resource, plan: Plan | None) -> Iterable[Answer]:
    package = resource.package
    if resource.maker != package:
        return (
            Unplaced(
                TYPE_PATH,
                "another package's provider makes it, so its type doesn't say what it is",
                "Make it with a provider of its own package.",
            ),
        )
    if package == AWS:
        return aws_placement.locate(resource) if plan is None else aws_placement.settle(resource, plan)
    if package == AZURE:
        return azure_placement.locate(resource) if plan is None else azure_placement.settle(resource, plan)
    if package == BUILT_IN or resource.type.startswith(PROVIDER) or resource.component or package in _placeless():
        return ()
    if package in _carriers():
        return (carried(resource.type, _carriers()[package]),)
    return (
        Unplaced(
            TYPE_PATH,
            "the law doesn't know this package, so where its resources live is not known",
            "Use a resource of aws or azure-native; or let the pack's owner leave the package alone (`unjudged`).",
        ),
    )


@cache
def _placeless() -> frozenset[str]:
    return frozenset(row["package"] for row in table("packages")["placeless"])


@cache
def _carriers() -> Mapping[str, str]:
    return {row["package"]: row["content"] for row in table("packages")["carriers"]}


def _say(resource: Resource, zone: Zone, answer: Answer) -> Iterator[Finding]:
    footprint = {AWS: zone.aws, AZURE: zone.azure}.get(resource.package)
    if resource.package in (AWS, AZURE) and footprint is None:
        cloud = "AWS" if resource.package == AWS else "Azure"
        yield RULE.violation(
            resource,
            TYPE_PATH,
            f"zone {zone.zone} has no footprint on {cloud}",
            expected=f"no resource on {cloud}",
            mend=f"Remove the resource, or give the zone a footprint on {cloud}.",
        )
        return
    match answer:
        case Placed(path, region, by):
            if footprint is None or footprint.holds(region) or _opened(resource, zone, region):
                return
            shown = _shown(resource.package, region)
            said = f"{shown} is outside" if shown else "it is no known region, so not one of"
            says = f"{said} zone {zone.zone}{f' (from {by})' if by else ''}"
            yield RULE.violation(resource, path, says, expected=_regions(zone, resource), found=shown)
        case Content(name):
            if name and name in zone.content_bearing:
                return
            opening = f"open it in the zone file: `content_bearing: [{name}]`" if name else "ask for an exemption"
            yield RULE.violation(
                resource,
                TYPE_PATH,
                "it carries content out of every region",
                expected="a service that keeps content in the zone",
                mend=f"Remove it, or {opening}.",
            )
        case Unplaced(path, why, hint, lacking=capability):
            places = zone.azure.regions if zone.azure else ()
            if capability and not any(offered(capability, place) for place in places):
                return
            expected = _regions(zone, resource) if footprint else "a resource whose place is known"
            yield RULE.undetermined(resource, path, why, expected=expected, mend=hint)


def _opened(resource: Resource, zone: Zone, region: str) -> bool:
    return (
        resource.package == AWS
        and zone.aws is not None
        and aws_placement.exception(resource, region, zone.content_bearing, zone.edge, zone.aws.partition)
    )


def _regions(zone: Zone, resource: Resource) -> str:
    footprint = zone.aws if resource.package == AWS else zone.azure
    return f"one of {', '.join(footprint.regions)}" if footprint else ""


def _shown(package: str, region: str) -> str:
    """The place as a message may show it; nothing where the text is no place, since it may be anything."""
    return region if facts.region("aws" if package == AWS else "azure", region) else ""
