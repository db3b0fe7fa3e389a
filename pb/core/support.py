"""What a winning group may still need besides money."""

from __future__ import annotations

from pb.core.words import N_

#: Kinds of support, as members choose them and residents read them.
SUPPORT_KINDS: dict[str, str] = {
    "volunteers": N_("Volunteers"),
    "materials": N_("Materials"),
    "venue": N_("A place to meet or work"),
    "other": N_("Something else"),
}
LONGEST_NEED = 300
