"""The browser's sealing against the server's: the published vector, and each side opens what the other sealed."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from playwright.sync_api import Page

from pb.core.canonical import joined
from pb.core.codes import CODE_LENGTH, make_code, read_code
from pb.core.kiosks import Item, open_claim
from pb.core.receipts import read_nonce, read_receipt
from pb.core.sealing import FORMAT, new_round_key, open_envelope, seal, unpack
from tests.browser import Site

#: Raw keys become WebCrypto's by JWK; whole numbers of bytes come and go as hexadecimal figures.
#: A browser of some years ago, whose WebCrypto has never heard of X25519.
OLD = """for (const name of ['generateKey', 'importKey']) {
  const real = SubtleCrypto.prototype[name]
  SubtleCrypto.prototype[name] = function (...given) {
    const strange = given.some((each) => each === 'X25519' || each?.name === 'X25519')
    return strange ? Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError')) : real.apply(this, given)
  }
}"""
#: RFC 7748, 5.2: two vectors, and the first step of the repeated one: a secret, a point, and what comes of them.
RFC_7748 = [
    (
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    ),
    (
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
    ),
    (
        "0900000000000000000000000000000000000000000000000000000000000000",
        "0900000000000000000000000000000000000000000000000000000000000000",
        "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
    ),
]
TOOLS = """
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16))
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const url = (figures) => btoa(String.fromCharCode(...unhex(figures)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const pairOf = async (secret, open) => ({
  privateKey: await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'X25519', d: url(secret), x: url(open) },
    'X25519', false, ['deriveBits']),
  publicKey: await crypto.subtle.importKey('raw', unhex(open), 'X25519', true, []),
})
"""


def run(page: Page, body: str, given: dict[str, Any]) -> Any:
    """Run the body of a function of `given` with the page's own modules."""
    modules = "const hpke = await import('/static/js/hpke.js'); const own = await import('/static/js/kiosk-seal.js');"
    return page.evaluate(f"async (given) => {{ {TOOLS} {modules} {body} }}", given)


def test_the_browser_and_the_server_open_each_others_envelopes(site: Site) -> None:
    with site.visit() as page:
        page.goto("/cookies")
        _the_vector_of_the_rfc(page)
        key = new_round_key(secrets.token_bytes(32))
        pair = {"private": key.private.hex(), "public": key.public.hex()}
        _the_server_opens_what_the_browser_sealed(page, key.private, pair)

        envelope = str(uuid4())
        sealed = seal(key.public, 7, 1, envelope, "Łódź".encode(), 512)
        info = joined(FORMAT, 7, 1, envelope).hex()
        given = {**pair, "info": info, "sealed": sealed.hex()}
        body = """const pair = await pairOf(given.private, given.public)
          return hex(await hpke.open(pair, unhex(given.info), unhex(given.sealed)))"""
        assert bytes.fromhex(run(page, body, given))[4:].rstrip(b"\0").decode() == "Łódź"
        moved = "try { " + body + " } catch (fault) { return fault.name }"
        assert run(page, moved, {**given, "info": info[:-2] + "00"}) == "OperationError"


def test_a_browser_without_x25519_seals_as_the_others_do(site: Site) -> None:
    """The numbers that the RFC of X25519 works out, random ones against the server's, and a ballot that it opens."""
    with site.visit() as page:
        page.add_init_script(OLD)
        page.goto("/cookies")
        assert page.evaluate(
            "crypto.subtle.generateKey('X25519', false, ['deriveBits']).catch((fault) => fault.name)"
        ) == ("NotSupportedError")
        work_out = """const { x25519 } = await import('/static/js/x25519.js')
          return given.pairs.map(([secret, point]) => hex(x25519(unhex(secret), unhex(point))))"""
        told = run(page, work_out, {"pairs": [(secret, point) for secret, point, _ in RFC_7748]})
        assert told == [shared for *_, shared in RFC_7748]
        ours = [secrets.token_bytes(32) for _ in range(20)]
        theirs = [new_round_key(secrets.token_bytes(32)).public for _ in ours]
        shared = [
            X25519PrivateKey.from_private_bytes(one).exchange(X25519PublicKey.from_public_bytes(other)).hex()
            for one, other in zip(ours, theirs, strict=True)
        ]
        pairs = [(one.hex(), other.hex()) for one, other in zip(ours, theirs, strict=True)]
        assert run(page, work_out, {"pairs": pairs}) == shared

        key = new_round_key(secrets.token_bytes(32))
        _the_server_opens_what_the_browser_sealed(page, key.private, {"public": key.public.hex()})
        assert run(page, "return hpke.canSeal()", {})
        nothing = (
            "return hpke.seal(new Uint8Array(32), new Uint8Array(0), new Uint8Array(0)).catch((fault) => fault.name)"
        )
        assert run(page, nothing, {}) == "RangeError"


def _the_vector_of_the_rfc(page: Page) -> None:
    """The working group's test-vectors.json: mode 0, kem 0x0020, kdf 0x0001, aead 0x0002, first encryption."""
    given = {
        "skE": "179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11",
        "enc": "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256",
        "skR": "497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d",
        "pkR": "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c",
        "text": b"Beauty is truth, truth beauty".hex(),
        "info": b"Ode on a Grecian Urn".hex(),
        "aad": b"Count-0".hex(),
    }
    body = """const options = { aad: unhex(given.aad), ephemeral: await pairOf(given.skE, given.enc) }
      const sealed = await hpke.seal(unhex(given.pkR), unhex(given.info), unhex(given.text), options)
      const text = await hpke.open(await pairOf(given.skR, given.pkR), unhex(given.info), sealed, options)
      return [hex(sealed), hex(text)]"""
    ciphertext = "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a"
    assert run(page, body, given) == [given["enc"] + ciphertext, given["text"]]


def _the_server_opens_what_the_browser_sealed(page: Page, private: bytes, pair: dict[str, str]) -> None:
    given = {
        **pair,
        "sections": {"b": {"approved": ["YD-2"]}, "ä": {}, "B": {"scores": {"x": -1}}},
        "claim": {"code": "7K2M", "area": 3, "declaration": None},
    }
    body = """const key = own.base64(unhex(given.public))
      const contents = { round: 7, version: 2, size: 512, kiosk: 5, roundKey: key, onlineKey: key }
      return own.sealPaper(contents, given.sections, given.claim)"""
    made = run(page, body, given)
    item, receipt = made["item"], made["receipt"]
    sealed, claim = (bytes(page.evaluate("(text) => Array.from(atob(text), (c) => c.charCodeAt(0))", item[name]))
                     for name in ("sealed", "claim"))  # fmt: skip
    paper = unpack(open_envelope(private, 7, 2, item["id"], sealed, 512))
    assert (paper.sections, paper.receipt, paper.version) == (given["sections"], receipt, 2)
    assert read_receipt(receipt) == receipt
    sent = Item(item["id"], 2, 1, read_nonce(item["nonce"]), sealed, claim, b"")
    opened = open_claim(private, 5, sent)
    assert (opened.code, opened.area_id, opened.declaration) == ("7K2M", 3, None)
    codes = [make_code(secrets.token_bytes(10)) for _ in range(50)]
    checked = run(page, "return given.codes.map((code) => own.withCheck(code.slice(0, -1)))", {"codes": codes})
    assert checked == codes
    typed = f" 7k2m–9qxd\N{NO-BREAK SPACE}{codes[0].lower()}"[-CODE_LENGTH:]
    assert run(page, "return own.tidyCode(given.typed)", {"typed": typed}) == read_code(typed)
