"""The desk: complaints come in, are owned, answered, and what was promised is kept. A Django project of small apps.

Each app is one subject: `people`, `deadlines`, `house`, `customers`, `cases`, `ledger`, `outbox`, `portal`; `clock`
finds what is due, `pages` holds what all pages share. State changes live in each app's `services`.
"""
