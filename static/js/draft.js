// A ballot that is begun on a phone, kept against a reload until it is handed in. It lies in this tab alone, encrypted
// under a key that no script can read out; the key is thrown away with it.

const ITEM = 'yd-draft'
const LASTS = 6 * 60 * 60 * 1000 // as long as the form that it belongs to

const store = (mode, deed) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('you-decide-draft', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore('keys')
  opening.onerror = () => reject(opening.error)
  opening.onsuccess = () => {
    const asked = deed(opening.result.transaction('keys', mode).objectStore('keys'))
    asked.onsuccess = () => { resolve(asked.result); opening.result.close() }
    asked.onerror = () => { reject(asked.error); opening.result.close() }
  }
})

const able = () => Boolean(globalThis.crypto?.subtle && globalThis.indexedDB)

const theKey = async () => {
  const kept = await store('readonly', (keys) => keys.get(ITEM))
  if (kept) return kept
  const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  await store('readwrite', (keys) => keys.put(fresh, ITEM))
  return fresh
}

const toText = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))

export const dropDraft = async () => {
  try {
    sessionStorage.removeItem(ITEM)
    if (able()) await store('readwrite', (keys) => keys.delete(ITEM))
  } catch { /* A browser that keeps nothing has nothing to drop. */ }
}

export const keepDraft = async (draft) => {
  if (!able()) return
  try {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const plain = new TextEncoder().encode(JSON.stringify({ ...draft, at: Date.now() }))
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await theKey(), plain)
    sessionStorage.setItem(ITEM, `${toText(iv)}.${toText(new Uint8Array(sealed))}`)
  } catch { /* The marks are still in the page; only a reload would lose them. */ }
}

// The draft of a round's address, of any round where that is empty; null where there is none, or it is too old.
export const findDraft = async (action) => {
  try {
    const kept = able() && sessionStorage.getItem(ITEM)
    if (!kept) return null
    const [iv, sealed] = kept.split('.').map(toBytes)
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, await theKey(), sealed)
    const draft = JSON.parse(new TextDecoder().decode(plain))
    if ((action && draft.action !== action) || Date.now() - draft.at > LASTS) return null
    return draft
  } catch {
    return null
  }
}
