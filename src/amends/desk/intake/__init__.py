"""How complaints reach the desk: mail, the public form, words written down by hand."""
