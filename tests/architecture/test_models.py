"""Relations between tables stay inside their app: domains know each other by selectors."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Field

SHARED = {"accounts"}  # every app may point to an account; nothing else is shared


def foreign_relations() -> list[str]:
    """Return "app.Model.field -> app.Model" of relations from a domain into another app."""
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("bangfu.domains."):
            continue
        for field in model._meta.get_fields():
            if not isinstance(field, Field) or field.related_model is None:
                continue
            target = field.related_model._meta
            history = target.app_label in ("pghistory", model._meta.app_label)
            if not history and target.app_label not in SHARED:
                found.append(f"{model._meta.label}.{field.name} -> {target.label}")
    return found


def test_no_relation_crosses_a_domain() -> None:
    assert foreign_relations() == []


def test_stored_labels_are_the_names_of_the_folders() -> None:
    for config in apps.get_app_configs():
        if config.name.startswith("bangfu."):
            assert config.label == config.name.rsplit(".", 1)[1]
