"""What a person typed into the search box, turned into a condition on households."""

from __future__ import annotations

import re

from django.db.models import Q

from bangfu.domains.registry.models import Membership
from bangfu.foundation.crypto.tokens import person_token
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.id_number import IdNumber
from bangfu.kernel.text import normalise_name, normalise_text

_ID_LIKE = re.compile(r"^(\d{15}|\d{17}[\dXx])$")
_LETTERS = re.compile(r"^[a-z]+$")
_NUMBER = re.compile(r"^[0-9A-Za-z_-]+$")


def condition(q: str) -> Q:
    """Return the condition for a search text; the text is never put into SQL itself.

    A whole ID number finds by its token, of any member; letters find by pinyin or initials of the
    head; digits find household numbers from their start; anything else the head's name.
    """
    text = normalise_text(q).strip()
    if _ID_LIKE.match(text):
        number = _id_number(text)
        by_number = Q(household_no__startswith=text)
        return by_number | _has_member(number) if number else by_number
    letters = text.lower().replace(" ", "").replace("'", "")
    if _LETTERS.match(letters):
        by_sound = Q(head_pinyin__startswith=letters) | Q(head_initials__startswith=letters)
        return by_sound | Q(household_no__startswith=text)
    if _NUMBER.match(text):
        return Q(household_no__startswith=text)
    return Q(head_name__startswith=normalise_name(q))


def _id_number(text: str) -> str | None:
    try:
        return IdNumber.parse(text).value
    except InvalidValue:
        return None


def _has_member(id_number: str) -> Q:
    member = Membership.objects.filter(person__id_token=person_token(id_number), to_on__isnull=True)
    return Q(id__in=member.values("household_id"))
