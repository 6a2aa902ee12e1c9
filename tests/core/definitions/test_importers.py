"""A folder of YAML is read whole; what is wrong is named by file, line and field."""

import pytest

from heed.core.definitions.importers import read_model
from heed.core.errors.rules import HeedError
from tests.core.definitions.kinds import promise  # noqa: F401


def put(folder, name: str, text: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_definitions_are_read_in_order(promise, tmp_path):  # noqa: F811
    put(tmp_path, "test_promise/b.yaml", "title: B\n")
    put(tmp_path, "test_promise/a.yml", "title: A\nrules:\n  - {name: x, hours: 2}\n")
    put(tmp_path, "README.md", "not a definition")
    found = read_model(tmp_path)
    assert [(item.kind, item.key) for item in found] == [("test_promise", "a"), ("test_promise", "b")]
    assert found[0].body["rules"] == [{"name": "x", "hours": 2}]
    assert found[1].body["text"] == ""


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        (
            "test_promise/a.yaml",
            "title: A\ntxt: b\n",
            "invalid_definition",
            "test_promise/a.yaml, line 2: txt is no field",
        ),
        (
            "test_promise/a.yaml",
            "# why\nrules: []\n",
            "invalid_definition",
            "test_promise/a.yaml, line 1: title: Field required",
        ),
        (
            "test_promise/a.yaml",
            "title: A\nrules:\n  - name: x\n    hours: 1\n  - name: y\n    hours: none\n",
            "invalid_definition",
            "test_promise/a.yaml, line 6: rules.1.hours",
        ),
        ("test_promise/a.yaml", "title: A\ntitle: B\n", "invalid_yaml", "line 2: title is said twice"),
        ("test_promise/a.yaml", "title: [A\n", "invalid_yaml", "test_promise/a.yaml, line 2"),
        ("test_promise/a.yaml", b"title: \xff\n", "invalid_yaml", "test_promise/a.yaml"),
        ("test_promise/a.yaml", "- title\n", "invalid_yaml", "list of fields"),
        ("test_promise/a.yaml", "", "invalid_yaml", "list of fields"),
        ("test_promise/a.yaml", "title: never\n", "invalid_definition", "never is no promise"),
        ("test_promis/a.yaml", "title: A\n", "unknown_kind", "test_promis/a.yaml: There is no kind"),
        ("test_promise/A b.yaml", "title: A\n", "invalid_key", "'A b' is no key"),
        ("a.yaml", "title: A\n", "misplaced_file", "a.yaml is not where"),
        ("test_promise/deep/a.yaml", "title: A\n", "misplaced_file", "test_promise/deep/a.yaml"),
    ],
)
def test_a_bad_file_is_refused_naming_it(promise, tmp_path, name, text, code, words):  # noqa: F811
    put(tmp_path, "test_promise/good.yaml", "title: good\n")
    put(tmp_path, name, text)
    with pytest.raises(HeedError) as refused:
        read_model(tmp_path)
    assert refused.value.code == code
    assert words in refused.value.message


def test_two_files_for_one_definition_and_several_faults(promise, tmp_path):  # noqa: F811
    put(tmp_path, "test_promise/a.yaml", "title: A\n")
    put(tmp_path, "test_promise/a.yml", "title: B\n")
    with pytest.raises(HeedError, match=r"a\.yaml and test_promise/a\.yml"):
        read_model(tmp_path)
    put(tmp_path, "test_promise/b.yaml", "x: 1\n")
    put(tmp_path, "test_promise/c.yaml", "y: 1\n")
    with pytest.raises(HeedError) as refused:
        read_model(tmp_path)
    assert "b.yaml" in refused.value.message
    assert "c.yaml" in refused.value.hint


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(HeedError, match="no folder"):
        read_model(tmp_path / "nowhere")
