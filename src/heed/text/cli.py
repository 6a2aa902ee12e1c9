"""`heed text evaluate`, `train` and `predict`: classifiers of texts in files, without a store."""

import sys
from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Words: mask them, train on them, measure how well they are read.",
)

Text = Annotated[str, typer.Option("--text", metavar="COL", help="Column of the text.")]
Label = Annotated[str, typer.Option(metavar="COL", help="Column of the label.")]
OutOfScope = Annotated[
    str,
    typer.Option(
        metavar="LABEL",
        help="Learn when not to answer; texts of this label are out of scope, and there need not be any.",
    ),
]
Embeddings = Annotated[
    str, typer.Option(metavar="DIR", help="A sentence encoder's folder or an endpoint; else HEED_EMBEDDINGS.")
]


@app.callback()
def text() -> None:
    """Words: mask them, train on them, measure how well they are read."""


@app.command(epilog="Example: heed text evaluate --train a.csv --test b.csv --text words --label sentiment --json")
@door(store=False)
def evaluate(
    train: Annotated[str, typer.Option(metavar="F", help="Labelled texts to learn from.")],
    test: Annotated[str, typer.Option(metavar="F", help="Labelled texts to be told.")],
    column: Text = "text",
    label: Label = "label",
    shots: Annotated[int, typer.Option(metavar="K", help="Use K labels of each; the rest is learnt from without.")] = 0,
    draws: Annotated[int, typer.Option(metavar="N", help="Draw the K rows N times; figures are means.")] = 1,
    out_of_scope: OutOfScope = "",
    embeddings: Embeddings = "",
    as_json: AsJson = False,
) -> None:
    """Train on one file and measure on another: accuracy with its interval, macro-F1, refusals, speed."""
    from heed.text.evaluation import Few
    from heed.text.evaluation import evaluate as measured
    from heed.text.files import read_columns
    from heed.text.representations.choosing import chosen

    texts, labels = read_columns(train, column, label)
    (tell,) = read_columns(test, column)
    few = Few(shots, draws) if shots or draws != 1 else None
    with progress(None, "Training and telling"):
        told: dict[str, Any] = measured(
            texts,
            labels,
            tell,
            lambda: read_columns(test, label)[0],
            few=few,
            out_of_scope=out_of_scope or None,
            representation=chosen(embeddings or None, cached=False),
        )
    if as_json:
        print_json(told)
        return
    print_table(("figure", "value"), [(name, value) for name, value in told.items() if value is not None])


@app.command(epilog="Example: heed text train letters.csv --text words --label topic --out models/topics --json")
@door(store=False)
def train(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Labelled texts: CSV, TSV, JSON lines or Parquet.")],
    out: Annotated[str, typer.Option(metavar="DIR", help="The folder to write the model into; it must not be there.")],
    column: Text = "text",
    label: Label = "label",
    out_of_scope: OutOfScope = "",
    embeddings: Embeddings = "",
    seed: Annotated[int, typer.Option(help="The same rows and seed give the same model.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Train a classifier; rows without a label are learnt from without. Everything is masked first."""
    from heed.text.classifying.files import train_file
    from heed.text.representations.choosing import chosen

    with progress(None, "Training"):
        card = train_file(
            file, out, column, label, out_of_scope=out_of_scope or None, representation=chosen(embeddings or None),
            seed=seed,
        )  # fmt: skip
    if as_json:
        print_json(card)
        return
    plain = {name: value for name, value in card.items() if not isinstance(value, list | dict)}
    print_table(("figure", "value"), [(name, value) for name, value in plain.items() if value is not None])
    columns = ("label", "n", "precision", "recall", "recall_low", "recall_high")
    rows = [tuple(each[name] for name in columns) for each in card["worst_labels"]]
    print_table(columns, [[_short(cell) for cell in row] for row in rows], title="Told worst")


def _short(cell: Any) -> Any:
    return f"{cell:.3f}" if isinstance(cell, float) else cell


@app.command(epilog="Example: heed text predict new.csv --text words --model models/topics --out told.csv")
@door(store=False)
def predict(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Texts to tell: CSV, TSV, JSON lines or Parquet.")],
    model: Annotated[str, typer.Option(metavar="DIR", help="The folder of a model.")],
    column: Text = "text",
    out: Annotated[
        str, typer.Option(metavar="CSV", help="Write the labels there, one row a text; else to stdout.")
    ] = "",
    embeddings: Embeddings = "",
    as_json: AsJson = False,
) -> None:
    """Tell the label of each text with its confidence: `row,label,confidence,scope_confidence`; no label = out of scope."""
    from heed.text.classifying.files import predict_file, write_told
    from heed.text.representations.choosing import chosen

    with progress(None, "Telling"):
        told, about = predict_file(file, model, column, representation=chosen(embeddings or None))
    if out:
        write_told(out, told)
    if as_json:
        print_json(about)
    elif out:
        say(
            phrase(
                "{n} texts told, {refused} of them out of scope: {out}.",
                n=about["n"],
                refused=about["refused"],
                out=out,
            )
        )
    else:
        write_told(sys.stdout, told)
