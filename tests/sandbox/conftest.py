"""A stand-in served on loopback in this process, and a client that speaks the engine's protocol to it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest

from sandbox.protos import provider_pb2, provider_pb2_grpc
from sandbox.servicer import serve
from sandbox.values import read, write

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
TENANT = "00000000-0000-4000-8000-000000000002"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"


class Client:
    """What the engine does, in short. `token` is without the package: `s3/bucket:Bucket`, `storage:StorageAccount`."""

    def __init__(self, package: str, port: int, folder: Path):
        self.package, self.folder = package, folder
        self.stub = provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{port}"))

    def urn(self, token: str, name: str = "it") -> str:
        return f"urn:pulumi:dev::project::{self.package}:{token}::{name}"

    def configure(self, **config: Any) -> None:
        self.stub.Configure(provider_pb2.ConfigureRequest(args=write(config)))

    def check_config(self, **config: Any) -> dict[str, str]:
        response = self.stub.CheckConfig(provider_pb2.CheckRequest(news=write(config)))
        return {failure.property: failure.reason for failure in response.failures}

    def check(self, token: str, inputs: Mapping[str, Any], name: str = "it", **more: Any) -> Any:
        more.setdefault("randomSeed", b"seed")
        olds = write(more.pop("olds", {}))
        request = provider_pb2.CheckRequest(urn=self.urn(token, name), news=write(inputs), olds=olds, **more)
        return self.stub.Check(request)

    def faults(self, token: str, inputs: Mapping[str, Any], **more: Any) -> dict[str, str]:
        """The reasons of the failures of a check, by property path."""
        return {failure.property: failure.reason for failure in self.check(token, inputs, **more).failures}

    def filled(self, token: str, inputs: Mapping[str, Any], name: str = "it", **more: Any) -> dict[str, Any]:
        """Inputs as a check that finds nothing gives them back."""
        response = self.check(token, inputs, name, **more)
        assert not response.failures, list(response.failures)
        return read(response.inputs)

    def preview(self, token: str, inputs: Mapping[str, Any], name: str = "it") -> dict[str, Any]:
        checked = write(self.filled(token, inputs, name))
        request = provider_pb2.CreateRequest(urn=self.urn(token, name), properties=checked, preview=True)
        return read(self.stub.Create(request).properties)

    def create(self, token: str, inputs: Mapping[str, Any], name: str = "it") -> tuple[str, dict[str, Any]]:
        """The id and the outputs of a resource, checked and made."""
        checked = write(self.filled(token, inputs, name))
        made = self.stub.Create(provider_pb2.CreateRequest(urn=self.urn(token, name), properties=checked))
        return made.id, read(made.properties)

    def read(self, token: str, id: str, **inputs: Any) -> Any:
        return self.stub.Read(provider_pb2.ReadRequest(urn=self.urn(token), id=id, inputs=write(inputs)))

    def update(self, token: str, id: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(urn=self.urn(token), id=id, old_inputs=write(old), news=write(new))
        return read(self.stub.Update(request).properties)

    def delete(self, token: str, id: str, **inputs: Any) -> None:
        self.stub.Delete(provider_pb2.DeleteRequest(urn=self.urn(token), id=id, old_inputs=write(inputs)))

    def diff(self, token: str, old: Mapping[str, Any], new: Mapping[str, Any], **more: Any) -> Any:
        request = provider_pb2.DiffRequest(urn=self.urn(token), old_inputs=write(old), news=write(new), **more)
        return self.stub.Diff(request)

    def invoke(self, token: str, **arguments: Any) -> dict[str, Any]:
        response = self.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=write(arguments)))
        return read(getattr(response, "return"))


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Starts stand-ins that share one sandbox folder: `stand_in("aws", region="eu-west-1")`."""
    servers = []

    def start(package: str, **config: Any) -> Client:
        server, port = serve(package, tmp_path)
        servers.append(server)
        client = Client(package, port, tmp_path)
        client.configure(**config)
        return client

    yield start
    for server in servers:
        server.stop(0).wait()


@pytest.fixture
def aws(stand_in: Callable[..., Client]) -> Client:
    return stand_in("aws", region="eu-central-1", allowedAccountIds='["222233334444"]')


@pytest.fixture
def azure(stand_in: Callable[..., Client]) -> Client:
    return stand_in("azure-native", location="westeurope", subscriptionId=SUBSCRIPTION, tenantId=TENANT)


def refusal(call: Callable[..., Any], *arguments: Any, **more: Any) -> str:
    """The text with which a stand-in refuses a call."""
    with pytest.raises(grpc.RpcError) as caught:
        call(*arguments, **more)
    text = str(caught.value.details())  # type: ignore[attr-defined]
    assert "Traceback" not in text
    return text
