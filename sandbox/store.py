"""What the sandbox's clouds hold, kept in one SQLite file.

Several stand-ins write at once and any of them may be killed at any moment: each change is one transaction, the journal
is write-ahead, and the file can be read by its owner only (it holds inputs, secrets among them, in plain).
"""

import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
    package TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, urn TEXT NOT NULL,
    scope TEXT NOT NULL, inputs TEXT NOT NULL, outputs TEXT NOT NULL,
    PRIMARY KEY (package, type, id, scope)
);
CREATE INDEX IF NOT EXISTS by_urn ON resources (package, urn);
CREATE TABLE IF NOT EXISTS names (
    package TEXT NOT NULL, space TEXT NOT NULL, name TEXT NOT NULL,
    owner TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (package, space, name)
);
CREATE TABLE IF NOT EXISTS untold (
    package TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL,
    PRIMARY KEY (package, type, id, scope)
);
"""
_AT = "package = ? AND type = ? AND id = ? AND scope = ?"
_BUSY_MS = 10_000
"""How long a change waits for another stand-in's; each takes a few milliseconds."""


@dataclass(frozen=True)
class Row:
    """One resource that the sandbox made. `scope` tells apart what has one id in several places (account, region)."""

    package: str
    urn: str
    id: str
    type: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    scope: str = ""


@dataclass(frozen=True)
class Name:
    """A name that must be unique in its space; `refusal` is what the cloud says where it is taken."""

    space: str
    name: str
    refusal: str
    refusal_deleted: str = ""
    """What it says where the one that has the name is deleted and keeps it (soft-deleted); as `refusal` if empty."""
    recover: bool = False
    """Whether a new resource takes the name of a soft-deleted one over."""


class BrokenStoreError(Exception):
    """The file is no store, or no longer a whole one; the text says which and what to do."""


class NameTakenError(Exception):
    """The text is what the cloud would answer."""


class Store:
    """The resources of one sandbox folder. Safe for threads and for several processes."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "resources.db"
        self._lock = threading.RLock()
        if not self.path.exists():
            # Made with its mode before SQLite writes into it; SQLite gives its journal files the same mode.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self._connection = sqlite3.connect(
            self.path, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        weakref.finalize(self, self._connection.close)  # Python 3.13 warns of a connection that nobody closed
        self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        with self._whole():
            if self._connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                self._connection.execute("PRAGMA journal_mode = WAL")
            with self._change() as connection:
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def check(self) -> None:
        """Reads the whole file. Raises BrokenStoreError if a part of it is gone."""
        with self._lock, self._whole():
            found = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise BrokenStoreError(self._broken())

    def _broken(self) -> str:
        return f"{self.path}: is not a whole store of the sandbox\n  `make clean-sandbox` forgets it and starts anew"

    @contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError:  # busy, or no space: says nothing about the file
            raise
        except sqlite3.DatabaseError:
            raise BrokenStoreError(self._broken()) from None

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._whole():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _rows(self, where: str = "1", *values: str) -> list[Row]:
        query = f"SELECT package, urn, id, type, inputs, outputs, scope FROM resources WHERE {where} ORDER BY rowid"  # noqa: S608
        with self._lock, self._whole():
            found = self._connection.execute(query, values).fetchall()
        return [
            Row(package, urn, id, type, json.loads(inputs), json.loads(outputs), scope)
            for package, urn, id, type, inputs, outputs, scope in found
        ]

    # Reading

    def all(self) -> list[Row]:
        return self._rows()

    def by_urn(self, package: str, urn: str) -> list[Row]:
        """Every resource made for a URN, oldest first: during a replacement there are two."""
        return self._rows("package = ? AND urn = ?", package, urn)

    def by_id(self, package: str, type: str, id: str, scope: str | None = None) -> Row | None:
        """The resource with an id; without `scope` the newest of those that have it."""
        if scope is None:
            found = self._rows("package = ? AND type = ? AND id = ?", package, type, id)
        else:
            found = self._rows("package = ? AND type = ? AND id = ? AND scope = ?", package, type, id, scope)
        return found[-1] if found else None

    def by_type(self, package: str, type: str) -> list[Row]:
        return self._rows("package = ? AND type = ?", package, type)

    def untold(self) -> list[Row]:
        """What was made while its stand-in was killed, or its call given up, before the engine had its answer."""
        same = " AND ".join(f"untold.{key} = resources.{key}" for key in ("package", "type", "id", "scope"))
        return self._rows(f"EXISTS (SELECT 1 FROM untold WHERE {same})")  # noqa: S608

    def under(self, package: str, id: str) -> list[Row]:
        """What lies below an Azure id: its path is the hierarchy, and its case means nothing."""
        prefix = id.rstrip("/").lower() + "/"
        return [row for row in self._rows("package = ?", package) if row.id.lower().startswith(prefix)]

    # Changing

    def add(self, row: Row, names: tuple[Name, ...] = (), *, taken: str = "", put: bool = False) -> None:
        """Keeps a new resource and takes its names. Raises NameTakenError, having changed nothing.

        `taken` is the refusal where the id exists already; `put` overwrites it instead. What is new counts as untold.
        """
        with self._change() as connection:
            for name in names:
                _take(connection, row, name)
            there = connection.execute(f"SELECT 1 FROM resources WHERE {_AT}", _key(row)).fetchone()  # noqa: S608
            if there and not put:
                raise NameTakenError(taken or f"{row.type} {row.id} already exists")
            if not there:
                connection.execute("INSERT OR REPLACE INTO untold VALUES (?, ?, ?, ?)", _key(row))
            connection.execute(
                "INSERT OR REPLACE INTO resources (package, type, id, scope, urn, inputs, outputs)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*_key(row), row.urn, json.dumps(row.inputs), json.dumps(row.outputs)),
            )

    def told(self, row: Row) -> None:
        """The engine has its answer: whoever made the resource knows of it."""
        with self._change() as connection:
            connection.execute(f"DELETE FROM untold WHERE {_AT}", _key(row))  # noqa: S608

    def change(self, row: Row) -> None:
        """Keeps a resource's new inputs and outputs. Raises KeyError if it is gone."""
        with self._change() as connection:
            done = connection.execute(
                f"UPDATE resources SET urn = ?, inputs = ?, outputs = ? WHERE {_AT}",  # noqa: S608
                (row.urn, json.dumps(row.inputs), json.dumps(row.outputs), *_key(row)),
            )
            if not done.rowcount:
                raise KeyError(row.id)

    def remove(self, rows: list[Row], names: tuple[Name, ...] = ()) -> None:
        """Forgets resources and frees their names, except `names`, which stay taken as those of deleted resources."""
        outliving = {(name.space, name.name) for name in names}
        with self._change() as connection:
            for row in rows:
                for table in ("resources", "untold"):
                    connection.execute(f"DELETE FROM {table} WHERE {_AT}", _key(row))  # noqa: S608
                owned = connection.execute(
                    "SELECT space, name FROM names WHERE package = ? AND owner = ?", (row.package, _owner(row))
                ).fetchall()
                for space, name in owned:
                    change = "UPDATE names SET deleted = 1" if (space, name) in outliving else "DELETE FROM names"
                    connection.execute(
                        f"{change} WHERE package = ? AND space = ? AND name = ?",
                        (row.package, space, name),
                    )

    def forget(self, row: Row) -> None:
        """Takes a resource out as if it had never been made, its names with it."""
        self.remove([row])


def _key(row: Row) -> tuple[str, str, str, str]:
    return row.package, row.type, row.id, row.scope


def _owner(row: Row) -> str:
    return f"{row.type} {row.id} {row.scope}"


def _take(connection: sqlite3.Connection, row: Row, name: Name) -> None:
    key = (row.package, name.space, name.name)
    taken = connection.execute("SELECT deleted FROM names WHERE package = ? AND space = ? AND name = ?", key).fetchone()
    if taken is None:
        connection.execute("INSERT INTO names (package, space, name, owner) VALUES (?, ?, ?, ?)", (*key, _owner(row)))
    elif taken[0] and name.recover:
        connection.execute(
            "UPDATE names SET owner = ?, deleted = 0 WHERE package = ? AND space = ? AND name = ?", (_owner(row), *key)
        )
    else:
        raise NameTakenError(name.refusal_deleted if taken[0] and name.refusal_deleted else name.refusal)
