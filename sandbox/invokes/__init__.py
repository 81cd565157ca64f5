"""The functions that the stand-ins answer; any other is refused by name."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.cloud import Cloud, CloudError
from sandbox.invokes import aws, azure

ANSWERS: Mapping[str, Mapping[str, Callable[[Any, Mapping[str, Any]], Mapping[str, Any]]]] = {
    "aws": aws.ANSWERS,
    "azure-native": azure.ANSWERS,
}


def call(cloud: Cloud, token: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result of a function. Raises CloudError for one that the stand-in does not answer."""
    if answer := ANSWERS[cloud.package].get(token):
        return answer(cloud, arguments)
    if cloud.package == "azure-native" and (found := azure.get_existing(cloud, token, arguments)) is not None:
        return found
    raise CloudError(
        f"The sandbox does not answer {token}; what it answers is listed in docs/sandbox.md."
        "\n  Take the value from a resource of the program or from the stack's configuration,"
        " or run against the real cloud."
    )
