"""What can be wrong with a policy, apart from its outcome."""


class LanguageError(ValueError):
    """A document that Azure would refuse to save, or that uses what this evaluator doesn't know."""


class AssignmentError(ValueError):
    """Parameters or overrides that Azure would refuse when the assignment is made."""


class EvaluationFailed(Exception):  # noqa: N818 - Microsoft's own term: "a failed evaluation is an implicit deny"
    """The outcome is decided by something that fails in Azure, that Microsoft doesn't document, or that the case lacks.

    In Azure a failed evaluation denies the request, whatever the effect.
    """
