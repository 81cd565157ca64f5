# ruff: noqa: N802 (the protocol names its methods in CamelCase)
"""The analyzer: judges every resource before it is made and the whole stack after the program, and fails closed.

The engine asks for each resource (`Analyze`, inputs) and once for all of them (`AnalyzeStack`, outputs). It trusts the
level of each diagnostic, so levels are settled here. What the resource pass said is not said again by the stack pass.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2

from sovereignty.errors import InputError
from sovereignty.pack_configuration import POLICY, Configuration, Level, Section, parse
from sovereignty.plan import Plan, Resource
from sovereignty.rules.judge import Judge, distinct
from sovereignty.rules.rule import Finding, Rule
from sovereignty.stack_zone import Remark, Ruling, decide
from sovereignty.zone import Zone

from . import conversion, information
from .policies import declare

NAME = "sovereignty"
DESCRIPTION = "Refuses a plan that would place, copy or expose data outside its residency zone."
ZONE_KEY = "sovereign-zones:zone"
WHERE = "the pack's configuration"
ROOT = "pulumi:pulumi:Stack"
_LEVELS = {
    messages.ADVISORY: Level.ADVISORY,
    messages.MANDATORY: Level.MANDATORY,
    messages.REMEDIATE: Level.REMEDIATE,
    messages.DISABLED: Level.DISABLED,
}


@dataclass(frozen=True)
class Stack:
    """The stack that is judged; what nobody said is empty."""

    organization: str = ""
    project: str = ""
    stack: str = ""
    config: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    """The keys of `config` whose values are secret."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Stack:
        """A language host that keeps ConfigureStack to itself says it in the environment."""
        try:
            config = json.loads(environment.get("PULUMI_CONFIG") or "{}")
        except ValueError:
            config = {}
        return cls(
            organization=environment.get("PULUMI_ORGANIZATION", ""),
            project=environment.get("PULUMI_PROJECT", ""),
            stack=environment.get("PULUMI_STACK", ""),
            config=config if isinstance(config, dict) else {},
        )

    def named_by(self, urn: str) -> Stack:
        """The same, with stack and project out of a URN where nobody else names them."""
        parts = urn.split("::")
        stack = parts[0].rpartition(":")[2]
        project = parts[1] if len(parts) > 1 else ""
        return replace(self, project=self.project or project, stack=self.stack or stack)


def _today() -> date:
    return datetime.now(UTC).date()


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Serves one pack for one stack. `zones` are those built into the pack."""

    def __init__(
        self,
        zones: Mapping[str, Zone],
        rules: Sequence[Rule],
        version: str,
        stop: Callable[[], None] = lambda: None,
        today: Callable[[], date] = _today,
    ):
        self._zones, self._rules, self._version = zones, rules, version
        self._policies = {policy.name: policy for policy in declare(rules)}
        self._stop, self._today = stop, today
        self._stack = Stack.from_environment()
        self._configuration: Configuration = parse({}, zones, WHERE, rules)
        self._fault = ""
        self._court: tuple[Ruling, Judge | None] | None = None
        self._wishes: dict[str, Resource] = {}
        self._said: dict[str, list[Finding]] = {}
        self._introduced = False

    def Handshake(self, request: messages.AnalyzerHandshakeRequest, context: Any) -> messages.AnalyzerHandshakeResponse:
        return messages.AnalyzerHandshakeResponse()

    def GetAnalyzerInfo(self, request: empty_pb2.Empty, context: Any) -> messages.AnalyzerInfo:
        return information.of_pack(NAME, self._version, DESCRIPTION, [*self._policies.values()])

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self._version)

    def Configure(self, request: messages.ConfigureAnalyzerRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        sections = {
            name: Section(_LEVELS[part.enforcementLevel], conversion.plain(part.properties))
            for name, part in request.policyConfig.items()
        }
        self._forget()
        self._fault = ""
        try:
            self._configuration = parse(sections, self._zones, WHERE, self._rules)
        except InputError as error:
            self._fault = str(error)  # the engine should stop now; should it not, nothing passes
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"\n{error}")
        return empty_pb2.Empty()

    def ConfigureStack(
        self, request: messages.AnalyzerStackConfigureRequest, context: Any
    ) -> messages.AnalyzerStackConfigureResponse:
        secrets = frozenset(request.config_secret_keys)
        self._stack = Stack(request.organization, request.project, request.stack, dict(request.config), secrets)
        self._forget()
        return messages.AnalyzerStackConfigureResponse()

    def Analyze(self, request: messages.AnalyzeRequest, context: Any) -> messages.AnalyzeResponse:
        ruling, judge = self._judged(request.urn)
        resource = conversion.one_resource(request)
        self._wishes[resource.urn] = resource
        diagnostics = self._introduce(ruling, resource)
        if judge:
            findings = judge.resource(resource)
            self._said[resource.urn] = findings
            diagnostics += self._diagnostics(findings)
        return messages.AnalyzeResponse(diagnostics=diagnostics)

    def AnalyzeStack(self, request: messages.AnalyzeStackRequest, context: Any) -> messages.AnalyzeResponse:
        ruling, judge = self._judged(request.resources[0].urn if request.resources else "")
        plan = Plan(
            (conversion.stack_resource(message, self._wishes.get(message.urn)) for message in request.resources),
            places=self._configuration.settings.places,
        )
        diagnostics = [] if self._introduced else [self._remark(remark) for remark in ruling.remarks]
        diagnostics += self._lowered(ruling)
        if judge:
            findings = judge.plan(plan)
            for resource in plan:
                if resource.urn not in self._wishes:
                    findings += judge.resource(resource)
            said = {finding.key for findings_of_one in self._said.values() for finding in findings_of_one}
            diagnostics += self._diagnostics(f for f in distinct(findings) if f.key not in said)
        return messages.AnalyzeResponse(diagnostics=diagnostics)

    def Remediate(self, request: messages.AnalyzeRequest, context: Any) -> messages.RemediateResponse:
        return messages.RemediateResponse()  # the law refuses and never rewrites what a team declared

    def Cancel(self, request: empty_pb2.Empty, context: Any) -> empty_pb2.Empty:
        self._stop()
        return empty_pb2.Empty()

    def _forget(self) -> None:
        self._court, self._introduced = None, False
        self._wishes, self._said = {}, {}

    def _judged(self, urn: str) -> tuple[Ruling, Judge | None]:
        """The stack's zone and a judge for it. The first resource settles it: its URN may have to name the stack."""
        if self._court is None:
            stack = self._stack.named_by(urn)
            if self._fault:
                mend = "Mend the configuration: until then every plan is refused."
                self._court = Ruling(None, (Remark(f"{WHERE} can't be used:\n{self._fault}", mend),)), None
                return self._court
            ruling = decide(
                self._configuration,
                stack.organization,
                stack.project,
                stack.stack,
                stack.config.get(ZONE_KEY),
                secret=ZONE_KEY in stack.secrets,
            )
            rules = [rule for rule in self._rules if self._configuration.levels[rule.id] is not Level.DISABLED]
            unjudged = self._configuration.settings.unjudged
            self._court = ruling, Judge(ruling.zone, rules, unjudged) if ruling.zone else None
        return self._court

    def _introduce(self, ruling: Ruling, resource: Resource) -> list[messages.AnalyzeDiagnostic]:
        """What is to be said of the stack, at its root or, where that isn't shown, at each resource until it is.

        A refusal has to come before anything is made; the stack pass comes after everything is.
        """
        if resource.type == ROOT:
            self._introduced = True
            return [self._remark(remark) for remark in ruling.remarks]
        if self._introduced:
            return []
        return [self._remark(remark) for remark in ruling.remarks if not remark.advisory]

    def _remark(self, remark: Remark) -> messages.AnalyzeDiagnostic:
        level = messages.ADVISORY if remark.advisory else messages.MANDATORY
        return self._diagnostic(POLICY, f"{remark.says}\n  mend: {remark.mend}", level, "")

    def _lowered(self, ruling: Ruling) -> list[messages.AnalyzeDiagnostic]:
        """A control that the configuration lowers is named in every run, so that nobody takes silence for safety."""
        if ruling.zone is None:
            return []
        return [
            self._diagnostic(POLICY, f"{name} is {level} here by {WHERE}", messages.ADVISORY, "")
            for name, level in sorted(self._configuration.levels.items())
            if level is not Level.MANDATORY
        ]

    def _diagnostics(self, findings: Iterable[Finding]) -> list[messages.AnalyzeDiagnostic]:
        return [self._of_finding(finding) for finding in findings]

    def _of_finding(self, finding: Finding) -> messages.AnalyzeDiagnostic:
        mandatory = finding.crash or self._configuration.levels[finding.control] is Level.MANDATORY
        level, text = messages.MANDATORY if mandatory else messages.ADVISORY, finding.text()
        exemption = None if finding.crash else self._configuration.exemption(finding.control, finding.urn)
        if exemption and exemption.expires >= self._today():
            level = messages.ADVISORY
            text += (
                f"\n  exempt until {exemption.expires}: {exemption.reason} "
                f"({exemption.ticket}; owner {exemption.owner}, approved by {exemption.approver})"
            )
        elif exemption:
            text += f"\n  its exemption expired on {exemption.expires} ({exemption.ticket}; owner {exemption.owner})"
        return self._diagnostic(finding.control, text, level, finding.urn)

    def _diagnostic(
        self, policy: str, text: str, level: messages.EnforcementLevel.ValueType, urn: str
    ) -> messages.AnalyzeDiagnostic:
        declared = self._policies[policy]
        return messages.AnalyzeDiagnostic(
            policyName=policy,
            policyPackName=NAME,
            policyPackVersion=self._version,
            description=declared.description,
            message=f"{declared.description}\n{text}",
            enforcementLevel=level,
            urn=urn,
            severity=information.SEVERITIES[declared.severity],
        )
