"""The store: whole after any kill, safe for several stand-ins, readable by its owner only."""

import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.store import BrokenStoreError, Name, NameTakenError, Row, Store

ROW = Row("aws", "urn:1", "b", "aws:s3/bucket:Bucket", {"bucket": "b"}, {"bucket": "b", "arn": "a"}, "1/eu")
NAME = Name("buckets", "b", "taken", "taken by a deleted one")

WRITER = """
import sys
from pathlib import Path
from sandbox.store import Name, Row, Store
store = Store(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    id = f"{sys.argv[2]}-{number}"
    row = Row("aws", "urn", id, "t", {"secret": "x" * 2000}, {"id": id})
    store.add(row, (Name("all", id, "taken"),))
    print(id, flush=True)
"""


def writer(folder: Path, who: str, count: int) -> subprocess.Popen:
    command = [sys.executable, "-c", WRITER, str(folder), who, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_only_the_owner_can_read_the_store(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(ROW)
    files = list(tmp_path.iterdir())
    assert "resources.db" in [file.name for file in files]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_rows_are_found_by_urn_and_by_id(tmp_path: Path) -> None:
    store = Store(tmp_path)
    other = replace(ROW, id="c")
    store.add(ROW)
    store.add(other)
    assert store.by_urn("aws", "urn:1") == [ROW, other]
    assert store.by_id("aws", ROW.type, "c") == other
    assert store.by_id("aws", ROW.type, "c", "1/us") is None
    assert store.by_id("azure-native", ROW.type, "c") is None
    assert store.by_urn("aws", "urn:2") == []


def test_one_id_may_be_there_once_in_each_scope(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(ROW)
    store.add(replace(ROW, scope="1/us"))
    with pytest.raises(NameTakenError, match="it is there"):
        store.add(ROW, taken="it is there")


def test_a_taken_name_refuses_the_whole_resource(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(ROW, (NAME,))
    with pytest.raises(NameTakenError, match=r"^taken$"):
        store.add(replace(ROW, id="c"), (Name("free", "f", ""), NAME))
    assert [row.id for row in store.all()] == ["b"]
    store.add(replace(ROW, id="d"), (Name("free", "f", "it was left behind"),))


def test_a_name_that_outlives_its_resource_is_recovered_only_on_demand(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(ROW, (NAME,))
    store.remove([ROW], (NAME,))
    with pytest.raises(NameTakenError, match="taken by a deleted one"):
        store.add(ROW, (NAME,))
    store.add(ROW, (replace(NAME, recover=True),))
    with pytest.raises(NameTakenError, match=r"^taken$"):
        store.add(replace(ROW, id="c"), (replace(NAME, recover=True),))


def test_a_forgotten_resource_leaves_no_name_behind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(ROW, (NAME,))
    store.forget(ROW)
    assert store.all() == []
    store.add(ROW, (NAME,))


def test_a_change_of_what_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Store(tmp_path).change(ROW)


def test_threads_and_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    processes = [writer(tmp_path, f"p{number}", 40) for number in range(3)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.add(replace(ROW, id=f"t-{number}")), range(40)))
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    assert len(store.all()) == 160


def test_a_killed_writer_leaves_whole_changes_and_a_store_that_goes_on(tmp_path: Path) -> None:
    for attempt in range(3):
        process = writer(tmp_path, f"k{attempt}", 100_000)
        assert process.stdout
        said = [process.stdout.readline().strip() for _ in range(20 + attempt)]
        process.send_signal(signal.SIGKILL)
        said += process.communicate()[0].split()
        store = Store(tmp_path)
        kept = [row.id for row in store.all() if row.id.startswith(f"k{attempt}-")]
        # What was said was kept; only what was just being written may be kept unsaid. (A cut last line is unsaid.)
        assert set(said[:-1]) <= set(kept)
        assert len(kept) <= len(said) + 1
        with pytest.raises(NameTakenError):
            store.add(replace(ROW, id="new"), (Name("all", kept[-1], "taken"),))
        store.close()


def test_what_is_made_is_untold_until_the_engine_has_its_answer(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(ROW, (NAME,))
    assert Store(tmp_path).untold() == [ROW]
    store.told(ROW)
    assert Store(tmp_path).untold() == []


def test_what_is_overwritten_was_somebody_s_before_and_is_never_untold(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(ROW)
    store.told(ROW)
    store.add(ROW, put=True)
    assert store.untold() == []


def test_what_is_taken_back_frees_its_names(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(ROW, (NAME,))
    store.forget(ROW)
    assert store.untold() == []
    store.add(replace(ROW, id="c"), (NAME,))


@pytest.mark.parametrize("keep", [1, 100, 5000])
def test_a_store_that_was_cut_off_is_named_with_what_to_do(tmp_path: Path, keep: int) -> None:
    store = Store(tmp_path)
    for number in range(100):
        store.add(replace(ROW, id=str(number), outputs={"long": "x" * 1000}))
    store.close()
    whole = store.path.read_bytes()
    assert len(whole) > 3 * keep
    store.path.write_bytes(whole[:keep] if keep > 1 else b"no database, whatever this is" * 200)
    with pytest.raises(BrokenStoreError, match="make clean-sandbox"):
        Store(tmp_path).check()
