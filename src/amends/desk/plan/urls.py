"""Addresses of `plan`."""

from django.urls import include, path

from amends.desk.plan.views import drills, plan, words

app_name = "plan"

words_of_the_house = (
    [
        path("", words.edit, name="edit"),
        path("propose/", words.propose, name="propose"),
        path("trials/<int:pk>/", words.trial, name="trial"),
        path("trials/<int:pk>/on/", words.switch_on, name="on"),
        path("off/", words.switch_off, name="off"),
    ],
    "words",
)

exercises = (
    [
        path("", drills.listed, name="list"),
        path("<int:pk>/", drills.drill, name="drill"),
        path("<int:pk>/after/<int:index>/", drills.arriving, name="arriving"),
        path("<int:pk>/now/", drills.hasten, name="hasten"),
        path("<int:pk>/steps/<int:index>/", drills.answer, name="answer"),
        path("<int:pk>/plan/<int:index>/", drills.tick, name="tick"),
        path("<int:pk>/end/", drills.end, name="end"),
        path("<int:pk>/back/", drills.look_back, name="back"),
        path("<int:pk>/proposal/", drills.settle, name="settle"),
    ],
    "drills",
)

urlpatterns = [
    path("settings/plan/", plan.plan, name="plan"),
    path("settings/plan/print/", plan.on_paper, name="print"),
    path("settings/plan/versions/", plan.versions, name="versions"),
    path("settings/plan/versions/<int:number>/", plan.version, name="version"),
    path("settings/plan/drills/", include(exercises)),
    path("settings/plan/write/<slug:part>/", plan.write, name="write"),
    path("settings/words/", include(words_of_the_house)),
]
