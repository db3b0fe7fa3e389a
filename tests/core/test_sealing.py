"""An envelope opens only with the round's key, only as itself, and tells nothing by its size."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from pb.core.sealing import (
    EnvelopeInvalid,
    PaperContent,
    envelope_size,
    new_round_key,
    open_envelope,
    pack,
    public_of,
    seal,
    unpack,
)

KEY = new_round_key(bytes(range(32)))
ENVELOPE = "7d9f1f0e-3c54-4a53-9a55-0d7b1f6f9a11"
SIZE = 512
ROOM = SIZE - 52


def sealed(content: bytes = b"paper", size: int = SIZE) -> bytes:
    return seal(KEY.public, 7, 1, ENVELOPE, content, size)


def opened(
    envelope: bytes, *, key: bytes = KEY.private, round_id: int = 7, version: int = 1, name: str = ENVELOPE
) -> bytes:
    return open_envelope(key, round_id, version, name, envelope, SIZE)


def reason_of(envelope: bytes, **changes: object) -> str:
    with pytest.raises(EnvelopeInvalid) as caught:
        opened(envelope, **changes)  # type: ignore[arg-type]
    return caught.value.reason


class HandWritten:
    """RFC 9180 base mode for our suite, from the RFC's text and plain primitives: a second implementation."""

    KEM = b"KEM" + bytes([0, 0x20])
    HPKE = b"HPKE" + bytes([0, 0x20, 0, 1, 0, 2])

    @staticmethod
    def extract(suite: bytes, salt: bytes, label: bytes, key: bytes) -> bytes:
        return hmac.new(salt or bytes(32), b"HPKE-v1" + suite + label + key, hashlib.sha256).digest()

    @staticmethod
    def expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
        labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
        return hmac.new(secret, labelled + b"\1", hashlib.sha256).digest()[:length]

    @classmethod
    def key_and_nonce(cls, shared: bytes, ephemeral: bytes, recipient: bytes, info: bytes) -> tuple[bytes, bytes]:
        secret = cls.extract(cls.KEM, b"", b"eae_prk", shared)
        secret = cls.expand(cls.KEM, secret, b"shared_secret", ephemeral + recipient, 32)
        context = (
            b"\0" + cls.extract(cls.HPKE, b"", b"psk_id_hash", b"") + cls.extract(cls.HPKE, b"", b"info_hash", info)
        )
        secret = cls.extract(cls.HPKE, secret, b"secret", b"")
        return cls.expand(cls.HPKE, secret, b"key", context, 32), cls.expand(
            cls.HPKE, secret, b"base_nonce", context, 12
        )

    @classmethod
    def open(cls, private: bytes, sealed: bytes, info: bytes, aad: bytes = b"") -> bytes:
        mine = X25519PrivateKey.from_private_bytes(private)
        shared = mine.exchange(X25519PublicKey.from_public_bytes(sealed[:32]))
        key, nonce = cls.key_and_nonce(shared, sealed[:32], mine.public_key().public_bytes_raw(), info)
        return AESGCM(key).decrypt(nonce, sealed[32:], aad)

    @classmethod
    def seal(cls, public: bytes, ephemeral: bytes, text: bytes, info: bytes, aad: bytes = b"") -> bytes:
        mine = X25519PrivateKey.from_private_bytes(ephemeral)
        shared = mine.exchange(X25519PublicKey.from_public_bytes(public))
        begin = mine.public_key().public_bytes_raw()
        key, nonce = cls.key_and_nonce(shared, begin, public, info)
        return begin + AESGCM(key).encrypt(nonce, text, aad)


def test_the_hand_written_suite_gives_the_published_vector_of_rfc_9180() -> None:
    """The working group's test-vectors.json: mode 0, kem 0x0020, kdf 0x0001, aead 0x0002, first encryption."""
    private = bytes.fromhex("497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d")
    public = bytes.fromhex("430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c")
    ephemeral = bytes.fromhex("179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11")
    encapsulated = "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256"
    ciphertext = "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a"
    text, info, aad = b"Beauty is truth, truth beauty", b"Ode on a Grecian Urn", b"Count-0"
    envelope = bytes.fromhex(encapsulated + ciphertext)
    assert public_of(private) == public
    assert HandWritten.seal(public, ephemeral, text, info, aad) == envelope
    assert HandWritten.open(private, envelope, info, aad) == text


def test_an_envelope_opens_in_the_hand_written_suite_with_the_info_and_padding_that_are_promised() -> None:
    info = f"pb-envelope-1|7|1|{ENVELOPE}".encode()
    padded = HandWritten.open(KEY.private, sealed(b"paper"), info)
    assert padded == b"\0\0\0\x05paper" + bytes(ROOM - 5)


def test_an_envelope_sealed_by_the_hand_written_suite_opens_here() -> None:
    info = f"pb-envelope-1|7|1|{ENVELOPE}".encode()
    padded = b"\0\0\0\x02hi" + bytes(ROOM - 2)
    envelope = HandWritten.seal(KEY.public, b"e" * 32, padded, info)
    assert opened(envelope) == b"hi"


@given(st.binary(max_size=ROOM))
def test_every_paper_comes_back_whole_from_an_envelope_of_the_one_size(content: bytes) -> None:
    envelope = sealed(content)
    assert len(envelope) == SIZE
    assert opened(envelope) == content


def test_papers_that_end_in_zeros_or_hold_nothing_come_back_as_they_were() -> None:
    for content in (b"", b"\0", b"a\0\0", bytes(ROOM)):
        assert opened(sealed(content)) == content


def test_the_same_paper_never_looks_the_same_twice() -> None:
    assert sealed() != sealed()


@pytest.mark.parametrize(
    "changes",
    [{"round_id": 8}, {"version": 2}, {"name": "8d9f1f0e-3c54-4a53-9a55-0d7b1f6f9a11"}, {"key": b"k" * 32}],
)
def test_an_envelope_moved_to_another_round_version_slot_or_key_does_not_open(changes: dict[str, object]) -> None:
    assert reason_of(sealed(), **changes) == "seal"


@given(st.integers(0, SIZE * 8 - 1))
def test_no_bit_of_an_envelope_can_be_changed(bit: int) -> None:
    envelope = bytearray(sealed())
    envelope[bit // 8] ^= 1 << bit % 8
    assert reason_of(bytes(envelope)) == "seal"


def test_even_the_bit_that_x25519_ignores_cannot_be_changed() -> None:
    envelope = bytearray(sealed())
    envelope[31] ^= 0x80
    assert reason_of(bytes(envelope)) == "seal"


@pytest.mark.parametrize("envelope", [b"", b"\0" * 47, sealed(size=256), sealed() + b"\0"])
def test_an_envelope_of_another_size_is_not_opened(envelope: bytes) -> None:
    assert reason_of(envelope) == "size"


def test_a_key_of_all_zeros_in_place_of_the_encapsulated_one_is_refused_in_the_same_way() -> None:
    assert reason_of(bytes(SIZE)) == "seal"


@pytest.mark.parametrize(
    "padded", [b"\0\0\0\x02hi" + bytes(ROOM - 3) + b"\1", b"\xff" * (ROOM + 4), b"\0\0\x02\0" + bytes(ROOM)]
)
def test_padding_that_hides_something_or_a_length_that_lies_is_refused(padded: bytes) -> None:
    info = f"pb-envelope-1|7|1|{ENVELOPE}".encode()
    assert reason_of(HandWritten.seal(KEY.public, b"e" * 32, padded, info)) == "padding"


def test_padding_too_short_for_a_length_is_refused() -> None:
    info = f"pb-envelope-1|7|1|{ENVELOPE}".encode()
    envelope = HandWritten.seal(KEY.public, b"e" * 32, b"\0\0\0", info)
    with pytest.raises(EnvelopeInvalid) as caught:
        open_envelope(KEY.private, 7, 1, ENVELOPE, envelope, len(envelope))
    assert caught.value.reason == "padding"


def test_a_paper_that_is_too_large_is_never_cut() -> None:
    assert opened(sealed(bytes(ROOM))) == bytes(ROOM)
    with pytest.raises(ValueError):
        sealed(bytes(ROOM + 1))


@given(st.integers(0, 20_000))
def test_the_size_holds_the_largest_paper_and_is_a_multiple_of_256(largest: int) -> None:
    size = envelope_size(largest)
    assert size % 256 == 0
    assert largest + 52 <= size < largest + 52 + 256


def test_two_sizes_that_stand_at_the_edge() -> None:
    assert (envelope_size(204), envelope_size(205)) == (256, 512)


def test_an_id_cannot_pretend_to_be_another_field() -> None:
    with pytest.raises(ValueError):
        seal(KEY.public, 7, 1, "1|x", b"", SIZE)


def test_a_private_key_is_not_shown_when_it_is_printed() -> None:
    assert KEY.private.hex() not in repr(KEY)
    assert KEY.public == public_of(KEY.private)


def test_a_key_is_made_from_exactly_32_random_bytes() -> None:
    with pytest.raises(ValueError):
        new_round_key(bytes(31))


PAPER = PaperContent({"north": ["b2", "a1"], "whole": {"c3": 5, "d4": 0}, "south": []}, "AB3D", 2)


def test_a_paper_is_packed_as_canonical_json() -> None:
    expected = b'{"receipt":"AB3D","sections":{"north":["b2","a1"],"south":[],"whole":{"c3":5,"d4":0}},"version":2}'
    assert pack(PAPER) == expected
    assert unpack(expected) == PAPER


keys = st.text(min_size=1, max_size=8)
choices = st.lists(keys, max_size=4) | st.dictionaries(keys, st.integers(0, 100), max_size=4)


@given(st.dictionaries(keys, choices, max_size=3), st.text(max_size=13), st.integers(1, 99))
def test_every_paper_reads_back(sections: dict[str, list[str]], receipt: str, version: int) -> None:
    paper = PaperContent(sections, receipt, version)
    assert unpack(pack(paper)) == paper


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'{"receipt":"A","sections":{}}',
        b'{"extra":1,"receipt":"A","sections":{},"version":1}',
        b'{"receipt":"A","sections":[],"version":1}',
        b'{"receipt":"A","sections":{"p":"a1"},"version":1}',
        b'{"receipt":"A","sections":{"p":null},"version":1}',
        b'{"receipt":7,"sections":{},"version":1}',
        b'{"receipt":"A","sections":{},"version":0}',
        b'{"receipt":"A","sections":{},"version":true}',
        b'{"receipt":"A", "sections":{},"version":1}',
        b'{"receipt":"A","sections":{"p":[1.5]},"version":1}',
        b"\xff\xfe",
    ],
)
def test_content_of_another_shape_is_counted_as_invalid(content: bytes) -> None:
    with pytest.raises(EnvelopeInvalid) as caught:
        unpack(content)
    assert caught.value.reason == "content"


@given(st.binary(max_size=80))
def test_no_content_however_strange_breaks_the_opening(content: bytes) -> None:
    with pytest.raises(EnvelopeInvalid):
        unpack(content)


@pytest.mark.parametrize(
    "paper",
    [
        PaperContent({"p": "a1"}, "A", 1),
        PaperContent({"p": [1.5]}, "A", 1),  # type: ignore[list-item]
        PaperContent({}, "A", 0),
    ],
)
def test_a_paper_of_another_shape_is_never_sealed(paper: PaperContent) -> None:
    with pytest.raises(EnvelopeInvalid):
        pack(paper)
