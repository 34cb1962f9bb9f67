"""Spending the budgets of requests: too many of a kind are answered with 429 and a wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bangfu.foundation.http.addresses import client_address, network_of
from bangfu.foundation.limits import counting
from bangfu.server.headers import API, SIGN_IN
from bangfu.server.refusals import refuse_spent
from bangfu.standards.limits import Budget, limits

GetResponse = Callable[[HttpRequest], HttpResponse]


def request_budgets(get_response: GetResponse) -> GetResponse:
    """Count each request of the interface and of sign-in against the budgets that fit it."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not settings.BANGFU_RATE_LIMITS or not request.path.startswith((API, SIGN_IN)):
            return get_response(request)
        at = timezone.now()
        after: list[tuple[Budget, str]] = []
        for budget, spender in _due(request):
            refusal = _spend(budget, spender, after, at)
            if refusal is not None:
                return refuse_spent(request, refusal.seconds, is_first=refusal.is_first)
        response = get_response(request)
        for budget, spender in after:
            if response.status_code in budget.after_status:
                counting.spend(budget, spender, at=at)
        return response

    return handle


def _spend(
    budget: Budget, spender: str, after: list[tuple[Budget, str]], at: datetime
) -> counting.Refusal | None:
    if not budget.after_status:
        return counting.spend(budget, spender, at=at)
    after.append((budget, spender))
    return counting.spent(budget, spender, at=at)


def _due(request: HttpRequest) -> list[tuple[Budget, str]]:
    """The budgets of this request, each with who spends it."""
    keys = frozenset(key for key, value in request.GET.items() if value)
    user = getattr(request, "user", None)
    account = f"user:{user.pk}" if user is not None and user.is_authenticated else ""
    address = f"address:{network_of(client_address(request))}"
    method = request.method or ""
    found = []
    for budget in limits().budgets:
        # A signed-in user is counted as such and not with the whole office behind the address.
        spender = account if budget.of == "user" else "" if account else address
        if spender and budget.is_for(method, request.path, keys):
            found.append((budget, spender))
    return found
