"""Static files named by content and compressed once gathered; served by their plain names before that."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Static(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A file that was not gathered keeps its name, so that tests and a half-upgraded folder still show pages."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        return str(self.hashed_files.get(self.hash_key(self.clean_name(name)), name))
