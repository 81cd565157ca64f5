"""The stand-in's AWS: accounts, regions, ARNs, names, tags."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox import forms, worm
from sandbox.cloud import Cloud, CloudError, Made, Naming, covers, now, promised
from sandbox.facts import table
from sandbox.sdk import STRING, ResourceType
from sandbox.store import Name, Row
from sandbox.templates import render, settled
from sandbox.validate import Failure
from sandbox.values import holds_unknown, is_unknown

_NAME_DIGITS = 7
"""Hexadecimal digits of an automatic name, after a hyphen (pulumi-terraform-bridge, tfbridge/names.go)."""
ORGANIZATION = "aws:organizations/organization:Organization"
_ACCOUNT = re.compile(r"\d{12}")


def partition_of(region: str) -> str | None:
    """The partition that a region's code belongs to, by its form."""
    for name, partition in table("aws_partitions")["partitions"].items():
        if re.fullmatch(partition["regions"], region):
            return name
    return None


class Aws(Cloud):
    package = "aws"

    # Configuration

    def check_config(self, config: Mapping[str, Any]) -> list[Failure]:
        faults = []
        region = config.get("region")
        if isinstance(region, str) and not is_unknown(region) and not config.get("skipRegionValidation"):
            faults += [Failure("region", reason) for reason in _region_faults(region)]
        for key in ("allowedAccountIds", "forbiddenAccountIds"):
            for place, account in enumerate(_listed(config, key)):
                if isinstance(account, str) and not is_unknown(account) and not _ACCOUNT.fullmatch(account):
                    faults.append(Failure(f"{key}[{place}]", "An AWS account id has twelve digits."))
        if config.get("allowedAccountIds") and config.get("forbiddenAccountIds"):
            faults.append(
                Failure("forbiddenAccountIds", "Give allowedAccountIds or forbiddenAccountIds, not both of them.")
            )
        return faults

    def configure(self, config: Mapping[str, Any]) -> None:
        if not config.get("region"):
            raise CloudError(
                "The AWS provider has no region."
                "\n  Set aws:region in the stack's configuration, or region on the provider."
            )
        self.config = config
        for key, allowed in (("allowedAccountIds", True), ("forbiddenAccountIds", False)):
            if (ids := _listed(config, key)) and not holds_unknown(ids) and (self.account in ids) != allowed:
                raise CloudError(
                    f"AWS account id not allowed: the provider's account {'is not' if allowed else 'is'} in its {key}."
                    "\n  Assume a role in an allowed account, or correct the list."
                )

    @property
    def region(self) -> str:
        return str(self.config["region"])

    @property
    def account(self) -> str:
        """The account that the last assumed role is in, else the first allowed one, else the sandbox's own."""
        for role in reversed(_listed(self.config, "assumeRoles")):
            arn = str(role.get("roleArn", "")).split(":") if isinstance(role, Mapping) else []
            if len(arn) > 4 and _ACCOUNT.fullmatch(arn[4]):
                return arn[4]
        allowed = _listed(self.config, "allowedAccountIds")
        return str(allowed[0]) if allowed and not is_unknown(allowed[0]) else table("sandbox")["aws"]["account"]

    @property
    def partition(self) -> str:
        return partition_of(self.region) or "aws"

    @property
    def default_tags(self) -> Mapping[str, Any]:
        tags = self.config.get("defaultTags")
        return (tags.get("tags") or {}) if isinstance(tags, Mapping) else {}

    @property
    def facts_of_partition(self) -> Mapping[str, str]:
        return table("aws_partitions")["partitions"][self.partition]

    # Check

    def fill(
        self, kind: ResourceType, inputs: dict[str, Any], olds: Mapping[str, Any], urn: str, naming: Naming
    ) -> None:
        own = kind.inputs.get("region")  # one type, of Incident Manager, has a list of that name
        if own and own.type == STRING and inputs.get("region") is None:
            inputs["region"] = self.region
        self._name(kind, inputs, olds, urn, naming)
        inputs.pop("tagsAll", None)
        if "tags" in kind.inputs and "tagsAll" in kind.outputs:
            inputs["tagsAll"] = self._all_tags(inputs.get("tags"))

    def _name(
        self, kind: ResourceType, inputs: dict[str, Any], olds: Mapping[str, Any], urn: str, naming: Naming
    ) -> None:
        key = self.autonamed(kind)
        prefix_key = f"{key}Prefix"
        if key is None or inputs.get(key) is not None:
            return
        if isinstance(olds.get(key), str) and olds.get(prefix_key) == inputs.get(prefix_key):
            inputs[key] = olds[key]
        elif prefix_key in kind.inputs and inputs.get(prefix_key) is not None:
            return  # the cloud adds the suffix when it makes the resource
        elif naming.proposed is not None:
            inputs[key] = naming.proposed
        elif not naming.disabled:
            shape = self.facts(kind).get("name", {})
            name = f"{urn.rsplit('::', 1)[-1]}-{naming.suffix(_NAME_DIGITS, urn)}"
            name = shape.get("prefix", "") + (name.lower() if shape.get("lower") else name)
            inputs[key] = name + (".fifo" if inputs.get("fifoQueue") is True or inputs.get("fifoTopic") is True else "")

    def autonamed(self, kind: ResourceType) -> str | None:
        if "name" in (facts := self.facts(kind)):
            return facts["name"] and facts["name"]["input"]
        name = kind.inputs.get("name")
        return "name" if name and not name.required and name.type == STRING else None

    def _all_tags(self, tags: Any) -> Any:
        """The provider's default tags with the resource's own over them (pulumi-aws, provider/tags.go)."""
        defaults, ignored = self.default_tags, self.config.get("ignoreTags")
        ignored = ignored if isinstance(ignored, Mapping) else {}
        if not isinstance(tags, Mapping | None) or not isinstance(defaults, Mapping) or holds_unknown([tags, defaults]):
            return tags
        keys, prefixes = ignored.get("keys") or [], tuple(ignored.get("keyPrefixes") or [])
        merged = {**defaults, **(tags or {})}
        return {key: merged[key] for key in sorted(merged) if key not in keys and not key.startswith(prefixes)}

    def judge(self, kind: ResourceType, inputs: Mapping[str, Any]) -> list[Failure]:
        region = inputs.get("region")
        if "region" not in kind.inputs or not isinstance(region, str) or is_unknown(region):
            return []
        faults = _region_faults(region)
        if not faults and (there := partition_of(region)) != self.partition:
            faults = [f"This region is in partition {there}, the provider's in {self.partition}. Use one of the same."]
        return [Failure("region", fault) for fault in faults]

    # Life of a resource

    def scope(self, kind: ResourceType, inputs: Mapping[str, Any]) -> str:
        region = inputs.get("region", self.region) if "region" in kind.inputs else ""
        return f"{self.account}/{region}"

    def make(self, kind: ResourceType, urn: str, inputs: Mapping[str, Any]) -> Made:
        facts = self.facts(kind)
        known = self._known(urn, inputs, facts.get("outputs", {}))
        key = self.autonamed(kind)
        if key and inputs.get(key) is None and (prefix := inputs.get(f"{key}Prefix")):
            known[key] = render(f"{prefix}{{digits:26}}", {})
        shape = _id_template(facts, inputs)
        id = render(shape, known) if shape else forms.id_like(kind.import_example, known, key)
        template = facts.get("arn") or forms.arn_like(kind, known, key)
        arn = render(template, {**known, "id": id} if id else known)
        if "arn" in kind.outputs and "arn" not in kind.inputs:
            known["arn"] = arn
        id = str(id or render(facts.get("id"), known) or arn)
        known["id"] = id
        named = {name: known[name] for name in (key, "arn") if name and known.get(name) is not None}
        computed = {**named, **render(facts.get("outputs", {}), known)}
        computed |= worm.retention(self.store, kind.token, inputs)
        outputs = {**promised(kind, computed), **computed, **inputs}
        taken = render(facts.get("taken"), known) or f"ResourceAlreadyExists: {kind.token} {id} already exists."
        row = Row(self.package, urn, id, kind.token, dict(inputs), outputs, self.scope(kind, inputs))
        return Made(row, tuple(self._names(kind, known)), taken, put=bool(facts.get("put")))

    def _known(self, urn: str, inputs: Mapping[str, Any], decided: Mapping[str, Any]) -> dict[str, Any]:
        """What templates may name: the inputs, else what AWS always decides, and where the resource is made."""
        who = table("sandbox")["aws"]
        region = inputs.get("region", self.region)
        return {
            **{name: value for name, value in decided.items() if isinstance(value, str) and "{" not in value},
            **inputs,
            "host": str(inputs.get("url", "")).removeprefix("https://"),
            "primary": str(inputs.get("primaryKeyArn", "")).rpartition("/")[2],
            "logical": urn.rsplit("::", 1)[-1],
            "account": self.account,
            "partition": self.partition,
            "suffix": self.facts_of_partition["suffix"],
            "region": region,
            "now": now(),
            "organization": who["organization"],
            "root": who["root"],
            "root_suffix": who["root"].removeprefix("r-"),
        }

    def _names(self, kind: ResourceType, known: Mapping[str, Any]) -> Iterator[Name]:
        for rule in self.facts(kind).get("unique", []):
            space, name = render(rule["space"], known), render(rule["name"], known)
            if space is not None and name is not None:
                refusal, deleted = (str(render(rule.get(key, ""), known)) for key in ("refusal", "refusal_deleted"))
                yield Name(f"{rule.get('of', kind.token)} {space}", str(name), refusal, deleted)

    def find(self, kind: ResourceType, id: str, inputs: Mapping[str, Any]) -> Row | None:
        place = re.fullmatch(r"(.+)@([a-z0-9-]+)", id)
        if place and partition_of(place[2]):  # how an import says that the resource is not in the provider's region
            id, inputs = place[1], {"region": place[2]}
        found = self.store.by_id(self.package, kind.token, id, self.scope(kind, inputs))
        return found or self._given(kind, id)

    def _given(self, kind: ResourceType, id: str) -> Row | None:
        """What the sandbox's accounts have from the start: they are in an organization, which a program may adopt."""
        if kind.token != ORGANIZATION or id != table("sandbox")["aws"]["organization"]:
            return None
        row = self.make(kind, "", {"featureSet": "ALL"}).row
        self.store.add(row, put=True)
        self.store.told(row)
        return row

    def outliving(self, row: Row) -> tuple[Name, ...]:
        kind = self.sdk.resource(row.type)
        kept = [rule for rule in self.facts(kind).get("unique", []) if "outlives" in rule]
        if not kept or any(row.inputs.get(rule["outlives"]["unless"]) == rule["outlives"]["is"] for rule in kept):
            return ()
        return tuple(self._names(kind, self._known(row.urn, {**row.outputs, **row.inputs}, {})))

    def judge_delete(self, kind: ResourceType, row: Row) -> None:
        worm.judge_object(row)
        for rule in self.facts(kind).get("kept_by", []):
            unless = rule.get("unless")
            if unless and row.inputs.get(unless):
                continue
            for token in rule["types"]:
                for other in self.store.by_type(self.package, token):
                    if other.inputs.get(rule["input"]) == row.id:
                        raise CloudError(str(render(rule["refusal"], {**row.outputs, "id": row.id, "other": other.id})))

    # Differences

    def replaces(self, kind: ResourceType, path: str) -> bool:
        top = re.split(r"[.\[]", path, maxsplit=1)[0]
        return (top == "region" and "region" in kind.inputs) or covers(self.facts(kind).get("replace", []), path)

    def same_place(self, kind: ResourceType, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        key, facts = self.autonamed(kind), self.facts(kind)
        if key and old.get(key) is not None and old.get(key) == new.get(key):
            return True
        places = [facts.get("id", "")] + [f"{rule['space']} {rule['name']}" for rule in facts.get("unique", [])]
        before, after = (self._known("", inputs, {}) for inputs in (old, new))
        return any((place := settled(template, before)) and place == settled(template, after) for template in places)

    def same(self, kind: ResourceType, path: str, old: Any, new: Any) -> bool:
        return old == new or (isinstance(old, str) and isinstance(new, str) and _same_document(old, new))


def _id_template(facts: Mapping[str, Any], inputs: Mapping[str, Any]) -> str | None:
    other = facts.get("id_where")
    return other["id"] if other and inputs.get(other["input"]) == other["is"] else facts.get("id")


def _listed(config: Mapping[str, Any], key: str) -> list[Any]:
    """A list of the configuration; empty where it is absent or not known yet."""
    return value if isinstance(value := config.get(key), list) else []


def _same_document(old: str, new: str) -> bool:
    """Whether two texts are one JSON document: AWS gives policies back in another layout than it got them."""
    if not (old[:1] in "{[" and new[:1] in "{["):
        return False
    try:
        return json.loads(old) == json.loads(new)
    except ValueError:
        return False


def _region_faults(region: str) -> list[str]:
    if partition_of(region):
        return []
    # Not repeated: it may be a secret. (The engine itself shows the value of a property that fails.)
    return ["This is not written as AWS writes its regions. Use a code such as eu-central-1."]
