"""`heed text evaluate`, `train` and `predict`: classifiers of texts in files, without a store."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, phrase

WORST = 5  # labels that are shown
KINDS = ("labels", "aspects")  # what is trained

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
    curve: Annotated[
        str,
        typer.Option(
            metavar="K,…", help="A learning curve: accuracy with so many labels of each, for instance 5,10,25."
        ),
    ] = "",
    out_of_scope: OutOfScope = "",
    embeddings: Embeddings = "",
    seed: Annotated[int, typer.Option(help="The same rows and seed give the same figures.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Train on one file and measure on another, both masked first: accuracy with its interval, speed, labels told worst."""
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
            curve=_counts(curve),
            out_of_scope=out_of_scope or None,
            representation=chosen(embeddings or None, cached=False),
            seed=seed,
        )
    print_json(told) if as_json else _print_told(told)


def _print_told(told: Mapping[str, Any]) -> None:
    _print_figures(told)
    _print_worst(told["labels"][:WORST])
    _print_curve(told["curve"] or ())


def _print_curve(points: Sequence[Mapping[str, Any]]) -> None:
    if not points:
        return
    columns = ("labels_per_class", "n_train", "accuracy", "low", "high")
    rows = [(each["labels_per_class"] or "-", each["n_train"], each["accuracy"], *each["accuracy_interval"])
            for each in points]  # fmt: skip
    print_table(columns, [[_short(cell) for cell in row] for row in rows], title="Learning curve")


def _counts(written: str) -> list[int]:
    try:
        return [int(each) for each in written.split(",") if each.strip()]
    except ValueError as error:
        raise Invalid(
            phrase("{written} is no list of whole numbers.", written=written),
            code="bad_curve",
            hint="For instance --curve 5,10,25.",
        ) from error


def _print_figures(told: Mapping[str, Any]) -> None:
    """What is one number or word; lists have tables of their own."""
    rows = {name: value for name, value in told.items() if not isinstance(value, list | dict)}
    if told.get("accuracy_interval"):
        rows["accuracy_interval"] = " – ".join(_short(each) for each in told["accuracy_interval"])
    if told.get("labels_not_learnt"):
        rows["labels_not_learnt"] = ", ".join(told["labels_not_learnt"])
    print_table(("figure", "value"), [(name, value) for name, value in rows.items() if value is not None])


def _print_worst(labels: Sequence[Mapping[str, Any]]) -> None:
    columns = ("label", "n", "precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high",
               "mistaken_for")  # fmt: skip
    rows = [[_short(each[name]) for name in columns] for each in labels]
    print_table(columns, rows, title="Told worst")


@app.command(epilog="Example: heed text train letters.csv --text words --label topic --out models/topics --json")
@door(store=False)
def train(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Labelled texts: CSV, TSV, JSON lines or Parquet.")],
    out: Annotated[str, typer.Option(metavar="DIR", help="The folder to write the model into; it must not be there.")],
    column: Text = "text",
    label: Label = "label",
    kind: Annotated[
        str,
        typer.Option(metavar="KIND", help="labels, of whole texts; or aspects: a row a thing that is spoken about."),
    ] = "labels",
    term: Annotated[
        str, typer.Option(metavar="COL", help="Of aspects: column of its words as they stand in the text.")
    ] = "term",
    author: Annotated[
        str, typer.Option(metavar="COL", help="Of aspects: column of who wrote; held out together.")
    ] = "",
    out_of_scope: OutOfScope = "",
    embeddings: Embeddings = "",
    seed: Annotated[int, typer.Option(help="The same rows and seed give the same model.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Train a classifier, or what is thought of aspects; rows without a label are learnt from without. Masked first."""
    _require_kind(kind)
    with progress(None, "Training"):
        if kind == "aspects":
            from heed.text.reading.aspect_files import train_aspects

            card = train_aspects(file, out, column, term, label, author=author, seed=seed)
        else:
            from heed.text.classifying.files import train_file
            from heed.text.representations.choosing import chosen

            card = train_file(
                file, out, column, label, out_of_scope=out_of_scope or None, representation=chosen(embeddings or None),
                seed=seed,
            )  # fmt: skip
    print_json(card) if as_json else _print_card(card)


def _print_card(card: Mapping[str, Any]) -> None:
    _print_figures(card)
    if "worst_labels" in card:
        _print_worst(card["worst_labels"])


def _require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Invalid(
            phrase("{kind} is not trained.", kind=kind),
            code="unknown_kind",
            hint=phrase("Name one of: {known}.", known=", ".join(KINDS)),
        )


def _short(cell: Any) -> Any:
    if cell is None:
        return ""
    return f"{cell:.3f}" if isinstance(cell, float) else cell


@app.command(epilog="Example: heed text predict new.csv --text words --model models/topics --out told.csv")
@door(store=False)
def predict(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Texts to tell: CSV, TSV, JSON lines or Parquet.")],
    model: Annotated[str, typer.Option(metavar="DIR", help="The folder of a model.")] = "",
    column: Text = "text",
    out: Annotated[
        str, typer.Option(metavar="CSV", help="Write the labels there, one row a text; else to stdout.")
    ] = "",
    aspects: Annotated[
        str,
        typer.Option(
            metavar="DIR",
            help="Instead of --model: tell aspects, one row each, by what was learnt into the folder, or by `rules`.",
        ),
    ] = "",
    embeddings: Embeddings = "",
    as_json: AsJson = False,
) -> None:
    """Tell the label of each text with its confidence: `row,label,confidence,scope_confidence`; no label = out of scope."""
    if bool(model) == bool(aspects):
        raise Invalid("Either a model or aspects are told.", code="no_model", hint="Give --model DIR or --aspects DIR.")
    if aspects:
        _predict_aspects(file, aspects, column, out, as_json=as_json)
    else:
        _predict_labels(file, model, column, out, embeddings, as_json=as_json)


def _predict_aspects(file: str, folder: str, column: str, out: str, *, as_json: bool) -> None:
    from heed.text.reading.aspect_files import predict_aspects, write_aspects

    with progress(None, "Telling"):
        told, about = predict_aspects(file, folder, column)
    if out:
        write_aspects(out, told)
    if as_json:
        print_json(about)
    elif out:
        say(phrase("{n} texts told, {many} aspects: {out}.", n=about["n"], many=about["aspects"], out=out))
    else:
        write_aspects(sys.stdout, told)


def _predict_labels(file: str, model: str, column: str, out: str, embeddings: str, *, as_json: bool) -> None:
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
