"""What a whole test run prints at its end. Here, since with workers only the topmost conftest speaks for the run."""

from typing import Any

TABLES = {
    "kill": (
        "kill table",
        ("in the middle of", "killed", "the cloud had done it", "the next run found", "lost", "doubled"),
    ),
    "proof": ("proofs", ("what", "requests judged", "differences")),
    "mutations": ("mutations", ("of", "faults", "faults that are none", "survivors")),
}


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the tables that tests have told rows of."""
    passed = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    told = [told for report in passed if report.when == "call" for told in report.user_properties]
    for name, (title, head) in TABLES.items():
        rows = sorted({tuple(map(str, value)) for told_name, value in told if told_name == name})
        if rows:
            terminalreporter.section(title)
            terminalreporter.line(f"| {' | '.join(head)} |")
            terminalreporter.line("|---" * len(head) + "|")
            for row in rows:
                terminalreporter.line(f"| {' | '.join(row)} |")
