// A ballot that is begun at an event day and not handed in: its marks wait on the tablet until the same card is entered
// again. They are encrypted under a key that is worked out from the card's code, of 80 random bits, and is kept nowhere.
// What is stored are random bytes of one size under a new random id each time: nothing tells whose they are, how much is
// marked, or whether somebody came back. No name is among them: who declares does so again.
import { kiosk, now } from './kiosk-now.js'

const ROUNDS = 200_000 // of PBKDF2: for a code of which somebody saw the most
const SALT = 32
const IV = 12
const SIZE = 8192

const utf8 = (text) => new TextEncoder().encode(text)
const random = (length) => crypto.getRandomValues(new Uint8Array(length))

// The tablet's own, made with its first draft and destroyed with the last.
const saltOf = async () => {
  const kept = await now.store.get('salt')
  if (kept) return kept
  const fresh = random(SALT)
  await now.store.put('salt', fresh)
  return fresh
}

const keyOf = async (code) => {
  const secret = await crypto.subtle.importKey('raw', utf8(code), 'PBKDF2', false, ['deriveKey'])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: await saltOf(), iterations: ROUNDS }
  return crypto.subtle.deriveKey(how, secret, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

const cipher = (iv) => ({ name: 'AES-GCM', iv, additionalData: utf8(`pb-kiosk-draft-1|${now.contents.round}|${kiosk}`) })

// Spaces behind JSON are no part of it, so they make one size of it.
const lock = async (key, marks) => {
  const text = new Uint8Array(SIZE).fill(32)
  text.set(utf8(JSON.stringify(marks)))
  const iv = random(IV)
  return { id: crypto.randomUUID(), iv, sealed: new Uint8Array(await crypto.subtle.encrypt(cipher(iv), key, text)) }
}

const unlock = async (key, { iv, sealed }) => {
  try {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(cipher(iv), key, sealed)))
  } catch {
    return null // another card's
  }
}

// What a card's voter may keep here: the key, and their draft's id and marks where there is one.
export const draftOf = async (code) => {
  const key = await keyOf(code)
  for (const draft of await now.store.drafts()) {
    const marks = await unlock(key, draft)
    if (marks) return { key, id: draft.id, marks }
  }
  return { key, id: null, marks: null }
}

// Keep the marks in the place of those before.
export const keepDraft = async (draft, marks) => {
  const locked = await lock(draft.key, marks)
  await now.store.keepDraft(locked, draft.id)
  draft.id = locked.id
}

// Gone for good, at the voter's own word.
export const dropDraft = async (draft) => {
  if (draft?.id) await now.store.keepDraft(null, draft.id)
}
