"""Arguments that are known only once something is made, and mistakes that only then come to light."""

from __future__ import annotations

from collections.abc import Callable

import pulumi

from sovereignty.errors import InputError, Problem


def checked(value: pulumi.Input[str], check: Callable[[str], None]) -> pulumi.Input[str]:
    """The same value, after `check` has raised nothing: at once for text, and when it is known for an output.

    What waits for the returned output is not made before the check, so that a bad value ends the deployment. InputError
    for text, `pulumi.RunError` for an output: of any other exception there the engine shows the stack of calls.
    """
    if isinstance(value, str):
        check(value)
        return value

    def pass_on(known: str) -> str:
        try:
            check(known)
        except InputError as mistake:
            raise ended(*mistake.problems) from mistake
        return known

    return pulumi.Output.from_input(value).apply(pass_on)


def ended(*problems: Problem) -> pulumi.RunError:
    """What a mistake ends the run with that only an output brings to light: to be raised inside `apply`.

    Of a RunError the engine shows the message, of any other exception the stack of calls. Its `__cause__` is the
    InputError: the package tells it by the wire's names.
    """
    mistake = InputError(*problems)
    told = pulumi.RunError(str(mistake))
    told.__cause__ = mistake
    return told
