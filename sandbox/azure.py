"""The stand-in's Azure: ARM ids, locations, names, what soft deletion and locked policies keep."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sandbox import arm, hsm, worm
from sandbox.cloud import Cloud, CloudError, Made, Naming, covers, merged, now, promised
from sandbox.facts import table
from sandbox.reshape import returned
from sandbox.sdk import STRING, ObjectOf, ResourceType
from sandbox.store import Name, Row
from sandbox.templates import render, settled
from sandbox.validate import Failure
from sandbox.values import is_unknown

_NAME_DIGITS = 8
"""Hexadecimal digits of an automatic name (pulumi-azure-native, provider/pkg/provider, AutoNameRandom)."""
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_GROUP = "azure-native:resources:ResourceGroup"


def place(location: str) -> str:
    """'West Europe' is westeurope."""
    return location.replace(" ", "").lower()


class Azure(Cloud):
    package = "azure-native"

    # Configuration

    def check_config(self, config: Mapping[str, Any]) -> list[Failure]:
        faults = []
        for key in ("subscriptionId", "tenantId", "clientId"):
            value = config.get(key)
            if isinstance(value, str) and not is_unknown(value) and not _GUID.fullmatch(value):
                faults.append(Failure(key, f"{key} must be a GUID, such as {self._who['subscription']}."))
        environments = table("azure_environments")["environments"]
        environment = config.get("environment")
        if isinstance(environment, str) and not is_unknown(environment) and environment.lower() not in environments:
            faults.append(Failure("environment", f"Wrong value: expected one of {', '.join(sorted(environments))}."))
        location = config.get("location")
        if (
            isinstance(location, str)
            and not is_unknown(location)
            and not re.fullmatch(r"[a-z][a-z0-9]*", place(location))
        ):
            faults.append(Failure("location", "This is not written as Azure writes its locations (westeurope)."))
        return faults

    def configure(self, config: Mapping[str, Any]) -> None:
        self.config = config

    @property
    def _who(self) -> Mapping[str, str]:
        return table("sandbox")["azure"]

    @property
    def subscription(self) -> str:
        return str(self.config.get("subscriptionId") or self._who["subscription"])

    @property
    def tenant(self) -> str:
        return str(self.config.get("tenantId") or self._who["tenant"])

    @property
    def environment(self) -> Mapping[str, str]:
        return table("azure_environments")["environments"][str(self.config.get("environment") or "public").lower()]

    # Check

    def fill(
        self, kind: ResourceType, inputs: dict[str, Any], olds: Mapping[str, Any], urn: str, naming: Naming
    ) -> None:
        key = self.autonamed(kind)
        if key and inputs.get(key) is None and (name := self._name(kind, key, olds, urn, naming)) is not None:
            inputs[key] = name
        if "location" in kind.inputs and inputs.get("location") is None:
            location = olds.get("location") or self.config.get("location") or self._location_of_group(inputs)
            inputs |= {"location": location} if location else {}

    def _name(self, kind: ResourceType, key: str, olds: Mapping[str, Any], urn: str, naming: Naming) -> str | None:
        if isinstance(olds.get(key), str):
            return olds[key]
        shape = self.facts(kind).get("name") or {}
        if naming.disabled:
            return None
        if naming.proposed is not None and not shape.get("uuid"):
            return naming.proposed
        if fixed := shape.get("fixed"):
            return fixed
        suffix = naming.suffix(32, urn)
        if shape.get("uuid"):
            return "-".join((suffix[:8], suffix[8:12], "4" + suffix[13:16], "8" + suffix[17:20], suffix[20:]))
        return urn.rsplit("::", 1)[-1] + suffix[:_NAME_DIGITS]

    def autonamed(self, kind: ResourceType) -> str | None:
        if "name" in (facts := self.facts(kind)):
            return facts["name"] and facts["name"].get("input", arm.own_name(kind))
        key = arm.own_name(kind)
        own = kind.inputs.get(key) if key else None
        return key if own and not own.required and own.type == STRING else None

    def _location_of_group(self, inputs: Mapping[str, Any]) -> str | None:
        group = inputs.get("resourceGroupName")
        if not isinstance(group, str) or is_unknown(group):
            return None
        id = f"/subscriptions/{self.subscription}/resourceGroups/{group}"
        found = self.find(self.sdk.resource(_GROUP), id, {})
        return found.outputs.get("location") if found else None

    def _location_above(self, id: str) -> str | None:
        """Where the nearest resource lies that the id is below: a child lives where its parent does."""
        above = {row.id.lower(): row.outputs.get("location") for row in self.store.all() if row.package == self.package}
        parts = id.lower().split("/")
        return next(
            (place(found) for end in range(len(parts) - 1, 1, -1) if (found := above.get("/".join(parts[:end])))), None
        )

    def judge(self, kind: ResourceType, inputs: Mapping[str, Any]) -> list[Failure]:
        faults = []
        for key, rule in self.facts(kind).get("form", {}).items():
            value = inputs.get(key)
            narrower = rule.get("narrower", {})
            if narrower and not re.fullmatch(narrower["matches"], str(inputs.get(narrower["where"], ""))):
                narrower = {}
            for bound in (rule, narrower) if narrower else (rule,):
                if isinstance(value, str) and not is_unknown(value) and not re.fullmatch(bound["pattern"], value):
                    faults.append(Failure(key, bound["reason"]))
                    break
        for key, rule in self.facts(kind).get("most", {}).items():
            if isinstance(value := inputs.get(key), list) and len(value) > rule["number"]:
                faults.append(Failure(key, rule["reason"]))
        return faults

    # Life of a resource

    def scope(self, kind: ResourceType, inputs: Mapping[str, Any]) -> str:
        return ""

    def make(self, kind: ResourceType, urn: str, inputs: Mapping[str, Any]) -> Made:
        worm.judge_new(kind.token, inputs)
        hsm.judge_use(self.store, kind.token, inputs, self.environment["hsm"])
        facts = self.facts(kind)
        known = {
            **inputs,
            **self.environment,
            "subscription": self.subscription,
            "tenant": self.tenant,
            "location": place(str(inputs["location"])) if inputs.get("location") else None,
            "now": now(),
        }
        id = render(arm.path(kind), known)
        if id is None:
            raise CloudError(f"{kind.token}: its ARM id {arm.path(kind)} needs a value that is not given.")
        id = re.sub(r"/{2,}", "/", f"/{id}")  # a scope may be written with a slash at either end, or with none
        name = id.rsplit("/", 1)[-1]
        known |= {"id": id, "name": name, "own": name.lower()}
        computed = {"name": name, "type": arm.type_of(id), "azureApiVersion": kind.api_version or ""}
        computed = {key: value for key, value in computed.items() if key in kind.outputs}
        if "provisioningState" in kind.outputs:
            computed["provisioningState"] = "Succeeded"
        if "location" in kind.outputs and (location := known["location"] or self._location_above(id)):
            computed["location"] = location
        computed = merged(computed, render(facts.get("outputs", {}), known))
        computed = merged(computed, hsm.key_outputs(self.store, id))
        computed |= self._own_identity(kind, id, inputs)
        given = returned(inputs, kind.inputs, kind.outputs)
        outputs = self._identified(kind, merged(merged(promised(kind, computed), given), computed))
        names = tuple(self._names(kind, inputs, {**known, **outputs, "id": id}))
        taken = f"cannot create already existing resource '{id}'"
        return Made(Row(self.package, urn, id, kind.token, dict(inputs), outputs), names, taken, self._is_put(kind))

    def _own_identity(self, kind: ResourceType, id: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The principal of a resource that asks for an identity of its own; always the same one."""
        asked = inputs.get("identity")
        kinds = str(asked.get("type", "")) if isinstance(asked, Mapping) and "identity" in kind.outputs else ""
        if "SystemAssigned" not in kinds:
            return {}
        principal = str(uuid.uuid5(uuid.NAMESPACE_URL, id.lower()))
        return {"identity": {"principalId": principal, "tenantId": self.tenant}}

    def _is_put(self, kind: ResourceType) -> bool:
        """Whether the service has it from the start: so the table says, or it has no name of its own."""
        return bool(self.facts(kind).get("put", arm.own_name(kind) is None))

    def _names(self, kind: ResourceType, inputs: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Name]:
        facts = self.facts(kind)
        if not self._is_put(kind):  # ARM compares ids without regard to case
            id = known["id"]
            yield Name("id", str(id).lower(), f"cannot create already existing resource '{id}'")
        for rule in facts.get("unique", []):
            name, recover = render(rule["name"], known), rule.get("recover", {})
            wanted: Any = inputs
            for part in str(recover.get("when", "")).split("."):
                wanted = wanted.get(part) if isinstance(wanted, Mapping) else None
            yield Name(
                f"{kind.token} {render(rule['space'], known)}",
                str(name).lower(),
                str(render(rule["refusal"], known)),
                str(render(rule.get("refusal_deleted", ""), known)),
                recover=bool(recover) and wanted == recover["is"],
            )

    def find(self, kind: ResourceType, id: str, inputs: Mapping[str, Any]) -> Row | None:
        same = (row for row in self.store.by_type(self.package, kind.token) if row.id.lower() == id.lower())
        return next(same, None)

    def change(self, kind: ResourceType, row: Row, inputs: Mapping[str, Any]) -> Row:
        changed = super().change(kind, row, inputs)
        shaped = returned(changed.outputs, kind.inputs, kind.outputs)
        changed = replace(changed, outputs=self._identified(kind, shaped))
        location = changed.outputs.get("location")
        if not isinstance(location, str) or is_unknown(location):
            return changed
        return replace(changed, outputs={**changed.outputs, "location": place(location)})

    def _identified(self, kind: ResourceType, outputs: dict[str, Any]) -> dict[str, Any]:
        """What asks for an identity of its own is given a principal, which it keeps."""
        asked, shape = outputs.get("identity"), kind.outputs.get("identity")
        if not isinstance(asked, Mapping) or shape is None or not isinstance(shape.type, ObjectOf):
            return outputs
        if "SystemAssigned" not in str(asked.get("type")) or "principalId" not in shape.type.properties:
            return outputs
        own = {"principalId": str(uuid.uuid4()), "tenantId": self.tenant}
        return {**outputs, "identity": {**own, **{key: value for key, value in asked.items() if value is not None}}}

    def judge_update(self, kind: ResourceType, row: Row, inputs: Mapping[str, Any]) -> None:
        worm.judge_change(row, inputs)
        hsm.judge_use(self.store, kind.token, inputs, self.environment["hsm"])

    def judge_delete(self, kind: ResourceType, row: Row) -> None:
        worm.judge_delete(self.store, row)

    def swept(self, row: Row) -> list[Row]:
        return [row, *self.store.under(self.package, row.id)]

    def outliving(self, row: Row) -> tuple[Name, ...]:
        if row.type.startswith(hsm.ACT):
            return ()
        kind = self.sdk.resource(row.type)
        known = {**row.outputs, **self.environment, "id": row.id, "name": row.id.rsplit("/", 1)[-1]}
        return tuple(
            Name(f"{kind.token} {render(rule['space'], known)}", str(render(rule["name"], known)).lower(), "")
            for rule in self.facts(kind).get("unique", [])
            if "refusal_deleted" in rule
        )

    # Differences

    def replaces(self, kind: ResourceType, path: str) -> bool:
        top = re.split(r"[.\\[]", path, maxsplit=1)[0]
        return top in {"location", *arm.names_in(kind)} or covers(self.facts(kind).get("replace", []), path)

    def same_place(self, kind: ResourceType, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        places = [arm.path(kind)] + [f"{rule['space']} {rule['name']}" for rule in self.facts(kind).get("unique", [])]
        own, here = arm.own_name(kind), {**self.environment, "subscription": self.subscription}
        before, after = ({**inputs, **here, "name": inputs.get(own or "")} for inputs in (old, new))
        return any((place := settled(template, before)) and place == settled(template, after) for template in places)

    def same(self, kind: ResourceType, path: str, old: Any, new: Any) -> bool:
        if path == "location" and isinstance(old, str) and isinstance(new, str):
            return place(old) == place(new)
        return old == new
