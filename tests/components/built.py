"""A zone's components, registered with Pulumi's own test monitor: what each resource was given, and how."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

from sandbox.azure import Azure
from sandbox.cloud import Naming
from sandbox.invokes.azure import get_existing
from sandbox.store import Store
from sovereignty import deployment, zone
from sovereignty.deployment import Deployment
from sovereignty.documents import read_yaml
from sovereignty.zone import Zone

ROOT = Path(__file__).parents[2]
TOP_OU = "ou-ab12-11111111"
OU_PATH = f"o-a1b2c3d4e5/r-ab12/{TOP_OU}/ou-ab12-22222222/"
ANSWERS: dict[str, dict[str, Any]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": ["zone-a", "zone-b", "zone-c"]},
    "aws:organizations/getEntityPath:getEntityPath": {"entityId": "eu-id", "entityPath": OU_PATH},
    "aws:organizations/getPoliciesForTarget:getPoliciesForTarget": {"ids": ["p-FullAWSAccess"]},
}
"""What functions answer unless a test says otherwise."""


def declared(name: str = "eu", **changes: Any) -> Zone:
    data = read_yaml(ROOT / "zones" / f"{name}.yaml")
    assert isinstance(data, dict)
    return zone.parse({**data, **changes}, f"zones/{name}.yaml")


def deployed(name: str = "eu", **changes: Any) -> Deployment:
    target, config = deployment.load_stack(ROOT / f"Pulumi.{name}.yaml")
    assert target.zone == name
    return deployment.from_config({**config, **{f"sovereign-zones:{key}": value for key, value in changes.items()}}, "")


@dataclass(frozen=True)
class Registered:
    """A resource as the engine would get it; inputs have their names on the wire."""

    type: str
    name: str
    inputs: dict[str, Any]
    protect: bool
    parent: str
    provider: str
    hooks: tuple[str, ...]
    dependencies: tuple[str, ...]


@dataclass
class Recorder(mocks.MockMonitor):
    """Pulumi's test monitor, keeping the options as well; a resource answers with its inputs and plausible outputs."""

    seen: list[Registered] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    azure: Azure | None = None
    """The stand-in's Azure, which then makes what is Azure's: ids and outputs of their real form."""

    def __post_init__(self):
        super().__init__(_Answers(self))

    def RegisterResource(self, request):  # noqa: N802 (the protocol's name)
        if request.type != "pulumi:pulumi:Stack":
            self.seen.append(
                Registered(
                    request.type,
                    request.name,
                    pulumi.runtime.rpc.deserialize_properties(request.object),
                    request.protect,
                    request.parent,
                    request.provider,
                    tuple(request.hooks.on_error),
                    tuple(request.dependencies),
                )
            )
        with _own_loop():
            return super().RegisterResource(request)

    def Invoke(self, request):  # noqa: N802
        with _own_loop():
            return super().Invoke(request)

    def of(self, type_: str) -> list[Registered]:
        return [each for each in self.seen if each.type == type_]

    def the(self, type_: str, name: str | None = None) -> Registered:
        [found] = [each for each in self.of(type_) if name in (None, each.name)]
        return found


@contextmanager
def _own_loop() -> Iterator[None]:
    """Pulumi's test monitor makes an event loop in each of its threads, and leaves it open."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


_one_by_one = threading.RLock()
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=::)")


class _Answers(mocks.Mocks):
    def __init__(self, recorder: Recorder):
        self.recorder = recorder

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if self.recorder.azure and args.typ.startswith("azure-native:"):
            return self._made(self.recorder.azure, args)
        names = (value for key, value in args.inputs.items() if key.endswith("Name") and key != "resourceGroupName")
        name = args.inputs.get("groupId") or args.inputs.get("containerName") or next(names, args.name)
        outputs: dict[str, Any] = {"name": name, **self.recorder.answers.get(args.typ, {})}
        if args.typ == "azure-native:keyvault:Vault":
            outputs["properties"] = {**args.inputs["properties"], "vaultUri": f"https://{args.name}.vault.azure.net/"}
        if args.typ == "azure-native:storage:StorageAccount":  # asked for as a list, answered as a map
            outputs["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {}}
        return f"{args.name}-id", {"arn": f"arn:{args.name}", "state": "Unlocked", **args.inputs, **outputs}

    def _made(self, azure: Azure, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        with _one_by_one:  # CPython 3.11 can't read two sources at once, and the SDK's are read when first needed
            return self._made_alone(azure, args)

    def _made_alone(self, azure: Azure, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if whose := _GUID.search(args.provider or ""):  # a zone's provider bears the name of its subscription
            azure.configure({**azure.config, "subscriptionId": whose[0]})
        kind, inputs, urn = azure.sdk.resource(args.typ), dict(args.inputs), f"urn:{args.typ}::{args.name}"
        azure.fill(kind, inputs, {}, urn, Naming(b"always the same"))
        made = azure.make(kind, urn, inputs)
        azure.store.add(made.row, made.names, taken=made.taken, put=made.put)
        return made.row.id, {**made.row.outputs, **self.recorder.answers.get(args.typ, {})}

    def call(self, args: mocks.MockCallArgs) -> Any:
        given = {**ANSWERS, **self.recorder.answers}
        if args.token not in given and self.recorder.azure:
            with _one_by_one:
                return get_existing(self.recorder.azure, args.token, args.args)
        return given[args.token]


def azure_at(folder: Path, subscription: str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", **config: str) -> Azure:
    """An empty Azure of the stand-in's, kept in a folder of the test's; one subscription makes it all."""
    azure = Azure(Store(folder))
    azure.configure({"subscriptionId": subscription, **config})
    return azure


def build(make: Callable[[], Any], azure: Azure | None = None, /, **answers: dict[str, Any]) -> tuple[Recorder, Any]:
    """Runs `make` as a program would be run, and waits for all that it registers; gives what it returned."""
    recorder, made = Recorder(answers=answers, azure=azure), []

    async def program() -> None:
        made.append(make())
        await _settled()

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        mocks.set_mocks(
            _Answers(recorder), "sovereign-zones", "eu", preview=False, monitor=recorder, organization="organization"
        )
        loop.run_until_complete(run_pulumi_func(program))
        [result] = made
        if isinstance(result, dict):
            known = pulumi.Output.all(**result).future()
            result = loop.run_until_complete(known)
        return recorder, result
    finally:
        _end(loop)


async def _settled() -> None:
    """Waits for all outputs at once: Pulumi's own wait goes over all that are left each time that one is there."""
    outputs = pulumi.runtime.settings.SETTINGS.outputs  # pyright: ignore[reportAttributeAccessIssue]
    while left := [task for task in outputs if not task.done()]:
        done, _ = await asyncio.wait(left, return_when=asyncio.FIRST_EXCEPTION)
        if any(task.cancelled() or task.exception() for task in done):
            return  # Pulumi tells it


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Lets nothing of a program that failed reach the next test."""
    left = asyncio.all_tasks(loop)
    # else the next program waits for this one's outputs
    pulumi.runtime.settings.SETTINGS.outputs.clear()  # pyright: ignore[reportAttributeAccessIssue]
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_default_executor())
    asyncio.set_event_loop(None)
    loop.close()
