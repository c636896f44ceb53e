"""The files that pages load: compressed, and named by their content, so that a browser fetches each of them once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from config.processes import ROOT

COMPILED = "COMPILED_STATIC"


class GzipPages(GZipMiddleware):
    """Pages and API answers go out compressed; workbooks and pictures are so already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        if kind.startswith(("text/", "application/json")):
            return super().process_response(request, response)  # type: ignore[arg-type, no-any-return]
        return response


def compile_static() -> None:
    """Bring STATIC_ROOT up to date where a file is newer than its list, and let programs started from here serve it.

    In a process of its own: this one has begun with the plain names.
    """
    environment = os.environ | {COMPILED: "true"}
    known = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not known.exists() or known.stat().st_mtime < _newest():
        command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
    os.environ[COMPILED] = "true"


def _newest() -> float:
    """When the youngest of all source files was changed."""
    return max(
        Path(storage.path(name)).stat().st_mtime for finder in get_finders() for name, storage in finder.list(None)
    )
