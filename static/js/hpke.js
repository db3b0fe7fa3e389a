// RFC 9180 (HPKE), base mode, on WebCrypto, with the one suite of this service's envelopes (pb/core/sealing.py):
// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. One message for each key, so the sequence number is always 0.
//
// What is sealed is the encapsulated key (32 bytes), then the ciphertext with its tag (16 bytes more than the text).
// Section numbers are the RFC's.
import { x25519 } from './x25519.js'

const utf8 = (text) => new TextEncoder().encode(text)

const KEM = [...utf8('KEM'), 0x00, 0x20] // suite_id of the KEM, 4.1
const SUITE = [...utf8('HPKE'), 0x00, 0x20, 0x00, 0x01, 0x00, 0x02] // suite_id, 5.1
const HASH = 32 // Nh of HKDF-SHA256, and Nsecret
const KEY = 32 // Nk of AES-256-GCM
const NONCE = 12 // Nn
export const ENC = 32 // Npk, Nenc of X25519
const EMPTY = new Uint8Array(0)

const bytes = (...parts) => {
  const all = parts.map((part) => Uint8Array.from(part))
  const out = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of all) {
    out.set(part, at)
    at += part.length
  }
  return out
}

// HKDF by its two steps (RFC 5869), since the labels come between them; WebCrypto's own HKDF does both at once.
const hmac = async (key, data) => {
  // WebCrypto takes no empty key; one of zeros is the same to HMAC.
  const imported = await crypto.subtle.importKey(
    'raw', key.length ? key : new Uint8Array(HASH), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data))
}

// 4: LabeledExtract and LabeledExpand. No output here is longer than one hash, so one round of Expand is enough.
const extract = (suite, salt, label, ikm) => hmac(salt, bytes(utf8('HPKE-v1'), suite, utf8(label), ikm))
const expand = async (suite, prk, label, info, length) => {
  const labelled = bytes([length >> 8, length & 255], utf8('HPKE-v1'), suite, utf8(label), info)
  return (await hmac(prk, bytes(labelled, [1]))).slice(0, length)
}

const X25519 = { name: 'X25519' }
const publicKey = (raw) => crypto.subtle.importKey('raw', raw, X25519, true, [])
// A key is WebCrypto's, or 32 bytes where it has no X25519.
const rawOf = async (key) => (key instanceof Uint8Array ? key : new Uint8Array(await crypto.subtle.exportKey('raw', key)))

const newPair = async () => {
  try {
    return await crypto.subtle.generateKey(X25519, false, ['deriveBits'])
  } catch (fault) {
    if (fault.name !== 'NotSupportedError') throw fault
    const privateKey = crypto.getRandomValues(new Uint8Array(32))
    return { privateKey, publicKey: x25519(privateKey) }
  }
}

// A key whose secret would be zero is refused, as 7.1.4 asks; WebCrypto does so itself.
const agree = async (privateKey, theirs) => {
  if (!(privateKey instanceof Uint8Array)) {
    return new Uint8Array(await crypto.subtle.deriveBits({ name: 'X25519', public: await publicKey(theirs) }, privateKey, 256))
  }
  const secret = x25519(privateKey, theirs)
  if (secret.every((byte) => !byte)) throw new RangeError('this public key shares no secret')
  return secret
}

// 4.1: the shared secret of Encap and Decap.
const sharedSecret = async (privateKey, theirs, enc, recipient) => {
  const dh = await agree(privateKey, theirs)
  const prk = await extract(KEM, EMPTY, 'eae_prk', dh)
  return expand(KEM, prk, 'shared_secret', bytes(enc, recipient), HASH)
}

// 5.1: KeySchedule in base mode, with no pre-shared key; gives what AES-GCM needs.
const keySchedule = async (secretShared, info) => {
  const pskIdHash = await extract(SUITE, EMPTY, 'psk_id_hash', EMPTY)
  const infoHash = await extract(SUITE, EMPTY, 'info_hash', info)
  const context = bytes([0], pskIdHash, infoHash)
  const secret = await extract(SUITE, secretShared, 'secret', EMPTY)
  const key = await expand(SUITE, secret, 'key', context, KEY)
  const iv = await expand(SUITE, secret, 'base_nonce', context, NONCE)
  return { key: await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']), iv }
}

const cipher = (iv, aad) => ({ name: 'AES-GCM', iv, additionalData: aad, tagLength: 128 })

// Whether this browser can seal at all; a very old one cannot.
export const canSeal = async () => {
  try {
    await seal(await rawOf((await newPair()).publicKey), EMPTY, EMPTY)
    return true
  } catch {
    return false
  }
}

// Seal to a recipient's public key (raw, 32 bytes). `ephemeral`, a key pair, is for tests with the RFC's vectors alone.
export const seal = async (recipient, info, text, { aad = EMPTY, ephemeral = null } = {}) => {
  const pair = ephemeral || await newPair()
  const enc = await rawOf(pair.publicKey)
  const secret = await sharedSecret(pair.privateKey, recipient, enc, recipient)
  const { key, iv } = await keySchedule(secret, info)
  return bytes(enc, new Uint8Array(await crypto.subtle.encrypt(cipher(iv, aad), key, text)))
}

// Open what was sealed to a key pair; throws for anything that was altered or moved. The kiosk never opens anything:
// this is here so that the two sides can be held against each other.
export const open = async (pair, info, sealed, { aad = EMPTY } = {}) => {
  const enc = sealed.slice(0, ENC)
  const secret = await sharedSecret(pair.privateKey, enc, enc, await rawOf(pair.publicKey))
  const { key, iv } = await keySchedule(secret, info)
  return new Uint8Array(await crypto.subtle.decrypt(cipher(iv, aad), key, sealed.slice(ENC)))
}
