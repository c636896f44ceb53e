"""Whose address a request has when proxies stand in front of the program."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddress:
    """Puts the caller's address in the place of the proxy's, first of all middleware; locks, throttles and the audit
    read `REMOTE_ADDR`.

    Every proxy adds whom it heard to the right of `X-Forwarded-For`, so with TRUSTED_PROXIES of them the caller is that
    many entries from the right; what stands further left was written by the caller. With 0 the header is not read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proxies = settings.TRUSTED_PROXIES
        if proxies and (address := forwarded_for(request.META.get("HTTP_X_FORWARDED_FOR", ""), proxies)):
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def forwarded_for(header: str, proxies: int) -> str:
    """The address that the outermost of `proxies` proxies heard; empty where the header has no such address."""
    heard = header.split(",")
    if len(heard) < proxies:
        return ""
    try:
        address = ip_address(heard[-proxies].strip())
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        # A link's name after % is no part of an address that others know; ::ffff:10.1.2.3 is 10.1.2.3.
        return "" if address.scope_id else str(address.ipv4_mapped or address)
    return str(address)
