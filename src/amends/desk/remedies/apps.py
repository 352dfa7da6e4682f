"""The app `remedies`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemediesConfig(AppConfig):
    """Remedies: what makes it good, within what each may give."""

    name = "amends.desk.remedies"
    label = "remedies"

    def ready(self) -> None:
        """Take places on shared pages, a word in the composer, and notice of what becomes of promises."""
        from amends.desk.composer.advising import register_source
        from amends.desk.composer.sent import on_sent
        from amends.desk.customers.merging import Rows, register_follower
        from amends.desk.pages.places import Entry, Panel, navigation, panels, settings_tab
        from amends.desk.remedies import figuring
        from amends.desk.remedies.composing import advice_on_reply
        from amends.desk.remedies.listing import waiting_for
        from amends.desk.remedies.models import Spending, Voucher
        from amends.desk.remedies.services.announcing import told_by_reply
        from amends.desk.remedies.services.following import follow_promises

        navigation(
            Entry("remedies:list", _("Remedies"), icon="gift", act="remedy.see", order=40, count=waiting_for),
        )
        settings_tab(Entry("remedies:limits:settings", _("Remedies"), act="remedy.see", group="mending", order=10))
        panels(Panel("remedies/parts/of_case.html", side="side", order=20))
        register_source(advice_on_reply)
        follow_promises()
        on_sent(told_by_reply)
        # Limits per customer count both together.
        register_follower("spending", Rows(Spending, "remedy__case"))
        register_follower("vouchers", Rows(Voucher, "remedy__case"))
        figuring.register()
