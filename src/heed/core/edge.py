"""What thin edges share: how a command, a page and an API call check who asks, and how an error reaches them."""

import functools
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from heed.core.console.rules import print_json, say
from heed.core.errors.rules import HeedError

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
F = TypeVar("F", bound=Callable[..., Any])


def start_django() -> None:
    """Set Django up once, in commands that need it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE") or "heed.site.settings"
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def with_store() -> None:
    """Set Django up, and make or migrate the store when it is absent or older. Raises Refused when it is newer."""
    start_django()
    from heed.core.queue.store import prepare_store

    prepare_store()


def _fail(error: HeedError, as_json: bool) -> None:
    if as_json:
        print_json({"error": error.as_dict()})
    say(f"[bold red]{error.code}[/]: {error.message}" + (f"\n{error.hint}" if error.hint else ""))
    raise SystemExit(1)


def door(command: F | None = None, *, store: bool = True) -> Any:
    """Make a function a command: the store is ready, a HeedError is one line and exit 1 (one object with --json)."""

    def wrap(function: F) -> F:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            as_json = bool(kwargs.get("as_json", False))
            try:
                if store:
                    with_store()
                return function(*args, **kwargs)
            except HeedError as error:
                return _fail(error, as_json)
            except BrokenPipeError:
                sys.stderr.close()
                raise SystemExit(0) from None

        return run  # type: ignore[return-value]

    return wrap(command) if command is not None else wrap


def page(permission: str | None = None) -> Callable[[F], F]:
    """Make a function a page: signed in, with `request.scope`, and the permission held."""

    def wrap(view: F) -> F:
        from django.contrib.auth.decorators import login_required

        @login_required
        @functools.wraps(view)
        def run(request: Any, *args: Any, **kwargs: Any) -> Any:
            from heed.core.access.queries import scope_of

            request.scope = scope_of(request.user)
            if permission:
                request.scope.demand(permission)
            return view(request, *args, **kwargs)

        return run  # type: ignore[return-value]

    return wrap


def tell(form: Any, error: HeedError, fields: dict[str, str]) -> None:
    """Put a refusal at the field it is about (by the error's code), or above the form when it is about none."""
    field = fields.get(error.code, "")
    form.add_error(field if field in form.fields else None, f"{error.message} {error.hint}".strip())
