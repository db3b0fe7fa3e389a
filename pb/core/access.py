"""Access: what a place can offer to people with needs of their own, for the public page and the stewards."""

from __future__ import annotations

from collections.abc import Mapping

from pb.core.words import N_

#: What may be at hand at a station, by the key that is kept; the sentence is for residents.
OFFERS: Mapping[str, str] = {
    "step_free": N_("Step-free"),
    "seating": N_("Somewhere to sit"),
    "quiet": N_("A quiet space"),
    "hearing_loop": N_("Hearing loop"),
    "bsl": N_("British Sign Language"),
    "large_print": N_("Large print"),
    "easy_read": N_("Easy read"),
    "reader": N_("Somebody who reads the ballot to you"),
    "toilet": N_("Accessible toilet"),
    "parking": N_("Parking for blue badges"),
    "transport": N_("Help with transport"),
    "children": N_("Children are welcome"),
}
