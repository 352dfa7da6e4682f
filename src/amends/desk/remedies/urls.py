"""Addresses of `remedies`."""

from django.urls import include, path

from amends.desk.remedies.views import approving, budget, remedies, settings, till

app_name = "remedies"

# A namespace of their own: these pages stand below the settings, not below the remedies in the navigation.
limits = (
    [path("remedies/", settings.settings_page, name="settings"), path("tills/", settings.tills, name="tills")],
    "limits",
)

urlpatterns = [
    path("remedies/", remedies.listed, name="list"),
    path("remedies/remedies.csv", remedies.as_file, name="csv"),
    path("remedies/budget/", budget.budget, name="budget"),
    path("remedies/<int:pk>/", remedies.remedy, name="remedy"),
    path("remedies/<int:pk>/decide", remedies.decide_form, name="decide"),
    path("remedies/<int:pk>/approve", remedies.approve, name="approve"),
    path("remedies/<int:pk>/told", remedies.told, name="tell"),
    path("remedies/<int:pk>/done", remedies.finish, name="finish"),
    path("remedies/<int:pk>/withdraw", remedies.withdraw, name="withdraw"),
    path("remedies/<int:pk>/reopen", remedies.reopen, name="reopen"),
    path("remedies/<int:pk>/broken", remedies.broken, name="broken"),
    path("remedies/<int:pk>/change", remedies.changed, name="change"),
    path("remedies/<int:pk>/voucher", till.voucher, name="voucher"),
    path("remedies/approve/<str:token>/", approving.approval, name="approval"),
    path("cases/<str:public_id>/remedies", remedies.add, name="add"),
    path("cases/<str:public_id>/remedies/advice", remedies.advice, name="advice"),
    path("settings/", include(limits)),
    path("till/", till.till, name="till"),
    path("till/<str:token>/", till.begin, name="till-begin"),
]
