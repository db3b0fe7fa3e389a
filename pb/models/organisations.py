"""Community organisations and the people who act for them."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import Key, Moment, one_of


class OrganisationKind(StrEnum):
    """What kind of body a group is."""

    UNINCORPORATED = "unincorporated"
    CHARITY = "charity"
    CIO = "cio"
    CIC = "cic"
    COMPANY = "company"
    RESIDENTS = "residents"
    PTA = "pta"
    PARISH = "parish"
    FAITH = "faith"
    SCHOOL = "school"
    OTHER = "other"


class Organisation(Base):
    """A community group, or the host body that holds the money for one."""

    __tablename__ = "organisation"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(150))
    kind: Mapped[OrganisationKind] = mapped_column(one_of(OrganisationKind, "kind"))
    registration: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    postcode: Mapped[str] = mapped_column(String(8), default="")
    active_in: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[Moment]


class OrganisationContact(Base):
    """An account that acts for an organisation."""

    __tablename__ = "organisation_contact"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role_there: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
