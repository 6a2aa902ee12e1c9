"""The labelled sample of a bake-off: masked as it is read, thin rows left out and counted, cut into folds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.text.masking.mask import Masked, mask
from heed.text.normal import normal

MOST_LABELS = 300
MOST_LETTERS = 100  # of a label


@dataclass(frozen=True)
class Sample:
    """Masked texts with their true labels. `rows` are places in the file, the first row being 1; rows of one `group` (an
    author, or the same words) are never both learnt from and told. `left_out` rows had no text or no label.
    """

    texts: tuple[Masked, ...]
    labels: tuple[str, ...]
    rows: tuple[int, ...]
    groups: tuple[str, ...]
    left_out: int = 0

    def part(self, places: Sequence[int]) -> "Sample":
        chosen = ([column[place] for place in places] for column in (self.texts, self.labels, self.rows, self.groups))
        texts, labels, rows, groups = (tuple(column) for column in chosen)
        return Sample(texts, labels, rows, groups)  # type: ignore[arg-type]


def sample_of(rows: Sequence[Mapping[str, str]], text: str, label: str, group: str = "") -> Sample:
    """The sample in the rows of a file. Raises Invalid where a column is missing or its labels are none."""
    for column in filter(None, (text, label, group)):
        if rows and column not in rows[0]:
            raise Invalid(
                phrase("The file has no column {column}.", column=column),
                code="unknown_column",
                hint=nearest(column, rows[0]),
            )
    kept = [place for place, row in enumerate(rows) if row[text].strip() and row[label].strip()]
    labels = tuple(" ".join(rows[place][label].split()) for place in kept)
    _check(labels)
    texts = tuple(mask(rows[place][text]) for place in kept)
    groups = tuple(rows[place][group] if group else normal(each.text) for place, each in zip(kept, texts, strict=True))
    return Sample(texts, labels, tuple(place + 1 for place in kept), groups, len(rows) - len(kept))


def _check(given: Sequence[str]) -> None:
    labels = set(given)
    if not labels:
        raise Invalid("No row has a text and a label.", code="too_few_rows", hint="Look at --text and --label.")
    if (
        len(labels) > MOST_LABELS
        or max(map(len, labels)) > MOST_LETTERS
        or (len(labels) > 20 and len(labels) > len(given) / 2)
    ):
        raise Invalid(
            phrase("{n} rows have {labels} different labels.", n=len(given), labels=len(labels)),
            code="no_labels",
            hint="Is --label the column of the label?",
        )


def folds_of(sample: Sample, many: int, seed: int) -> Iterator[tuple[list[int], list[int]]]:
    """Places to learn from and places to tell: every row is told once, labels are spread evenly, groups stay whole.

    Raises Invalid where there are fewer groups than folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    if len(set(sample.labels)) < 2:
        raise Invalid(
            "The sample needs two labels at least.", code="too_few_labels", hint="Is --label the column of the label?"
        )
    if not 2 <= many <= 20 or len(set(sample.groups)) < many:
        raise Invalid(
            phrase("{n} texts cannot be cut into {folds} folds.", n=len(set(sample.groups)), folds=many),
            code="too_few_rows",
            hint="Give 2 to 20 folds, and more labelled texts than that.",
        )
    groups = np.unique(np.asarray(sample.groups), return_inverse=True)[1]
    cut = StratifiedGroupKFold(many, shuffle=True, random_state=seed)
    for inside, outside in cut.split(np.zeros(len(groups)), np.asarray(sample.labels), groups):
        yield inside.tolist(), outside.tolist()
