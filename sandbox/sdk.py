"""The types of a provider, read from its installed Python SDK.

The SDK is generated code of one shape, so its types can be read from the source of the one class that is asked for:
nothing is imported (an import costs 0.3 s a service), and a class takes about a millisecond. Names and optionality come
from a class's getters, constants and defaults from its `__init__`.
"""

import ast
import importlib.util
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property, lru_cache
from pathlib import Path

from sovereignty import syntax


@dataclass(frozen=True)
class Scalar:
    """`string`, `integer`, `number` or `boolean`."""

    kind: str


@dataclass(frozen=True)
class Anything:
    """A value that the SDK leaves open (`Any`)."""


@dataclass(frozen=True)
class Blob:
    """An asset or an archive."""

    kinds: frozenset[str]


@dataclass(frozen=True)
class Enumeration:
    name: str
    values: tuple[str | int | float, ...]
    open: bool = False
    """Whether the SDK allows any other string as well."""


@dataclass(frozen=True)
class ListOf:
    item: "Type"


@dataclass(frozen=True)
class MapOf:
    item: "Type"


@dataclass(frozen=True)
class OneOf:
    options: tuple["Type", ...]


@dataclass(frozen=True)
class ObjectOf:
    """An object type, by the folder of its module, its file and its class: read when it is needed."""

    folder: Path
    file: str
    name: str

    @property
    def properties(self) -> Mapping[str, "Property"]:
        return _properties(self.folder, self.file, self.name)


Type = Scalar | Anything | Blob | Enumeration | ListOf | MapOf | OneOf | ObjectOf


@dataclass(frozen=True)
class Property:
    """A property under the name that it has on the wire."""

    name: str
    type: Type
    required: bool
    constant: object = None
    default: object = None


STRING = Scalar("string")
_SCALARS = {"str": STRING, "int": Scalar("integer"), "float": Scalar("number"), "bool": Scalar("boolean")}


def site(package: str) -> Path:
    """The folder of an installed package, without importing it. Raises ModuleNotFoundError."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed in this environment: {sys.prefix}")
    return Path(spec.origin).parent


class UnknownTypeError(LookupError):
    """A token that the SDK has no resource for; the text says which one may be meant."""


class Sdk:
    """One provider's installed SDK."""

    def __init__(self, package: str):
        self.package = package
        self.module = "pulumi_" + package.replace("-", "_")
        self.folder = site(self.module)

    @cached_property
    def version(self) -> str:
        return json.loads((self.folder / "pulumi-plugin.json").read_text())["version"]

    @cached_property
    def index(self) -> Mapping[str, tuple[str, str]]:
        """Resource token -> (module, class); the provider's own resource is not in it."""
        source = (self.folder / "__init__.py").read_text(encoding="utf-8")
        found = re.search(r'resource_modules="""(.*?)"""', source, re.S)
        if found is None:
            raise RuntimeError(f"{self.folder}/__init__.py holds no list of resource modules: an SDK of another make")
        modules = json.loads(found.group(1))
        return {token: (entry["fqn"], name) for entry in modules for token, name in entry["classes"].items()}

    def resource(self, token: str) -> "ResourceType":
        """The resource type of a token. Raises UnknownTypeError."""
        return _resource(self, token)

    @cached_property
    def provider(self) -> "ResourceType":
        """The provider's own configuration."""
        return ResourceType(self.package, f"pulumi:providers:{self.package}", self.folder, "provider.py", "Provider")


@lru_cache(maxsize=4)
def sdk(package: str) -> Sdk:
    return Sdk(package)


@cache
def _resource(of: Sdk, token: str) -> "ResourceType":
    if token not in of.index:
        raise UnknownTypeError(_no_such_type(of, token))
    module, name = of.index[token]
    folder = of.folder.joinpath(*module.split(".")[1:])
    return ResourceType(of.package, token, folder, _file_of(folder, name, token), name)


def _no_such_type(of: Sdk, token: str) -> str:
    text = f"{token} is not a resource type of pulumi-{of.package} {of.version}, whose types this stand-in goes by."
    near = get_close_matches(token, of.index, n=1)
    return f"{text}\n  Did you mean {near[0]}?" if near else f"{text}\n  Look the token up in the provider's reference."


def _file_of(folder: Path, name: str, token: str) -> str:
    mark = f'@pulumi.type_token("{token}")'
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    named = folder / f"{snake}.py"
    if named.is_file() and mark in _source(folder, named.name):
        return named.name
    for path in sorted(folder.glob("[!_]*.py")):
        if mark in _source(folder, path.name):
            return path.name
    raise RuntimeError(f"{folder}: no file holds {mark}")


@dataclass(frozen=True)
class ResourceType:
    """A resource type: what goes in, what comes out, and what its documentation shows."""

    package: str
    token: str
    folder: Path
    file: str
    name: str

    @cached_property
    def inputs(self) -> Mapping[str, Property]:
        return _properties(self.folder, self.file, self._arguments)

    @cached_property
    def outputs(self) -> Mapping[str, Property]:
        return _properties(self.folder, self.file, self.name)

    @cached_property
    def _arguments(self) -> str:
        """The class of the arguments: the one that `__init__` names. (`<Class>Args` may be a nested type instead.)"""
        text = _class_text(self.folder, self.file, self.name)
        found = re.search(
            r"^    def __init__\(__self__,\s+resource_name: str,\s+args: (?:Optional\[)?'?(\w+)", text, re.M
        )
        if found is None:
            raise RuntimeError(f"{self.folder}/{self.file}: {self.name} names no class of arguments")
        return found.group(1)

    @cached_property
    def import_example(self) -> str | None:
        """The id in the documentation's example of an import, where there is one."""
        text = _class_text(self.folder, self.file, self.name)
        found = re.search(rf"\$ pulumi import {re.escape(self.token)} \S+ (\S+)", text)
        return found.group(1).strip("\"'") if found else None

    @cached_property
    def api_version(self) -> str | None:
        """The Azure API version that the documentation names."""
        found = re.search(r"Uses Azure REST API version (\S+?)\.\s", _class_text(self.folder, self.file, self.name))
        return found.group(1) if found else None


# Reading source


@lru_cache(maxsize=256)
def _source(folder: Path, file: str) -> str:
    try:
        return (folder / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


@lru_cache(maxsize=256)
def _classes(folder: Path, file: str) -> Mapping[str, tuple[int, int]]:
    """Where each class of a file begins and ends."""
    source = _source(folder, file)
    starts = [(match.group(1), match.start()) for match in re.finditer(r"^class (\w+)", source, re.M)]
    ends = [start for _, start in starts][1:] + [len(source)] * bool(starts)
    return {name: (start, end) for (name, start), end in zip(starts, ends, strict=True)}


def _class_text(folder: Path, file: str, name: str) -> str:
    start, end = _classes(folder, file)[name]
    # What stands unindented at the end are the decorators of the class that follows.
    return re.sub(r"(?:^\S.*\n|^\n)+\Z", "", _source(folder, file)[start:end], flags=re.M)


@cache
def _properties(folder: Path, file: str, name: str) -> Mapping[str, Property]:
    tree = syntax.tree(_class_text(folder, file, name)).body[0]
    if not isinstance(tree, ast.ClassDef):
        raise RuntimeError(f"{folder}/{file}: {name} is not a class")
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    constants, defaults = _set_by_constructor(functions)
    found = {}
    for function in functions:
        wire = _wire_name(function)
        if wire is None or function.returns is None:
            continue
        annotation, optional = _open(function.returns)
        found[wire] = Property(
            name=wire,
            type=_type(folder, annotation),
            required=not optional,
            constant=constants.get(function.name),
            default=defaults.get(function.name),
        )
    return found


def _wire_name(function: ast.FunctionDef) -> str | None:
    """The name of a getter on the wire: `@pulumi.getter(name="…")`, or its own with a bare `@pulumi.getter`."""
    for decorator in function.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(call, ast.Attribute) and call.attr == "getter":
            keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
            return next((ast.literal_eval(word.value) for word in keywords if word.arg == "name"), function.name)
    return None


def _set_by_constructor(functions: list[ast.FunctionDef]) -> tuple[dict[str, object], dict[str, object]]:
    """Constants (`pulumi.set(__self__, "type", 'X')`) and defaults (`if x is None: x = 'X'`), by Python name."""
    constants: dict[str, object] = {}
    defaults: dict[str, object] = {}
    for node in (node for function in functions if function.name == "__init__" for node in function.body):
        match node:
            case ast.Expr(ast.Call(ast.Attribute(attr="set"), [_, ast.Constant(str() as name), ast.Constant(value)])):
                constants[name] = value
            case ast.If(ast.Compare(ast.Name(name), [ast.Is()]), [ast.Assign([ast.Name()], ast.Constant(value))]):
                defaults[name] = value
    return constants, defaults


def _open(annotation: ast.expr) -> tuple[ast.expr, bool]:
    """An annotation without Input, Output and Optional, and whether there was an Optional."""
    optional = False
    while isinstance(annotation, ast.Subscript) and (name := _last(annotation.value)) in (
        "Input",
        "Output",
        "Optional",
    ):
        optional = optional or name == "Optional"
        annotation = annotation.slice
    return annotation, optional


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _type(folder: Path, annotation: ast.expr) -> Type:
    annotation, _ = _open(annotation)
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return _named(folder, annotation.value)
    if isinstance(annotation, ast.Subscript):
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        match _last(annotation.value):
            case "Sequence":
                return ListOf(_type(folder, parts[0]))
            case "Mapping":
                return MapOf(_type(folder, parts[1]))
            case "Union":
                return _union(folder, parts)
    match _last(annotation):
        case "Any":
            return Anything()
        case "Asset" | "Archive" as kind:
            return Blob(frozenset({kind.lower()}))
        case name if name in _SCALARS:
            return _SCALARS[name]
    raise RuntimeError(f"{folder}: cannot read the type {ast.unparse(annotation)}")


def _union(folder: Path, parts: list[ast.expr]) -> Type:
    options: list[Type] = []
    for part in parts:
        # `XArgsDict` is the same type as `XArgs`, written for literal dictionaries.
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.endswith("ArgsDict"):
            continue
        option = _type(folder, part)
        options.extend(option.options if isinstance(option, OneOf) else (option,))
    blobs = frozenset().union(*(option.kinds for option in options if isinstance(option, Blob)))
    if blobs:
        options = [option for option in options if not isinstance(option, Blob)] + [Blob(blobs)]
    enums = [option for option in options if isinstance(option, Enumeration)]
    if STRING in options and enums:
        rest = [option for option in options if option != STRING and not isinstance(option, Enumeration)]
        options = [Enumeration(enum.name, enum.values, open=True) for enum in enums] + rest
    options = list(dict.fromkeys(options))
    return options[0] if len(options) == 1 else OneOf(tuple(options))


def _named(folder: Path, name: str) -> Type:
    """A forward reference: a nested type, an enumeration, or a resource (whose id goes over the wire)."""
    *prefix, name = name.split(".")
    for part in prefix:
        if part != "outputs":
            folder = folder.parent / part.removeprefix("_")
    if name in _classes(folder, "_enums.py"):
        return _enumeration(folder, name)
    for file in ("_inputs.py", "outputs.py"):
        if name in _classes(folder, file):
            return ObjectOf(folder, file, name)
    return STRING


@cache
def _enumeration(folder: Path, name: str) -> Enumeration:
    tree = syntax.tree(_class_text(folder, "_enums.py", name)).body[0]
    assigned = [node.value for node in getattr(tree, "body", []) if isinstance(node, ast.Assign)]
    values = (node.value for node in assigned if isinstance(node, ast.Constant))
    return Enumeration(
        f"{folder.name}.{name}", tuple(value for value in values if isinstance(value, str | int | float))
    )
