"""Wiring only: settings, urls, the API and the WSGI entry. No business rule lives here."""
