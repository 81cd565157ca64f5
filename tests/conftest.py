"""What a whole test run prints at its end. Here, since with workers only the topmost conftest speaks for the run."""

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the kill table, where tests have told of kills."""
    passed = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    told = [told for report in passed if report.when == "call" for told in report.user_properties]
    rows = [value for name, value in told if name == "kill"]
    if rows:
        terminalreporter.section("kill table")
        head = ("in the middle of", "killed", "the cloud had done it", "the next run found", "lost", "doubled")
        terminalreporter.line(f"| {' | '.join(head)} |")
        terminalreporter.line("|---|---|---|---|---|---|")
        for row in sorted(rows):
            terminalreporter.line(f"| {' | '.join(map(str, row))} |")
