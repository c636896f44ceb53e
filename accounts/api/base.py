"""What all endpoints share: who may call, what a request may say, how lists are cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import TokenAuthentication
from accounts.api.errors import VersionRequired
from accounts.api.fields import Count, Input, Output, Text
from accounts.api.pagination import MOST, PAGE_SIZE, page_by_key
from accounts.api.parsers import StrictJSONParser
from accounts.api.permissions import HasPost
from accounts.api.schema import ApiSchema
from accounts.models import Division, User

Row = TypeVar("Row", bound=Model)


class ListQuery(Input):
    """Parameters of every list."""

    page_size = Count(required=False, min_value=1, max_value=MOST, default=PAGE_SIZE, help_text="每页条数")
    after = Text(200, required=False, default="", help_text="翻页位置，取自上一页的 next")


class AlwaysJSON(BaseContentNegotiation):
    """Answers JSON whatever the Accept header says; files say their own type."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser | None:  # type: ignore[override]
        wanted = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or ""


class Endpoint(APIView):
    """An address of the API. `query_class` declares what its GET may ask; any other parameter is refused."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [HasPost]
    parser_classes = [StrictJSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJSON
    schema = ApiSchema()
    query_class: type[Input] = Input
    tag = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.query = self._read_query(request)

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    @cached_property
    def at(self) -> datetime:
        return timezone.now()

    @property
    def address(self) -> str | None:
        return self.request.META.get("REMOTE_ADDR")

    def read(self, form: type[Input]) -> dict[str, Any]:
        """The body, checked. A missing `version` is told apart: 428."""
        found = form(data=self.request.data, context={"user": self.user})
        if not found.is_valid():
            missing = found.errors.get("version", []) if isinstance(found.errors, dict) else []
            if any(getattr(error, "code", "") == "required" for error in missing):
                raise VersionRequired
            raise serializers.ValidationError(found.errors)
        return cast(dict[str, Any], found.validated_data)

    def find(self, rows: QuerySet[Row], **key: Any) -> Row:
        """The one row with this key among those the user may see; 404 in the same words for foreign and none."""
        row = rows.filter(**key).first()
        if row is None:
            raise Http404
        return row

    def place(self, code: str) -> Division:
        """The division with this code in the user's places; 404 otherwise."""
        return self.find(Division.objects.visible_to(self.user), code=code)

    def pages(self, rows: QuerySet[Any], output: type[Output], *, order: Sequence[str] = ("-id",)) -> Response:
        """One page of a list in the order of `order`, and the address of the next."""
        page = page_by_key(rows, order=order, after=self.query["after"], size=self.query["page_size"])
        following = None
        if page.next_key:
            asked = {**self.request.query_params.dict(), "after": page.next_key}
            following = f"{self.request.path}?{urlencode(asked)}"
        return Response({"next": following, "results": output(page.rows, many=True, context=self.context()).data})

    def context(self) -> dict[str, Any]:
        return {"user": self.user, "today": timezone.localdate(self.at), "view": self}

    def answer(self, output: type[Output], row: Any, status: int = 200) -> Response:
        return Response(output(row, context=self.context()).data, status=status)

    def _read_query(self, request: Request) -> dict[str, Any]:
        form = self.query_class if request.method in ("GET", "HEAD") else Input
        query = request.query_params
        if any(len(query.getlist(name)) > 1 for name in query):
            raise serializers.ValidationError({"": ["同一个参数只能出现一次。"]})
        found = form(data=query.dict())
        found.is_valid(raise_exception=True)
        return cast(dict[str, Any], found.validated_data)


class Upload(Endpoint):
    """An endpoint that takes a file."""

    parser_classes = [MultiPartParser]


def narrow(rows: QuerySet[Row], query: dict[str, Any], **filters: str | Callable[..., Any]) -> QuerySet[Row]:
    """Apply those allow-listed filters that the query names: `state="state"` or `division=callable(rows, value)`."""
    for name, how in filters.items():
        if name not in query:
            continue
        rows = how(rows, query[name]) if callable(how) else rows.filter(**{how: query[name]})
    return rows


def within(rows: Any, code: str) -> Any:
    """The filter `division` of lists; a place that does not exist holds nothing, like one outside the user's places."""
    place = Division.objects.filter(code=code).first()
    return rows.within(place) if place is not None else rows.none()
