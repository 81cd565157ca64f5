"""Inputs generated from the SDK's own types: right ones pass, a single fault is found at its place and nowhere else."""

import copy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import validate
from sandbox.sdk import sdk
from tests.sandbox import generate

KINDS = [
    sdk(package).resource(f"{package}:{token}")
    for package, tokens in {
        "aws": (
            "s3/bucket:Bucket",
            "s3/bucketVersioning:BucketVersioning",  # its arguments are InitArgs
            "s3/bucketReplicationConfig:BucketReplicationConfig",
            "dynamodb/table:Table",
            "kms/key:Key",
            "organizations/policy:Policy",
            "lambda/function:Function",  # an archive
            "sqs/queuePolicy:QueuePolicy",  # text or a nested type of another module
            "wafv2/webAcl:WebAcl",
        ),
        "azure-native": (
            "storage:StorageAccount",
            "keyvault:Vault",
            "authorization:PolicyAssignment",
            "network:VirtualNetwork",
            "cosmosdb:DatabaseAccount",
            "compute:VirtualMachine",
            "dataprotection:BackupPolicy",  # one of several object types
        ),
    }.items()
    for token in tokens
]
QUICK = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@given(st.data())
@QUICK
def test_right_inputs_are_accepted(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    inputs = data.draw(generate.objects(kind.inputs))
    assert validate.inputs(inputs, kind.inputs, kind.token) == []


@given(st.data())
@QUICK
def test_a_single_fault_is_found_at_its_place(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    inputs = data.draw(generate.objects(kind.inputs))
    found = list(enumerate(generate.faults(inputs, kind.inputs)))
    data.draw(st.randoms()).shuffle(found)
    # One of each sort: unknown properties of objects, the commonest, would crowd out the others.
    for place in {(fault.where, fault.what): place for place, fault in found}.values():
        spoilt = copy.deepcopy(inputs)
        fault = list(generate.faults(spoilt, kind.inputs))[place]
        fault.spoil()
        failures = validate.inputs(spoilt, kind.inputs, kind.token)
        assert [failure.path for failure in failures] == [fault.path], fault.what
