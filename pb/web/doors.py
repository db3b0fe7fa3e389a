"""Every door of the application, in one list."""

from __future__ import annotations

from flask import Blueprint, Flask

from pb.web import accounts, groups, members, voting
from pb.web.groups import support as groups_support
from pb.web.officers import accounts as officers_accounts
from pb.web.officers import areas as officers_areas
from pb.web.officers import assessments as officers_assessments
from pb.web.officers import bids as officers_bids
from pb.web.officers import box as officers_box
from pb.web.officers import checks as officers_checks
from pb.web.officers import codes as officers_codes
from pb.web.officers import counts as officers_counts
from pb.web.officers import desk as officers_desk
from pb.web.officers import home as officers_home
from pb.web.officers import key_holders as officers_key_holders
from pb.web.officers import lock as officers_lock
from pb.web.officers import pots as officers_pots
from pb.web.officers import publications as officers_publications
from pb.web.officers import round_ballots as officers_ballots
from pb.web.officers import rounds as officers_rounds
from pb.web.officers import sections as officers_sections
from pb.web.public import counts as public_counts
from pb.web.public import downloads as public_downloads
from pb.web.public import health, information
from pb.web.public import questions as public_questions
from pb.web.public import results as public_results
from pb.web.public import rounds as public_rounds
from pb.web.public import support as public_support

BLUEPRINTS: tuple[Blueprint, ...] = (
    *groups.BLUEPRINTS,
    officers_bids.bp,
    officers_checks.bp,
    officers_codes.bp,
    officers_desk.bp,
    officers_accounts.bp,
    accounts.bp,
    information.bp,
    health.bp,
    public_rounds.bp,
    officers_home.bp,
    officers_rounds.bp,
    officers_sections.bp,
    officers_pots.bp,
    officers_ballots.bp,
    officers_assessments.bp,
    officers_areas.bp,
    officers_key_holders.bp,
    officers_lock.bp,
    officers_box.bp,
    officers_counts.bp,
    public_counts.bp,
    *members.BLUEPRINTS,
    groups_support.bp,
    officers_publications.bp,
    public_downloads.bp,
    public_questions.bp,
    public_results.bp,
    public_support.bp,
    voting.bp,
)


def register_doors(app: Flask) -> None:
    """Register the pages of every audience."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
