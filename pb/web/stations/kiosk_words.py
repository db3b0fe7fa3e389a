"""Every sentence that a kiosk may say without a network: in each language, by its key."""

from __future__ import annotations

from flask_babel import gettext as _


def fault_words() -> dict[str, str]:
    """Faults by their code, in the language of this moment; %(name)s places are filled on the tablet."""
    return {**_code_words(), **_declaration_words(), **_ballot_words()}


def _code_words() -> dict[str, str]:
    return {
        "code_missing": _("Enter the code."),
        "code_characters": _(
            "A code has only letters and numbers, and never the letter U. Look again at: %(characters)s"
        ),
        "code_too_short_one": _("One character is missing. The code has %(length)s characters."),
        "code_too_short": _("%(count)s characters are missing. The code has %(length)s characters."),
        "code_too_long_one": _("There is one character too many. The code has %(length)s characters."),
        "code_too_long": _("There are %(count)s characters too many. The code has %(length)s characters."),
        "code_check": _(
            "One or more of these characters is not right. Look at the code again and check each group of four."
        ),
        "nothing_to_mark": _("There is nothing to vote on in your area in this round."),
        "ward_needed": _("Choose the area that you are voting in."),
    }


def _declaration_words() -> dict[str, str]:
    return {
        "name_missing": _("Enter your name."),
        "name_too_long": _("Enter a name of at most %(most)s characters."),
        "postcode_missing": _("Enter a postcode."),
        "postcode_shape": _("Enter a full UK postcode, such as EH6 6AB."),
        "year_missing": _("Enter the year in which you were born."),
        "year_unlikely": _("Enter the year in which you were born, with four figures, such as 1984."),
        "too_young": _(
            "You can vote in this round from the age of %(least)s. You are welcome to look at every project."
        ),
        "link_missing": _("Choose what links you to this area. If none of these fits, ask a steward or the council."),
        "postcode_outside": _(
            "%(postcode)s does not seem to be in the area of this round. Look at it again. If it is right, ask a "
            "steward or the council, who can look into it with you."
        ),
        "not_declared": _("Tick the box to say that what you have told us is true and that you are voting only once."),
    }


def _ballot_words() -> dict[str, str]:
    return {
        "nothing_chosen": _("You have not chosen anything yet."),
        "not_a_number": _("Enter a whole number for “%(project)s”, in figures."),
        "same_place": _("You gave place %(place)s to “%(first)s” and to “%(second)s”. Give each a place of its own."),
        "too_many": _("You can choose up to %(most)s. You have chosen %(chosen)s."),
        "too_few": _("Choose at least %(least)s. You have chosen %(chosen)s."),
        "unused": _("Use all %(most)s of your choices. You have chosen %(chosen)s."),
        "too_many_in_category": _("You can choose up to %(most)s in “%(category)s”. You have chosen %(chosen)s."),
        "over_pot": _("You can spend up to %(cap)s. Your choices cost %(cost)s."),
        "under_floor": _("Spend at least %(floor)s. Your choices cost %(cost)s."),
        "off_scale": _("Give “%(project)s” a score from %(lowest)s to %(highest)s."),
        "not_presented": _(
            "Projects that have not been presented yet: %(count)s. This ballot counts when every project has a score, "
            "so save it and come back."
        ),
        "not_scored": _("Give “%(project)s” a score. This ballot counts when every project has one."),
        "too_few_each": _("Give “%(project)s” at least %(least)s, or leave it empty."),
        "too_many_each": _("Give “%(project)s” at most %(most)s."),
        "too_many_points": _("You have %(total)s points to give. You have given %(given)s."),
        "points_unused": _("Give all %(total)s points. You have given %(given)s."),
        "too_few_points": _("Give at least %(least)s points in all. You have given %(given)s."),
    }


def choice_words() -> dict[str, str]:
    """How a project was chosen, for the page on which choices are checked."""
    return {
        "chosen": _("Chosen"),
        "chosen_and_boost": _("Chosen, and your extra vote"),
        "boost": _("Your extra vote"),
        "score": _("Score %(score)s"),
        "points": _("Points: %(points)s"),
        "place": _("Place %(place)s"),
    }


def state_words() -> dict[str, str]:
    """What the tablet says of itself, to voters and to the steward."""
    return {
        "begin": _("Start here"),
        "waiting": _("Waiting on this tablet: %(count)s"),
        "no_storage": _(
            "This tablet’s browser may delete what it saves. Without a connection it takes no ballots, unless a "
            "supervisor allows it."
        ),
        "closed": _("Voting is closed or paused just now."),
        "seconds": _("%(count)s seconds"),
        "failed": _("This could not be saved. Nothing was cast: ask the steward."),
        "ballot_changed": _(
            "The ballot has changed since you opened it. Nothing was recorded. Look at your choices on the new one and "
            "send it again."
        ),
        **_hall_words(),
    }


def gone_words(project: str, reason: str) -> str:
    """That a project has left the ballot, in the words of the online ballot."""
    told: str = _("“%(project)s” has left the ballot. The reason: %(reason)s", project=project, reason=_(reason))
    return told


def _hall_words() -> dict[str, str]:
    """What it says at an event day alone."""
    return {
        "hand_in_closed": _("Thank you. The hand-in is closed."),
        "open": _("Projects that you can score so far: %(open)s of %(of)s. The others come once they are presented."),
        "all_open": _("You can score every project now."),
        "opened": _("You can score %(project)s now."),
        "given": _("You gave %(score)s. Nothing was sent."),
        "not_kept": _("Your marks could not be saved on this tablet. Cast your ballot now, or ask the steward."),
    }
