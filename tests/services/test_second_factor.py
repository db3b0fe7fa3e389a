"""The second factor: figures that count once, codes that stand in once, and a reset by somebody else."""

from __future__ import annotations

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.actors import Actor, Role
from pb.core.errors import NotAllowed, Refusal
from pb.extensions import db, present
from pb.models.accounts import Account, RecoveryCode
from pb.models.events import Event
from pb.services.accounts import account_of
from pb.services.second_factor import (
    new_offer,
    new_recovery_codes,
    offer_uri,
    offered_secret,
    recovery_codes_left,
    reset_second_factor,
    set_up,
    show,
)
from pb.services.sessions import find_session, open_sessions, start_session
from tests.conftest import TurningClock
from tests.factories import an_account
from tests.post import letters_to


def figures(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(int(present.now().timestamp()) // 30 + steps)


class Phone:
    """Somebody with a phone that has a secret."""

    def __init__(self, *roles: Role) -> None:
        self.who: Actor = an_account(*roles)
        self.account_id = self.who.account_id or 0
        self.session_id = self.new_session()
        offer = new_offer(self.account_id)
        self.secret = offered_secret(self.account_id, offer)
        self.session, self.codes = set_up(self.account_id, self.session_id, offer, figures(self.secret))

    def new_session(self) -> int:
        found = find_session(start_session(self.account_id))
        assert found is not None
        return found.id

    def show(self, typed: str) -> str:
        return show(self.account_id, self.session_id, typed)

    def refused(self, typed: str) -> str:
        with pytest.raises(Refusal) as refused:
            self.show(typed)
        return refused.value.code


def kinds() -> list[str]:
    return list(db.session.scalars(select(Event.kind).order_by(Event.id)))


def test_setting_up_marks_the_session_and_gives_ten_codes(app: Flask) -> None:
    phone = Phone()
    found = find_session(phone.session)
    assert found is not None
    assert found.second_factor_at == present.now()
    assert len(set(phone.codes)) == 10
    assert kinds()[-2:] == ["second_factor_set", "recovery_codes_made"]


def test_secret_and_codes_cannot_be_read_in_the_database(app: Flask) -> None:
    phone = Phone()
    account = account_of(phone.account_id)
    assert phone.secret.encode() not in (account.totp_secret or b"")
    kept = b"".join(db.session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code.encode() in kept or code.replace("-", "").encode() in kept for code in phone.codes)


def test_wrong_figures_set_nothing_up(app: Flask) -> None:
    who = an_account()
    offer = new_offer(who.account_id or 0)
    secret = offered_secret(who.account_id or 0, offer)
    wrong = f"{(int(figures(secret)) + 1) % 1_000_000:06}"
    with pytest.raises(Refusal) as refused:
        set_up(who.account_id or 0, 1, offer, wrong)
    assert (refused.value.code, refused.value.field) == ("wrong_figures", "figures")
    assert account_of(who.account_id).totp_secret is None


@pytest.mark.parametrize("damage", ["", "nonsense", "another account's"])
def test_an_offer_that_is_not_ours_is_refused(app: Flask, damage: str) -> None:
    who, other = an_account(), an_account()
    offer = new_offer(other.account_id or 0) if "another" in damage else damage
    with pytest.raises(Refusal) as refused:
        set_up(who.account_id or 0, 1, offer, "123456")
    assert refused.value.code == "stale_page"


def test_a_second_factor_is_not_replaced_by_setting_up_again(app: Flask) -> None:
    phone = Phone()
    offer = new_offer(phone.account_id)
    with pytest.raises(Refusal) as refused:
        set_up(phone.account_id, phone.session_id, offer, figures(offered_secret(phone.account_id, offer)))
    assert refused.value.code == "second_factor_there"


def test_figures_count_once(app: Flask, clock: TurningClock) -> None:
    phone = Phone()
    assert phone.refused(figures(phone.secret)) == "wrong_figures"  # those of the set-up
    clock.turn(seconds=30)
    shown = figures(phone.secret)
    assert phone.show(f"{shown[:3]} {shown[3:]}")
    assert phone.refused(shown) == "wrong_figures"
    clock.turn(seconds=30)
    assert phone.refused(shown) == "wrong_figures"


def test_a_phone_may_be_half_a_minute_early_or_late_and_no_more(app: Flask, clock: TurningClock) -> None:
    phone = Phone()
    clock.turn(minutes=5)
    assert phone.refused(figures(phone.secret, -2)) == "wrong_figures"
    assert phone.refused(figures(phone.secret, 2)) == "wrong_figures"
    assert phone.show(figures(phone.secret, -1))
    assert phone.show(figures(phone.secret, 1))


def test_earlier_figures_do_not_count_after_later_ones(app: Flask, clock: TurningClock) -> None:
    phone = Phone()
    clock.turn(minutes=5)
    phone.show(figures(phone.secret, 1))
    assert phone.refused(figures(phone.secret)) == "wrong_figures"


def test_a_recovery_code_stands_in_once(app: Flask) -> None:
    phone = Phone()
    code = phone.codes[3].upper().replace("-", " ")
    assert phone.show(code)
    assert recovery_codes_left(phone.account_id) == 9
    assert phone.refused(code) == "wrong_figures"
    assert kinds()[-2:] == ["recovery_code_used", "second_factor_shown"]


def test_a_recovery_code_is_of_no_use_to_another_account(app: Flask) -> None:
    phone, other = Phone(), Phone()
    assert other.refused(phone.codes[0]) == "wrong_figures"
    assert phone.show(phone.codes[0])


@pytest.mark.parametrize("typed", ["", " ", "0", "١٢٣٤٥٦", "12345é", "9" * 40])
def test_whatever_else_is_typed_is_refused_plainly(app: Flask, typed: str) -> None:
    assert Phone().refused(typed) == "wrong_figures"


def test_guessing_figures_ends_in_a_wait(app: Flask, clock: TurningClock) -> None:
    phone = Phone()
    clock.turn(minutes=1)
    right = figures(phone.secret)
    wrong = f"{(int(right) + 7) % 1_000_000:06}"
    assert [phone.refused(wrong) for _ in range(10)] == ["wrong_figures"] * 10
    assert phone.refused(right) == "too_many_tries"
    clock.turn(minutes=15)
    assert phone.show(figures(phone.secret))


def test_new_codes_replace_the_old_ones_and_want_the_second_factor_first(app: Flask) -> None:
    phone = Phone()
    newer = new_recovery_codes(by=phone.who)
    assert phone.refused(phone.codes[0]) == "wrong_figures"
    assert phone.show(newer[0])
    with pytest.raises(NotAllowed) as refused:
        new_recovery_codes(by=Actor(phone.account_id, "Me"))
    assert refused.value.code == "step_up_needed"


def test_an_administrator_resets_a_lost_second_factor_and_its_owner_is_told(app: Flask) -> None:
    phone, administrator = Phone(), an_account(Role.ADMINISTRATOR)
    reset_second_factor(phone.account_id, by=administrator)
    account = account_of(phone.account_id)
    assert (account.totp_secret, account.totp_confirmed_at, account.totp_last_step) == (None, None, None)
    assert open_sessions(phone.account_id) == []
    assert recovery_codes_left(phone.account_id) == 0
    assert kinds()[-2:] == ["sessions_ended", "second_factor_reset"]
    assert "taken away" in letters_to(account.email)[-1].subject


def test_nobody_resets_their_own_second_factor_and_no_officer_anybodys(app: Flask) -> None:
    administrator, officer = Phone(Role.ADMINISTRATOR), Phone(Role.OFFICER)
    for phone, by, code in (
        (administrator, administrator.who, "own_second_factor"),
        (administrator, officer.who, "not_administrator"),
    ):
        with pytest.raises(NotAllowed) as refused:
            reset_second_factor(phone.account_id, by=by)
        assert refused.value.code == code
    assert db.session.scalar(select(Account.totp_secret).where(Account.id == administrator.account_id)) is not None


def test_the_picture_holds_the_councils_name_and_the_secret(app: Flask) -> None:
    who = an_account(email="amina@example.org")
    offer = new_offer(who.account_id or 0)
    secret = offered_secret(who.account_id or 0, offer)
    parsed = pyotp.parse_uri(offer_uri(account_of(who.account_id), secret))
    assert (parsed.name, parsed.issuer, parsed.secret) == ("amina@example.org", "You Decide Exampleton Council", secret)
