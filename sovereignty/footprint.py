"""The regions of each cloud in which a zone's data may live."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from sovereignty import facts
from sovereignty.schema import ListOf, Model, Switch, fault, kind, quoted, text


def _azure_spelling(value: object) -> object:
    return facts.azure_location(value) if isinstance(value, str) else value


def _partition(cloud: str) -> Any:
    def check(value: object) -> str:
        known = facts.partitions(cloud)
        if isinstance(value, str) and value in known:
            return value
        found = quoted(value) if isinstance(value, str) else kind(value)
        raise fault(f"{found} is not one of its values.", f"Use one of: {', '.join(known)}.")

    return BeforeValidator(check)


AwsRegion = Annotated[str, text("eu-central-1")]
AzureLocation = Annotated[str, BeforeValidator(_azure_spelling), text("germanywestcentral")]
GcpRegion = Annotated[str, text("europe-west3")]


class AwsFootprint(Model):
    """Where a zone lives on AWS. `home` is where regional resources are made by default."""

    CLOUD: ClassVar[str] = "aws"
    partition: Annotated[str, _partition("aws")] = Field(examples=["aws"])
    home: AwsRegion = Field(examples=["eu-central-1"])
    regions: Annotated[tuple[AwsRegion, ...], ListOf] = Field(examples=["[eu-central-1, eu-west-1]"])

    def holds(self, region: str) -> bool:
        """Whether the region is one of the zone's."""
        return region in self.regions


class AzureFootprint(Model):
    """Where a zone lives on Azure. Locations are kept as Azure compares them: `westeurope`."""

    CLOUD: ClassVar[str] = "azure"
    cloud: Annotated[str, _partition("azure")] = Field(examples=["public"])
    home: AzureLocation = Field(examples=["germanywestcentral"])
    regions: Annotated[tuple[AzureLocation, ...], ListOf] = Field(examples=["[germanywestcentral, westeurope]"])
    geo_redundancy: Switch = False
    """Whether copies may be kept in the pair of a location, where the zone holds the pair."""

    def holds(self, location: str) -> bool:
        """Whether the location, in any spelling ('West Europe'), is one of the zone's."""
        return facts.azure_location(location) in self.regions

    def paired_inside(self) -> tuple[str, ...]:
        """Those of its locations whose pair the zone holds as well, whether or not copies may be kept there."""
        rows = (facts.region(self.CLOUD, location) for location in self.regions)
        return tuple(row.code for row in rows if row and row.paired in self.regions)


class GcpFootprint(Model):
    """Where a zone lives on Google Cloud."""

    CLOUD: ClassVar[str] = "gcp"
    home: GcpRegion = Field(examples=["europe-west3"])
    regions: Annotated[tuple[GcpRegion, ...], ListOf] = Field(examples=["[europe-west3, europe-west4]"])

    def holds(self, region: str) -> bool:
        """Whether the region is one of the zone's."""
        return region in self.regions


Footprint = AwsFootprint | AzureFootprint | GcpFootprint
