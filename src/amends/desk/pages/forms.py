"""How forms look: one template for a field with its label, help and errors."""

from django.forms.renderers import TemplatesSetting

__all__ = ["DeskRenderer"]


class DeskRenderer(TemplatesSetting):
    """Forms are written with our own templates; `{{ form }}` gives fields as the style sheet expects them."""

    form_template_name = "pages/forms/form.html"
    field_template_name = "pages/forms/field.html"
