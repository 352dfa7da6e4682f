"""The recovery plan: read by all of staff, written by the owner in steps, printed as one page, kept in versions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from amends import check
from amends.desk.causes.services import cause_settings
from amends.desk.errors import NotFound, WrongInput
from amends.desk.house.services import house
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require
from amends.desk.plan import services
from amends.desk.plan.content import ROWS, written
from amends.desk.plan.forms import AuthorityForm, PartForm, TextForm, rows_form
from amends.desk.plan.models import Drill, Part, PlanVersion, ProposalState
from amends.desk.plan.standing import standing

__all__ = ["on_paper", "plan", "version", "versions", "write"]

_SHOWN = 200


def _parts(content: dict[str, Any]) -> list[tuple[Part, dict[str, Any], bool]]:
    return [(part, content.get(part, {}), written(content.get(part))) for part in Part]


@never_cache
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The plan as it is, with what is still to be written."""
    person = acting(request)
    require(person, "plan.see")
    now = services.current()
    parts = _parts(now.content if now else {})
    context = {
        "version": now,
        "parts": parts,
        "to_write": sum(not done for _part, _content, done in parts),
        "standing": standing(),
        "may_edit": may(person, "plan.edit"),
        "proposed": Drill.objects.filter(proposal_state=ProposalState.WAITING),
    }
    return render(request, "plan/plan.html", context)


@never_cache
@require_safe
def on_paper(request: HttpRequest) -> HttpResponse:
    """The plan as one sheet of paper."""
    require(acting(request), "plan.see")
    now = services.current()
    content = now.content if now else {}
    context = {"version": now, "parts": _parts(content), "standing": standing(), "dense": len(str(content)) > 2_600}
    return render(request, "plan/print.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, part: str) -> HttpResponse:
    """One step of writing the plan, saved by itself; then the next."""
    person = acting(request)
    require(person, "plan.edit")
    if part not in Part.values:
        raise NotFound(_("The plan has no such part."))
    now = services.current()
    content = now.content.get(part, {}) if now else {}
    data = request.POST if request.method == "POST" else None
    form, rows = _form(part, content, data), None
    if part in ROWS:
        rows = rows_form(part, content.get("rows", ()), data)
    order = list(Part)
    place = order.index(Part(part))
    following = order[place + 1] if place + 1 < len(order) else None
    if data is not None and form.is_valid() and (rows is None or rows.is_valid()):
        try:
            _write(request, part, form, rows)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("plan:write", following) if following and "next" in data else redirect("plan:plan")
    wrong = bool(form.errors) or bool(rows is not None and data is not None and not rows.is_valid())
    context = {
        "part": Part(part),
        "number": place + 1,
        "order": order,
        "following": following,
        "form": form,
        "rows": rows,
        "standing": standing(),
        "findings": _findings(part, content),
        "proposed": Drill.objects.filter(proposal_state=ProposalState.WAITING, proposal_part=part),
    }
    return render(request, "plan/write.html", context, status=422 if wrong else 200)


def _form(part: str, content: dict[str, Any], data: Any) -> PartForm:
    initial = {**content, "seen": services.part_as_of(part)}
    if part == Part.AUTHORITY:
        initial |= {
            "first_word_hours": house().first_word_hours,
            "second_failures": cause_settings().second_failures,
        }
        return AuthorityForm(data, initial=initial)
    return TextForm(part, data, initial=initial)


def _write(request: HttpRequest, part: str, form: PartForm, rows: Any) -> None:
    person, values = acting(request), dict(form.cleaned_data)
    seen = values.pop("seen")
    if part == Part.AUTHORITY:
        services.write_authority(
            person,
            values,
            first_word_hours=values.pop("first_word_hours"),
            second_failures=values.pop("second_failures"),
            seen=seen,
        )
        return
    if rows is not None:
        values["rows"] = [one.cleaned_data for one in rows]
    services.write_part(person, part, values, seen=seen)


def _findings(part: str, content: dict[str, Any]) -> Any:
    """What the checker finds in the first words: they are said to customers, so the same is asked of them."""
    text = content.get("first_words", "") if part == Part.WORDS else ""
    return check(text, vocabulary=house().vocabulary or None).findings if text else ()


@never_cache
@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """Who changed what, when."""
    require(acting(request), "plan.see")
    rows = PlanVersion.objects.select_related("person")[:_SHOWN]
    return render(request, "plan/versions.html", {"versions": rows})


@never_cache
@require_http_methods(["GET", "POST"])
def version(request: HttpRequest, number: int) -> HttpResponse:
    """The plan as it was; its changed part can be brought back by the owner."""
    person = acting(request)
    require(person, "plan.see")
    if request.method == "POST":
        services.bring_back(person, number)
        messages.success(request, _("This part is in the plan again."))
        return redirect("plan:plan")
    row = PlanVersion.objects.select_related("person").filter(number=number).first()
    if row is None:
        raise NotFound(_("There is no such version of the plan."))
    before = PlanVersion.objects.filter(number=number - 1).first()
    now = services.current()
    context = {
        "version": row,
        "part": Part(row.part),
        "content": row.content[row.part],
        "before": before.content.get(row.part) if before else None,
        "may_bring_back": may(person, "plan.edit") and now and now.content.get(row.part) != row.content[row.part],
    }
    return render(request, "plan/version.html", context)
