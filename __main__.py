"""The program of a zone's stack: which zone, build it, export it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi

from components.foundation import parents
from components.mistakes import told
from components.providers import ZoneProviders
from components.zone import ResidencyZone, ResidencyZoneArgs
from sovereignty import deployment, zone


async def main() -> Mapping[str, Any]:
    with told():
        config = {key: value for key, value in pulumi.runtime.get_config_env().items() if value != ""}  # Pulumi.yaml
        stack_file = f"Pulumi.{pulumi.get_stack()}.yaml"
        target = deployment.from_config(config, stack_file)
        law = zone.load(target.zone, Path(__file__).parent / "zones")
        places = config.get(deployment.AWS_REGION), config.get(deployment.AZURE_LOCATION)
        deployment.agree(law, f"zones/{law.zone}.yaml", target, stack_file, *places)
        above, providers = await parents(target), await ZoneProviders.started(law, target)
        args = ResidencyZoneArgs(zone=law, deployment=target, parents=above, providers=providers)
        return ResidencyZone(law.zone, args).outputs


pulumi.run(main)
