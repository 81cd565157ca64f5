"""How the sandbox runs the policy pack: as an organization does, whose configuration says which zone judges a stack."""

from __future__ import annotations

import json
from pathlib import Path

from sandbox.environment import Sandbox
from sovereignty import pack_configuration
from sovereignty import zone as zones

ROOT = Path(__file__).resolve().parents[1]
PACK = ROOT / "policypacks" / "sovereignty"
PACK_CONFIGURATION = ROOT / "sandbox" / "pack.json"
"""What is judged beside the zones' own stacks."""


def packed(sandbox: Sandbox) -> list[str]:
    """The engine's arguments for the pack. Each declared zone judges the repository's stack of its name, so that a zone
    is added by its two files. InputError where a zone, or pack.json, is wrong."""
    declared = zones.load_all(ROOT / "zones")
    pack_configuration.load(PACK_CONFIGURATION, declared)
    configuration = json.loads(PACK_CONFIGURATION.read_text(encoding="utf-8"))
    own = [{"match": f"organization/sovereign-zones/{zone}", "zone": zone} for zone in declared]
    configuration["sovereignty"]["stacks"] = [*own, *configuration["sovereignty"]["stacks"]]
    file = sandbox.folder / "pack.json"
    file.write_text(json.dumps(configuration, indent=2), encoding="utf-8")
    return ["--policy-pack", str(PACK), "--policy-pack-config", str(file)]
