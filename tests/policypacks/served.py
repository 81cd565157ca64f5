"""The pack's analyzer, and the SDK's own server, over gRPC as the engine talks to them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto import analyzer_pb2_grpc

from policypacks.sovereignty.sovereignty_pack.analyzer import Analyzer
from policypacks.sovereignty.sovereignty_pack.serve import listen
from sovereignty.rules import RULES
from sovereignty.zone import load_all

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "policypacks" / "sovereignty"
ZONES = load_all(ROOT / "zones")
LEVELS = {"advisory": messages.ADVISORY, "mandatory": messages.MANDATORY, "disabled": messages.DISABLED}
LEVELS["remediate"] = messages.REMEDIATE
TODAY = date(2026, 11, 24)
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ROOT_STACK = "pulumi:pulumi:Stack"


class Client(analyzer_pb2_grpc.AnalyzerStub):
    """A stub with the calls of a test."""

    def stack(self, organization: str = "acme", **config: str) -> None:
        zone = {"sovereign-zones:zone": config["zone"]} if "zone" in config else {}
        self.ConfigureStack(
            messages.AnalyzerStackConfigureRequest(
                organization=organization, project="shop", stack="prod", dry_run=True, config=zone
            )
        )

    def configure(self, data: Mapping[str, Any]) -> None:
        """As the engine does it: a level for every policy, and `all` among them."""
        everybody = data.get("all")
        request = messages.ConfigureAnalyzerRequest()
        for policy in self.GetAnalyzerInfo(empty_pb2.Empty()).policies:
            request.policyConfig[policy.name].enforcementLevel = (
                LEVELS[everybody] if everybody else policy.enforcementLevel
            )
        for name, part in data.items():
            part = {"enforcementLevel": part} if isinstance(part, str) else dict(part)
            level = part.pop("enforcementLevel", None)
            if level or name not in request.policyConfig:
                request.policyConfig[name].enforcementLevel = LEVELS[level or "mandatory"]
            request.policyConfig[name].properties.update(json.loads(json.dumps(part)))
        self.Configure(request)

    def analyze(self, kind: str, props: Mapping[str, Any] | None = None, name: str = "it", **options: Any) -> list[Any]:
        return list(self.Analyze(asked(kind, props, name, **options)).diagnostics)

    def analyze_stack(self, *resources: messages.AnalyzerResource) -> list[Any]:
        return list(self.AnalyzeStack(messages.AnalyzeStackRequest(resources=resources)).diagnostics)


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:prod::shop::{kind}::{name}"


def struct(data: Mapping[str, Any] | None) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(dict(data or {}))
    return made


def asked(
    kind: str, props: Mapping[str, Any] | None = None, name: str = "it", provider: Mapping[str, Any] | None = None
) -> messages.AnalyzeRequest:
    """A resource as the resource pass shows it; what has no provider is a component."""
    request = messages.AnalyzeRequest(type=kind, urn=urn(kind, name), name=name, properties=struct(props))
    if provider is not None:
        maker = f"pulumi:providers:{kind.partition(':')[0]}"
        request.provider.CopyFrom(
            messages.AnalyzerProviderResource(type=maker, urn=urn(maker, "p"), name="p", properties=struct(provider))
        )
    return request


def finished(
    kind: str,
    outputs: Mapping[str, Any] | None = None,
    name: str = "it",
    provider: Mapping[str, Any] | None = None,
    made_from: Mapping[str, list[str]] | None = None,
) -> messages.AnalyzerResource:
    """A resource as the stack pass shows it."""
    one = asked(kind, outputs, name, provider)
    made = messages.AnalyzerResource(type=one.type, urn=one.urn, name=name, properties=one.properties)
    if one.HasField("provider"):
        made.provider.CopyFrom(one.provider)
    for key, urns in (made_from or {}).items():
        made.propertyDependencies[key].urns.extend(urns)
    return made


@contextmanager
def client(servicer: analyzer_pb2_grpc.AnalyzerServicer) -> Iterator[Client]:
    server, port = listen(servicer)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Client(channel)
    server.stop(grace=None).wait()


def analyzer(rules: Any = RULES) -> Analyzer:
    return Analyzer(ZONES, rules, "1.2.3", today=lambda: TODAY)
