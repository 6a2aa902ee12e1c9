"""`make words`: bring each language's catalogue up to what the code says, and compile it. `--forget` drops what nobody says."""

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tests.words.catalogue import LANGUAGES, brought_up, mo_bytes, path_of, po_bytes
    from tests.words.extraction import messages

    found = messages()
    for language in LANGUAGES:
        catalogue = brought_up(language, found, forget="--forget" in sys.argv)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(po_bytes(catalogue))
        path_of(language, "mo").write_bytes(mo_bytes(catalogue))
        empty = sum(1 for message in catalogue if message.id and not _is_said(message.string))
        print(f"{language}: {len(found)} texts, {empty} without a translation")
    return 0


def _is_said(string: object) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


if __name__ == "__main__":
    sys.exit(main())
