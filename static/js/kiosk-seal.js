// Making an item of the outbox: a ballot sealed to the round's key, beside it the claim sealed to the server's online
// key, signed by this tablet. The formats are those of pb/core/sealing.py, receipts.py, codes.py and kiosks.py.
import { written } from './checker-forms.js'
import { seal } from './hpke.js'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ' // Crockford's base 32
const RECEIPT = 12 // symbols before the check character
const CLAIM_SIZE = 1024
const SEAL_BYTES = 48
const LENGTH_BYTES = 4

const utf8 = (text) => new TextEncoder().encode(text)
export const base64 = (data) => btoa(Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join(''))
export const unbase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
const hex = (data) => Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, '0')).join('')
const sha256 = async (data) => hex(await crypto.subtle.digest('SHA-256', data))

// The product of two elements of GF(32), x^5 + x^2 + 1.
const times = (left, right) => {
  let product = 0
  for (let at = 0; at < 5; at += 1) if ((right >> at) & 1) product ^= left << at
  for (let at = 9; at > 4; at -= 1) if ((product >> at) & 1) product ^= 0b100101 << (at - 5)
  return product
}

// A text of the alphabet with its check character, a Reed-Solomon symbol.
export const withCheck = (text) => {
  let check = 0
  let weight = 1
  for (const character of text) {
    weight = times(weight, 2)
    check ^= times(weight, ALPHABET.indexOf(character))
  }
  return text + ALPHABET[check]
}

// What a person typed or scanned as the server reads it: capitals, no separators, O as 0, I and L as 1.
export const tidyCode = (text) =>
  text.normalize('NFKC').slice(text.normalize('NFKC').lastIndexOf('#') + 1)
    .replace(/[\s\p{Pd}\p{Cf}\p{Cc}\p{Zs}\p{Pi}\p{Pf}_.,'"|/\\]/gu, '').toUpperCase()
    .replaceAll('O', '0').replaceAll('I', '1').replaceAll('L', '1')

// Receipts of a kiosk are made here, of 60 random bits: the server's key for receipts never leaves the server.
export const newReceipt = () => {
  const random = crypto.getRandomValues(new Uint8Array(RECEIPT))
  return withCheck(Array.from(random, (byte) => ALPHABET[byte & 31]).join(''))
}

const newNonce = () => base64(crypto.getRandomValues(new Uint8Array(24))).replaceAll('+', '-').replaceAll('/', '_')

// Four bytes of length, the content, zeros: one size, whatever the content.
const padded = (content, size) => {
  const out = new Uint8Array(size - SEAL_BYTES)
  if (content.length > out.length - LENGTH_BYTES) throw new RangeError('the content does not fit its envelope')
  new DataView(out.buffer).setUint32(0, content.length)
  out.set(content, LENGTH_BYTES)
  return out
}

const sealed = (key, info, content, size) => seal(key, utf8(info), padded(utf8(content), size))

export const sign = async (key, ...parts) => {
  const content = utf8(parts.join('|'))
  return base64(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, content))
}

// A paper that is cast: what goes into the outbox but for its number and signature, and the receipt for the voter.
export const sealPaper = async (contents, sections, claim) => {
  const { round, version, size, roundKey, onlineKey, kiosk } = contents
  const id = crypto.randomUUID()
  const receipt = newReceipt()
  const paper = written({ receipt, sections, version })
  const content = written({ area: claim.area, code: claim.code, declaration: claim.declaration })
  const [ballot, right] = await Promise.all([
    sealed(unbase64(roundKey), `pb-envelope-1|${round}|${version}|${id}`, paper, size),
    sealed(unbase64(onlineKey), `pb-kiosk-claim-1|${kiosk}|${id}`, content, CLAIM_SIZE),
  ])
  return { receipt, item: { id, version, nonce: newNonce(), sealed: base64(ballot), claim: base64(right) } }
}

// The same item with its number and this tablet's signature, as it is sent.
export const signItem = async (key, kiosk, item) => {
  const digests = await Promise.all([sha256(unbase64(item.sealed)), sha256(unbase64(item.claim))])
  const signature = await sign(key, 'pb-kiosk-item-1', kiosk, item.id, item.version, item.seq, item.nonce, ...digests)
  return { ...item, signature }
}
