"""Drills: choosing a story, the exercise with its clock, and looking back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.errors import WrongInput
from amends.desk.pages.asking import acting, by_htmx, tell
from amends.desk.people.authority import may, require
from amends.desk.plan import services
from amends.desk.plan.afterwards import after
from amends.desk.plan.forms import AnswerForm, BeginForm, LookBackForm
from amends.desk.plan.models import Drill, ProposalState
from amends.desk.plan.services.drilling import arrived, first_hour_of, story_of
from amends.desk.plan.stories import Step, stories, story

__all__ = ["answer", "arriving", "drill", "end", "hasten", "listed", "look_back", "settle", "tick"]


@never_cache
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """The stories, and earlier drills."""
    person = acting(request)
    require(person, "drill.take-part")
    told = stories(get_language() or "en")
    form = BeginForm(told, request.POST if request.method == "POST" else None, initial={"story": told[0].key})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        row = services.begin(person, data["story"], pace=data["pace"], language=told[0].language)
        return redirect("plan:drills:drill", row.pk)
    earlier = [
        (one, found.title if (found := story(one.story, one.language)) else one.story)
        for one in Drill.objects.select_related("started_by")[:50]
    ]
    context = {"form": form, "stories": told, "drills": earlier, "plan": services.current()}
    return render(request, "plan/drills.html", context, status=422 if form.errors else 200)


def _steps(row: Drill, since: int = 0, wrong: dict[int, AnswerForm] | None = None) -> list[dict[str, Any]]:
    said: dict[int, list[Any]] = {}
    for one in row.answers.select_related("person"):
        said.setdefault(one.step, []).append(one)

    def shown(index: int, step: Step) -> dict[str, Any]:
        form = (wrong or {}).get(index) or AnswerForm(auto_id=f"step-{index}-%s")
        return {"index": index, "step": step, "answers": said.get(index, ()), "form": form}

    return [shown(index, step) for index, step in arrived(row) if index >= since]


def _clock(row: Drill) -> dict[str, Any]:
    told, minute = story_of(row), services.minute_of(row)
    return {
        "drill": row,
        "story": told,
        "minute": minute,
        "next_index": len(arrived(row, minute)),
        "more": len(arrived(row, minute)) < len(told.steps),
        "running": row.state == Drill.State.RUNNING,
    }


def _exercise(request: HttpRequest, row: Drill, wrong: dict[int, AnswerForm] | None = None) -> HttpResponse:
    taken = {one.step: one for one in row.ticks.select_related("person")}
    first_hour = [(index, step, taken.get(index)) for index, step in enumerate(first_hour_of(row))]
    context = {**_clock(row), "steps": _steps(row, wrong=wrong), "first_hour": first_hour}
    return render(request, "plan/drill.html", context, status=422 if wrong else 200)


@never_cache
@require_safe
def drill(request: HttpRequest, pk: int) -> HttpResponse:
    """The exercise while its clock runs; afterwards what was written in it."""
    require(acting(request), "drill.take-part")
    return _exercise(request, get_object_or_404(Drill, pk=pk))


@never_cache
@require_safe
def arriving(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """What has arrived since, added below: nothing that is being written is touched."""
    require(acting(request), "drill.take-part")
    row = get_object_or_404(Drill, pk=pk)
    return render(request, "plan/parts/arriving.html", {**_clock(row), "steps": _steps(row, since=index)})


@require_POST
def hasten(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring the next step now."""
    row = services.hasten(acting(request), get_object_or_404(Drill, pk=pk))
    last = len(arrived(row)) - 1
    return redirect(f"{reverse('plan:drills:drill', args=[row.pk])}#step-{last}")


@require_POST
def answer(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """Write down what one would do and say."""
    person = acting(request)
    require(person, "drill.take-part")
    row = get_object_or_404(Drill, pk=pk)
    form = AnswerForm(request.POST, auto_id=f"step-{index}-%s")
    if form.is_valid():
        try:
            services.answer(person, row, index, does=form.cleaned_data["does"], says=form.cleaned_data["says"])
        except WrongInput as error:
            tell(form, error)
        else:
            form = AnswerForm(auto_id=f"step-{index}-%s")
    if by_htmx(request):
        # Only this step is drawn anew: what is being written at another one stays as it is.
        one = next((step for step in _steps(row, wrong={index: form}) if step["index"] == index), None)
        context = {**_clock(row), "one": one}
        return render(request, "plan/parts/step.html", context, status=422 if form.errors else 200)
    if form.errors:
        return _exercise(request, row, {index: form})
    return redirect(f"{reverse('plan:drills:drill', args=[row.pk])}#step-{index}")


@require_POST
def tick(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """A step of the plan is taken, or is not after all."""
    person, row = acting(request), get_object_or_404(Drill, pk=pk)
    if "untick" in request.POST:
        services.untick(person, row, index)
    else:
        services.tick(person, row, index)
    if by_htmx(request):
        taken = {one.step: one for one in row.ticks.select_related("person")}
        first_hour = [(number, step, taken.get(number)) for number, step in enumerate(first_hour_of(row))]
        return render(request, "plan/parts/first_hour.html", {**_clock(row), "first_hour": first_hour})
    return redirect("plan:drills:drill", row.pk)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the clock and look back."""
    row = services.end(acting(request), get_object_or_404(Drill, pk=pk))
    return redirect("plan:drills:back", row.pk)


@never_cache
@require_http_methods(["GET", "POST"])
def look_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What went well first, then what the plan lacked, and one change of it. Nobody gets a mark."""
    person = acting(request)
    require(person, "drill.take-part")
    row = get_object_or_404(Drill, pk=pk)
    if row.state == Drill.State.RUNNING:
        return redirect("plan:drills:drill", row.pk)
    initial = {name: getattr(row, name) for name in ("well", "lacked", "proposal", "proposal_part")}
    form = LookBackForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.look_back(
                person,
                row,
                well=data["well"],
                lacked=data["lacked"],
                part=data["proposal_part"],
                proposal=data["proposal"],
            )
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("plan:drills:back", row.pk)
    context = {
        "drill": row,
        "story": story_of(row),
        "after": after(row),
        "form": form,
        "may_settle": may(person, "plan.edit") and row.proposal_state == ProposalState.WAITING,
    }
    return render(request, "plan/afterwards.html", context, status=422 if form.errors else 200)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner says what becomes of the proposed change."""
    row = get_object_or_404(Drill, pk=pk)
    services.settle_proposal(acting(request), row, taken="taken" in request.POST)
    messages.success(request, _("Saved."))
    return redirect("plan:plan")
