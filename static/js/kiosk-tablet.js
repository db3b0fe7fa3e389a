// What a kiosk needs of its tablet: a worker that keeps the page and its files, and a promise to keep what is saved.
import { canSeal } from './hpke.js'

// Whether the browser has all that a kiosk needs; WebCrypto also asks for an address with https.
export const isNewEnough = async () =>
  [navigator.serviceWorker, navigator.locks, globalThis.indexedDB, AbortSignal.timeout, crypto.randomUUID,
    'inert' in HTMLElement.prototype].every(Boolean) && canSeal()

// A new version of the page takes over between two voters, never while one is here.
export const letNewVersionIn = async () => {
  const registration = await navigator.serviceWorker?.getRegistration('/kiosk/')
  if (registration?.waiting && navigator.serviceWorker.controller) registration.waiting.postMessage('nobody is here')
}

// Whether the page will open without a network from here on. `isFree` says that no voter is here.
export const setUpWorker = async (isFree) => {
  if (!navigator.serviceWorker) return false
  let controlled = Boolean(navigator.serviceWorker.controller)
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (isFree() && controlled) location.reload()
    controlled = true
  })
  await navigator.serviceWorker.register('/kiosk/worker.js', { scope: '/kiosk/' })
  const { active } = await navigator.serviceWorker.ready
  const { port1, port2 } = new MessageChannel()
  const kept = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data) })
  active.postMessage('keep this page', [port2])
  return kept
}

// Whether the server answers just now, whatever it answers; its page's manifest is the least that it can be asked for.
export const inReach = async (kiosk) => {
  if (!navigator.onLine) return false
  try {
    await fetch(`/kiosk/${kiosk}/app.webmanifest`, {
      method: 'HEAD', cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(5000),
    })
    return true
  } catch {
    return false
  }
}

// Whether the browser promises to keep what is saved. Most do for pages on the home screen.
export const storageIsKept = async () => {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist())
  } catch {
    return false
  }
}

export const timeOf = (moment) => new Date(moment).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

// How the tablet stands, for its steward. It works without a network only where what is saved may wait on it.
export const factsOf = ({ persisted, offline, skew, revoked, refusal, lost }, synced, override) => {
  const loaded = offline ? 'Yes' : 'Not yet: stay in reach of a network'
  return {
    synced: synced ? timeOf(synced) : 'Nothing has been sent yet',
    offline: persisted || override ? loaded : 'No: its browser may delete what is saved',
    kept: persisted ? 'Yes' : override ? 'No; a supervisor allows it' : 'No',
    clock: timeOf(Date.now()) + (Math.abs(skew) > 120_000 ? ' (it is not right; that does no harm)' : ''),
    refusal: revoked || refusal || lost,
  }
}
