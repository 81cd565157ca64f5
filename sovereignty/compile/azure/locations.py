"""Places that the built-in allowed locations leave open.

It is of mode Indexed, so it doesn't see children without tags, and it lets `global` through, which for some services
means: processed everywhere. Source: Azure/azure-policy, policyDefinitions/General/AllowedLocations_Deny.
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import Definition, all_of, exists, is_not, none_in, of_type
from sovereignty.compile.azure.scope import GLOBAL, Scope

REGION = "residency.region"
DIRECTORIES = "Microsoft.AzureActiveDirectory/b2cDirectories"
"""Directories of customers: their location is a geography, and the directory itself is no resource of Azure's. The
built-in leaves out no other type of that namespace either."""
HELD_BY_REGION = {"bot-location": "Microsoft.BotService/botServices", "maps-location": "Microsoft.Maps/accounts"}
"""They hold data of users and take the location `global` too."""


def definitions(scope: Scope) -> Iterator[Definition]:
    places = ", ".join(scope.locations)
    yield Definition(
        name="location-outside",
        control=REGION,
        title="Nothing that has a location is outside the zone",
        message=f"Set location to one of: {places}.",
        when=all_of(
            exists("location"),
            none_in("location", (*scope.locations, GLOBAL)),
            is_not("type", DIRECTORIES),
        ),
    )
    for name, kind in HELD_BY_REGION.items():
        yield Definition(
            name=name,
            control=REGION,
            title="A service that may be placed everywhere is placed in the zone",
            message=f"Set location to one of: {places}; global is processed everywhere.",
            when=all_of(of_type(kind), none_in("location", scope.locations)),
        )
    yield Definition(
        name="communication",
        control=REGION,
        title="Communication data rests where a region can be named",
        message="This service takes a geography and keeps data in a region of its own choice: use another one.",
        when={"field": "type", "like": "Microsoft.Communication/*"},
    )
