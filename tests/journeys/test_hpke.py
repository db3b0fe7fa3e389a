"""The browser's sealing against the server's: the published vector, and each side opens what the other sealed."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page

from pb.core.canonical import joined
from pb.core.codes import CODE_LENGTH, make_code, read_code
from pb.core.kiosks import Item, open_claim
from pb.core.receipts import read_nonce, read_receipt
from pb.core.sealing import FORMAT, new_round_key, open_envelope, seal, unpack
from tests.browser import Site

#: Raw keys become WebCrypto's by JWK; whole numbers of bytes come and go as hexadecimal figures.
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
