"""Key holders: three people of whom any two, and no one alone, can bring back a round's private key.

Each holder has a key pair whose private half is stored under a key made from their passphrase. The round's private
key is stored once for each pair of holders, sealed to the second's public key and then to the first's, so that both
passphrases are needed in turn. All of it is bound to the round, and a copy also to its pair.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from pb.core.canonical import joined
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.passwords import STANDARD, Cost
from pb.core.words import N_

HOLDERS = 3
HOLDER_RANDOM_BYTES = 60
LEAST_PASSPHRASE = 20
LEAST_WORDS = 4

_KEY_BYTES = 32
_SALT_BYTES = 16
_LEAST_DIFFERENT = 8
#: Far above any cost we choose; a stored key that asks for more has been tampered with.
_MOST_MEMORY_KIB = 1_048_576
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True)
class HolderKey:
    """One holder's key pair for one round; the private half wrapped under the passphrase, its cost beside it."""

    holder: str
    round_id: str
    public: bytes
    wrapped: bytes
    salt: bytes
    nonce: bytes
    cost: Cost

    def to_json(self) -> dict[str, Any]:
        """The key as plain JSON data, bytes in hexadecimal; `from_json` reads it back."""
        return {
            "holder": self.holder,
            "round": self.round_id,
            "public": self.public.hex(),
            "wrapped": self.wrapped.hex(),
            "salt": self.salt.hex(),
            "nonce": self.nonce.hex(),
            "argon2id": [self.cost.passes, self.cost.memory_kib, self.cost.lanes],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises ValueError or KeyError for anything else."""
        raw = {name: bytes.fromhex(data[name]) for name in ("public", "wrapped", "salt", "nonce")}
        passes, memory, lanes = data["argon2id"]
        if memory > _MOST_MEMORY_KIB:
            raise ValueError("this key asks for more memory than any of ours")
        return cls(holder=data["holder"], round_id=data["round"], cost=Cost(passes, memory, lanes), **raw)


@dataclass(frozen=True)
class WrappedCopy:
    """The round's private key as one pair of holders can open it together."""

    round_id: str
    first: str
    second: str
    sealed: bytes

    def to_json(self) -> dict[str, str]:
        """The copy as plain JSON data; `from_json` reads it back."""
        return {"round": self.round_id, "first": self.first, "second": self.second, "sealed": self.sealed.hex()}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Self:
        """Read what `to_json` wrote. Raises ValueError or KeyError for anything else."""
        return cls(data["round"], data["first"], data["second"], bytes.fromhex(data["sealed"]))


def passphrase_faults(passphrase: str) -> list[Fault]:
    """What is wrong with a passphrase: long, and of several words. No rule asks for figures or signs.

    It will do with four different words and 20 characters, or with 20 characters of which 8 differ and no
    spaces, as a password manager makes them. Code `passphrase_weak`, beside `passphrase`.
    """
    tidy = _tidy(passphrase)
    words = tidy.split(" ")
    different = len({word.casefold() for word in words}) if len(words) > 1 else LEAST_WORDS
    if len(tidy) >= LEAST_PASSPHRASE and different >= LEAST_WORDS and len(set(tidy)) >= _LEAST_DIFFERENT:
        return []
    sentence = N_(
        "Use at least %(words)s different words and %(least)s characters that you will remember for months. "
        "Words that do not belong together are best."
    )
    return [Fault("passphrase_weak", sentence, {"words": LEAST_WORDS, "least": LEAST_PASSPHRASE}, "passphrase")]


def make_holder_key(
    holder: str, round_id: int | str, passphrase: str, random: bytes, cost: Cost = STANDARD
) -> HolderKey:
    """A key pair for one holder of one round, from 60 random bytes; the passphrase is not kept anywhere.

    `holder` names the person within the round, such as the id of their account. Raises Refusals
    (`passphrase_weak`), and ValueError for another number of random bytes.
    """
    faults = passphrase_faults(passphrase)
    if faults:
        raise Refusals(faults)
    if len(random) != HOLDER_RANDOM_BYTES:
        raise ValueError(f"a holder's key is made from {HOLDER_RANDOM_BYTES} random bytes")
    private = X25519PrivateKey.from_private_bytes(random[:_KEY_BYTES])
    public = private.public_key().public_bytes_raw()
    salt, nonce = random[_KEY_BYTES:][:_SALT_BYTES], random[_KEY_BYTES + _SALT_BYTES :]
    wrapping = AESGCM(_wrapping_key(passphrase, salt, cost))
    wrapped = wrapping.encrypt(nonce, random[:_KEY_BYTES], _holder_binding(str(round_id), holder, public))
    return HolderKey(holder, str(round_id), public, wrapped, salt, nonce, cost)


def prove(key: HolderKey, passphrase: str) -> None:
    """Rehearse: open a holder's key as the opening will, and forget it. Raises Refusal `wrong_passphrase`."""
    _private_half(key, passphrase)


def seal_for(key: HolderKey, content: bytes, info: bytes) -> bytes:
    """`content` sealed (HPKE) to one holder's public half, bound to `info`; it takes no passphrase."""
    return _seal_to(key, content, info)


def opener(key: HolderKey, passphrase: str) -> Callable[[bytes, bytes], bytes]:
    """A function that opens what `seal_for` sealed, given it and its `info`; the passphrase is worked on once.

    Raises Refusal `wrong_passphrase`. The function raises InvalidTag for anything that was not sealed so.
    """
    private = _private_half(key, passphrase)

    def opened(sealed: bytes, info: bytes) -> bytes:
        return _SUITE.decrypt(sealed, private, info=info)

    return opened


def wrap_for_pairs(round_id: int | str, round_private: bytes, holders: Sequence[HolderKey]) -> list[WrappedCopy]:
    """The round's private key (32 bytes) for each of the three pairs of three holders.

    HPKE's key for each seal comes from the library's own random source. Raises Refusal `key_holders_three` unless
    there are three different holders with a key of this round each.
    """
    names, publics = {each.holder for each in holders}, {each.public for each in holders}
    theirs = all(each.round_id == str(round_id) for each in holders)
    if not (len(holders) == len(names) == len(publics) == HOLDERS and theirs):
        sentence = N_("Three different people each need a key of this round.")
        raise Refusal("key_holders_three", sentence, field="holders")
    return [_wrap(str(round_id), round_private, *pair) for pair in itertools.combinations(holders, 2)]


def unwrap(copy: WrappedCopy, round_id: int | str, one: tuple[HolderKey, str], other: tuple[HolderKey, str]) -> bytes:
    """The round's private key from a copy and the two holders of its pair, each with their passphrase, in any order.

    Raises Refusal: `key_holder_twice` for the same person twice, `key_copy_of_others` for a copy of another pair or
    round, `wrong_passphrase` (with `holder`, the first of the two whose passphrase is wrong), and
    `key_copy_damaged`.
    """
    holders = {key.holder: (key, passphrase) for key, passphrase in (one, other)}
    if len(holders) < 2:
        raise Refusal("key_holder_twice", N_("Two different key holders are needed."), field="holders")
    rounds = {copy.round_id, str(round_id), one[0].round_id, other[0].round_id}
    if holders.keys() != {copy.first, copy.second} or len(rounds) > 1:
        raise Refusal(
            "key_copy_of_others", N_("This copy of the key is for other people or for another round."), field="holders"
        )
    first, second = (_private_half(*holders[name]) for name in (copy.first, copy.second))
    try:
        inner = _SUITE.decrypt(copy.sealed, first, info=_copy_binding(copy, "outer"))
        return _SUITE.decrypt(inner, second, info=_copy_binding(copy, "inner"))
    except (InvalidTag, ValueError) as error:
        raise Refusal("key_copy_damaged", N_("This copy of the round's key is damaged. Use another pair.")) from error


def copy_for(copies: Sequence[WrappedCopy], one: str, other: str) -> WrappedCopy:
    """The copy that belongs to two holders, named in any order.

    Raises Refusal `key_holder_twice` or `key_copy_of_others`.
    """
    if one == other:
        raise Refusal("key_holder_twice", N_("Two different key holders are needed."), field="holders")
    found = [copy for copy in copies if {copy.first, copy.second} == {one, other}]
    if not found:
        sentence = N_("These two people hold no copy of this round's key together.")
        raise Refusal("key_copy_of_others", sentence, field="holders")
    return found[0]


def _wrap(round_id: str, round_private: bytes, first: HolderKey, second: HolderKey) -> WrappedCopy:
    empty = WrappedCopy(round_id, first.holder, second.holder, b"")
    inner = _seal_to(second, round_private, _copy_binding(empty, "inner"))
    return WrappedCopy(round_id, first.holder, second.holder, _seal_to(first, inner, _copy_binding(empty, "outer")))


def _seal_to(holder: HolderKey, content: bytes, info: bytes) -> bytes:
    return _SUITE.encrypt(content, X25519PublicKey.from_public_bytes(holder.public), info=info)


def _private_half(key: HolderKey, passphrase: str) -> X25519PrivateKey:
    wrapping = AESGCM(_wrapping_key(passphrase, key.salt, key.cost))
    binding = _holder_binding(key.round_id, key.holder, key.public)
    try:
        return X25519PrivateKey.from_private_bytes(wrapping.decrypt(key.nonce, key.wrapped, binding))
    except InvalidTag as error:
        raise Refusal(
            "wrong_passphrase",
            N_("That is not the passphrase with which this key was made. Look at the capitals and try again."),
            field="passphrase",
            status=422,
            holder=key.holder,
        ) from error


def _wrapping_key(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    secret = _tidy(passphrase).encode("utf-8", "surrogatepass")
    return hash_secret_raw(secret, salt, cost.passes, cost.memory_kib, cost.lanes, _KEY_BYTES, Type.ID)


def _tidy(passphrase: str) -> str:
    """The same words on every keyboard, however wide the spaces between them; capitals count."""
    return " ".join(unicodedata.normalize("NFKC", passphrase).split())


def _holder_binding(round_id: str, holder: str, public: bytes) -> bytes:
    return joined("pb-holder-key-1", round_id, holder, public.hex())


def _copy_binding(copy: WrappedCopy, layer: str) -> bytes:
    return joined("pb-round-key-1", copy.round_id, copy.first, copy.second, layer)
