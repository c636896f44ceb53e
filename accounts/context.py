"""What the shell of every page shows: the user's place and duty, and where he may go."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from accounts.crypto import blind_index
from accounts.models import Division, Role
from accounts.navigation import entry_of, items_for, on_phone_bar
from accounts.scope import scope_of

# What the address of a list says of place and time.
_KEPT = ("division", "month", "known")


def shell(request: HttpRequest) -> dict[str, Any]:
    """`place`, whether that is one village and all he sees (`one_village`), `duty`, `navigation` and `phone_bar` of it,
    whether the search bar is there (`can_find`), whether he does more than look (`can_act`), the page above this one
    (`above`), and the key that seals what the browser keeps until it can be sent (`phone_key`), for the signed-in user;
    nothing before signing in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    scope = scope_of(user)
    post = next(iter(scope.posts), None)
    items = items_for(scope)
    current = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "place": post.division.name if post else "",
        "one_village": len(scope.posts) == 1 and post is not None and post.division.level == Division.Level.VILLAGE,
        "duty": (post.get_department_display() or post.get_role_display()) if post else "没有岗位",
        "navigation": items,
        "phone_bar": on_phone_bar(items),
        "phone_key": f"{user.pk}.{blind_index('browser', str(user.pk)).hex()}",
        "can_find": scope.sees_households,
        "can_act": bool(scope.roles - {Role.AUDITOR}),
        "about": current or "",
        "here": entry_of(current or ""),
        "above": page_above(request),
    }


def page_above(request: HttpRequest) -> str:
    """Where a telephone's arrow back leads: the nearest page whose address this one's begins with, for the same place
    and month. None above what the navigation lists, nor outside it."""
    parts = request.path.strip("/").split("/")
    while len(parts) > 1:
        parts.pop()
        address = f"/{'/'.join(parts)}/"
        if _is_page(address):
            kept = urlencode({key: request.GET[key] for key in _KEPT if key in request.GET})
            return f"{address}?{kept}" if kept else address
    return ""


def _is_page(address: str) -> bool:
    try:
        found = resolve(address)
    except Resolver404:
        return False
    return bool(entry_of(found.url_name or "")) and hasattr(getattr(found.func, "view_class", None), "get")
