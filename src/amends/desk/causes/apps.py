"""The app `causes`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CausesConfig(AppConfig):
    """Causes, preventions, recurrences and similar cases."""

    name = "amends.desk.causes"
    label = "causes"

    def ready(self) -> None:
        """Be on the shared pages, advise writers, and hear of what is sent."""
        from amends.desk.cases.next_word import register_source
        from amends.desk.causes import figuring
        from amends.desk.causes.advising import copies, recurrences
        from amends.desk.causes.models import CaseCause, Recurrence, Told
        from amends.desk.causes.services import due_moments, heard_sent, told_by_message
        from amends.desk.causes.waiting import waiting_for
        from amends.desk.composer.advising import register_source as register_advice
        from amends.desk.composer.sent import on_sent
        from amends.desk.pages.places import Entry, Panel, navigation, panels, settings_tab
        from amends.desk.privacy.erasing import stay_blanked
        from amends.desk.remedies.causes import register_causes

        figuring.register()
        register_causes(figuring.LOOKUP)
        # That something was told, and came back, is remembered without the customer.
        stay_blanked(CaseCause, {})
        stay_blanked(Told, {"quote": ""})
        stay_blanked(Recurrence, {"word": ""})
        register_source(due_moments)
        register_advice(recurrences)
        register_advice(copies)
        on_sent(heard_sent)
        on_sent(told_by_message)
        navigation(Entry("causes:list", _("Causes"), icon="cause", act="cause.see", order=50, count=waiting_for))
        settings_tab(
            Entry(
                "causes:settings",
                _("Causes"),
                act="cause.see",
                group="mending",
                order=40,
                namespaces=("causes-settings",),
            )
        )
        panels(Panel("causes/parts/of_case.html", side="side", order=30))
