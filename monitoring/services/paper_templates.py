"""A county's own Word templates: put in the place of the standard ones, taken back, and used to fill papers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.permissions import require
from accounts.services.audit import record
from accounts.services.files import keep_bytes, open_file
from monitoring.models import PaperTemplate
from monitoring.printing.blueprints import standard_template
from monitoring.printing.catalogue import EDITABLE
from monitoring.printing.filling import check_template

EDIT_TEMPLATES = "monitoring.edit_templates"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def replace_template(
    *, county: Division, paper: str, content: bytes, name: str, actor: User, at: datetime
) -> PaperTemplate:
    """Use this Word file for the paper from now on.

    Raises:
        Refused: no such paper, no Word file, or placeholders that the paper does not have; `details` names each.
        Forbidden, OutOfScope: see `accounts.permissions.require`.
    """
    require(actor=actor, right=EDIT_TEMPLATES, code=county.code, at=at)
    _known(paper)
    check_template(content, paper)
    with transaction.atomic():
        _retire(county, paper, at)
        file = keep_bytes(content=content, name=name, content_type=DOCX, actor=actor, at=at)
        kept = PaperTemplate.objects.create(division=county, paper=paper, file=file, uploaded_by=actor, uploaded_at=at)
        record(actor=actor, at=at, action="template.replaced", target=kept, detail={"paper": paper})
    return kept


def restore_standard(*, county: Division, paper: str, actor: User, at: datetime) -> None:
    """Back to the standard template. Raises as `replace_template`; Refused where the standard one is in use."""
    require(actor=actor, right=EDIT_TEMPLATES, code=county.code, at=at)
    _known(paper)
    with transaction.atomic():
        if not _retire(county, paper, at):
            raise Refused("现在用的就是标准模板。", code="standard")
        record(actor=actor, at=at, action="template.restored", target=county, detail={"paper": paper})


def template_of(paper: str, code: str) -> bytes:
    """The template in use for a place with this division code: its county's, else the standard one."""
    _known(paper)
    own = PaperTemplate.objects.standing().for_place(code).filter(paper=paper).select_related("file").first()
    if own is None:
        return standard_template(paper)
    with open_file(own.file) as source:
        return source.read()


def _retire(county: Division, paper: str, at: datetime) -> int:
    return PaperTemplate.objects.standing().filter(division=county, paper=paper).update(retired_at=at)


def _known(paper: str) -> None:
    if paper not in EDITABLE:
        raise Refused("没有这种文书，或者它不能改模板。", code="unknown")
