"""Text beside its earlier self."""

from heed.documents.differences import diff_lines, joined, yaml_marks


def test_only_what_differs_and_its_surroundings() -> None:
    before = "\n".join(f"line {number}" for number in range(20))
    lines = diff_lines(before, before.replace("line 10", "line ten"), context=1)
    assert [(line.kind, line.text) for line in lines] == [
        ("skipped", "⋯"),
        ("same", "line 9"),
        ("removed", "line 10"),
        ("added", "line ten"),
        ("same", "line 11"),
    ]
    assert joined(lines[2:4]) == "- line 10\n+ line ten"
    assert diff_lines("a", "a") == []


def test_yaml_is_marked_and_escaped() -> None:
    marked = yaml_marks("# note\nwhere: a < b\n- <script>")
    assert '<span class="note"># note</span>' in marked
    assert '<span class="key">where</span>: a &lt; b' in marked
    assert "<script>" not in marked
