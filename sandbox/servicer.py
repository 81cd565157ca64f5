# ruff: noqa: N802  the protocol names its methods
"""The provider protocol, answered by a sandbox cloud. Errors are answers with a text, never tracebacks."""

import json
import traceback
from collections.abc import Callable, Mapping
from concurrent import futures
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2

from sandbox import defaults, diff, invokes, preview, rehearsal, validate
from sandbox.aws import Aws
from sandbox.azure import Azure
from sandbox.cloud import Cloud, CloudError, Naming, covers
from sandbox.protos import plugin_pb2, provider_pb2, provider_pb2_grpc
from sandbox.schema import schema
from sandbox.sdk import ResourceType, UnknownTypeError
from sandbox.store import BrokenStoreError, NameTakenError, Store
from sandbox.validate import Failure
from sandbox.values import plain, read, write

CLOUDS: Mapping[str, type[Cloud]] = {cloud.package: cloud for cloud in (Aws, Azure)}

_MESSAGE_BYTES = 400 * 1024 * 1024
"""The engine's own limit of a message (pulumi/sdk, python/lib/pulumi/runtime/_grpc_settings.py)."""
_WORKERS = 32
_KINDS = {"add": "ADD", "delete": "DELETE", "update": "UPDATE"}


class Gone(Exception):  # noqa: N818  an answer, not a fault
    """The resource is not in the store."""


def _answering(method: Callable) -> Callable:
    """Turns what may go wrong into an answer that the engine prints as it is."""

    @wraps(method)
    def answer(self: "Provider", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except UnknownTypeError as error:
            context.abort(grpc.StatusCode.NOT_FOUND, str(error))
        except NameTakenError as error:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, str(error))
        except CloudError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        except BrokenStoreError as error:
            context.abort(grpc.StatusCode.DATA_LOSS, str(error))
        except Gone as error:
            context.abort(grpc.StatusCode.NOT_FOUND, str(error))
        except Exception as error:
            # The error's own text stays out: it may hold a value, and the value may be a secret.
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{method.__name__}: {type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
            text = (
                f"The {self.cloud.package} stand-in of the sandbox failed in {where}. That is a fault of the sandbox."
            )
            context.abort(grpc.StatusCode.INTERNAL, text)

    return answer


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One stand-in. Methods that are not here answer UNIMPLEMENTED."""

    def __init__(self, package: str, folder: Path):
        self.folder = folder
        self.cloud = CLOUDS[package](Store(folder / "store"))

    # The provider itself

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        # The engine opens secrets and output values before they come here and marks what is secret again on their way
        # back: a stand-in that accepts neither can't forget a mark.
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=self.cloud.sdk.version)

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()  # no change takes long enough to be given up

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.GetSchemaResponse(schema=schema(self.cloud.sdk))

    def Parameterize(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._refuse(
            context, "knows the API versions of the installed SDK only; no package with another version can run on it"
        )

    def Construct(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._refuse(context, f"has no component {request.type}")

    def Call(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._refuse(context, f"has no method {request.tok}")

    def _refuse(self, context: grpc.ServicerContext, what: str) -> None:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the {self.cloud.package} stand-in of the sandbox {what}")

    @_answering
    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        given = read(request.news)
        config = _config(given)
        config.pop("version", None)
        faults = validate.inputs(config, self.cloud.sdk.provider.inputs, f"provider {self.cloud.package}")
        faults = faults or self.cloud.check_config(config)
        return provider_pb2.CheckResponse(inputs=write(given), failures=_failures(faults))

    @_answering
    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Another region, account or subscription is another place: the engine is to ask each resource."""
        old, new = _config(read(request.old_inputs)), _config(read(request.news))
        found = diff.changes(old, new, lambda _, before, after: before == after)
        return _diff_response(found, lambda _: False, delete_first=False)

    @_answering
    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.cloud.configure(_config(read(request.args)))
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    # Functions

    @_answering
    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        response = provider_pb2.InvokeResponse()
        result = invokes.call(self.cloud, request.tok, read(request.args))
        if isinstance(result, Failure):
            response.failures.append(_failures([result])[0])
        else:
            getattr(response, "return").CopyFrom(write(result))
        return response

    # Resources

    @_answering
    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request)
        inputs = defaults.filled(read(request.news), kind.inputs)
        self.cloud.fill(kind, inputs, plain(read(request.olds)), request.urn, _naming(request))
        given = {key: value for key, value in inputs.items() if not (key == "tagsAll" and key not in kind.inputs)}
        faults = validate.inputs(given, kind.inputs, kind.token)
        faults = faults or self.cloud.judge(kind, inputs)
        return provider_pb2.CheckResponse(inputs=write(inputs), failures=_failures(faults))

    @_answering
    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request)
        old, new = read(request.old_inputs), read(request.news)
        ignored = list(request.ignoreChanges)
        found = [
            change
            for change in diff.changes(old, new, lambda path, a, b: self.cloud.same(kind, path, a, b))
            if not covers(ignored, change.path)
        ]
        delete_first = self.cloud.same_place(kind, old, new)
        return _diff_response(found, lambda path: self.cloud.replaces(kind, path), delete_first=delete_first)

    @_answering
    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request)
        inputs = read(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=write(preview.outputs(self.cloud, kind, inputs)))
        rehearsal.point(self.folder, "create", kind.token, "before")
        made = self.cloud.make(kind, request.urn, inputs)
        self.cloud.store.add(made.row, made.names, taken=made.taken, put=made.put)
        rehearsal.point(self.folder, "create", kind.token, "after")
        context.add_callback(lambda: self.cloud.store.told(made.row))  # when the call ends; not if it was given up
        return provider_pb2.CreateResponse(id=made.row.id, properties=write(made.row.outputs))

    @_answering
    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request)
        row = self.cloud.find(kind, request.id, read(request.inputs) or read(request.properties))
        if row is None:
            return provider_pb2.ReadResponse()  # no id: the resource is gone, or never was
        return provider_pb2.ReadResponse(id=row.id, properties=write(row.outputs), inputs=write(row.inputs))

    @_answering
    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request)
        old, inputs = read(request.old_inputs), read(request.news)
        row = self.cloud.find(kind, request.id, old)
        if request.preview:
            known = preview.outputs(self.cloud, kind, inputs, row)
            return provider_pb2.UpdateResponse(properties=write(known))
        if row is None:
            raise Gone(f"{kind.token} {request.id} is not there any more. `pulumi refresh` takes it out of the stack.")
        self.cloud.judge_update(kind, row, inputs)
        rehearsal.point(self.folder, "update", kind.token, "before")
        changed = self.cloud.change(kind, replace(row, urn=request.urn), inputs)
        self.cloud.store.change(changed)
        rehearsal.point(self.folder, "update", kind.token, "after")
        return provider_pb2.UpdateResponse(properties=write(changed.outputs))

    @_answering
    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        kind = self._kind(request)
        row = self.cloud.find(kind, request.id, read(request.old_inputs) or read(request.properties))
        rehearsal.point(self.folder, "delete", kind.token, "before")
        if row is not None:
            self.cloud.judge_delete(kind, row)
            self.cloud.store.remove(swept := self.cloud.swept(row), self._outliving(swept))
        rehearsal.point(self.folder, "delete", kind.token, "after")
        return empty_pb2.Empty()

    def _outliving(self, rows: list) -> tuple:
        return tuple(name for row in rows for name in self.cloud.outliving(row))

    def _kind(self, request: Any) -> ResourceType:
        return self.cloud.sdk.resource(request.type or request.urn.split("::")[2].rpartition("$")[2])


def _config(given: Mapping[str, Any]) -> dict[str, Any]:
    """A provider's configuration: what is no string travels as JSON in one."""

    def opened(value: Any) -> Any:
        if isinstance(value, str) and (value[:1] in "[{" or value in ("true", "false") or value.isdecimal()):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    return {key: opened(value) for key, value in given.items() if opened(value) is not None}


def _naming(request: Any) -> Naming:
    if not request.HasField("autonaming"):
        return Naming(request.randomSeed)
    options = request.autonaming
    if options.mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE:
        return Naming(request.randomSeed, disabled=True)
    return Naming(request.randomSeed, proposed=options.proposed_name or None)


def _failures(faults: list[Failure]) -> list:
    return [provider_pb2.CheckFailure(property=fault.path, reason=fault.reason) for fault in faults]


def _diff_response(found: list[diff.Change], replaces: Callable[[str], bool], *, delete_first: bool) -> Any:
    detailed, replaced = {}, []
    for change in found:
        anew = any(map(replaces, (change.path, *change.inner)))
        kind = provider_pb2.PropertyDiff.Kind.Value(_KINDS[change.kind] + ("_REPLACE" if anew else ""))
        detailed[change.path] = provider_pb2.PropertyDiff(kind=kind, inputDiff=True)
        if anew:
            replaced.append(change.path)
    response = provider_pb2.DiffResponse
    return response(
        changes=response.DIFF_SOME if found else response.DIFF_NONE,
        diffs=sorted({path.split(".")[0].split("[")[0] for path in detailed}),
        replaces=replaced,
        deleteBeforeReplace=bool(replaced) and delete_first,
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )


def serve(package: str, folder: Path) -> tuple[grpc.Server, int]:
    """Starts a stand-in on loopback; its server and its port."""
    limits = [("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)]
    server = grpc.server(futures.ThreadPoolExecutor(_WORKERS), options=limits)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(package, folder), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
