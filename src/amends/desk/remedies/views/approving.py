"""The page to which a mail that asks for an approval leads. Opening it decides nothing; a press of a button does."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from amends.desk.errors import WrongInput
from amends.desk.pages.asking import acting, redirect_to, tell
from amends.desk.people.authority import require
from amends.desk.remedies import services
from amends.desk.remedies.forms import DecisionForm
from amends.desk.remedies.views.remedies import settle

__all__ = ["approval"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def approval(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked for; approve or refuse it when a button is pressed."""
    person = acting(request)
    require(person, "remedy.approve")
    link = services.link_of(person, token)
    row = link.remedy
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            words = settle(request, person, row, form, link)
        except WrongInput as error:
            tell(form, error)
            row.refresh_from_db()
        else:
            messages.success(request, words)
            return redirect_to(request, reverse("remedies:remedy", args=[row.pk]))
    context = {"remedy": row, "case": row.case, "form": form, "until": link.expires_at}
    return render(request, "remedies/approval.html", context, status=422 if form.errors else 200)
