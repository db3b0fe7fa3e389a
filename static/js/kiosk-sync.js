// Sending what waits: at most 25 at once, by one tab, again and again until the server has answered each one durably.
import { sign } from './kiosk-seal.js'

const AT_ONCE = 25
const BEAT = 30_000 // with nothing to send, the server is told so as often as this
const LONGEST_WAIT = 300_000
const GIVE_UP = 20_000
// Answers after which an item has a durable place on the server.
const SETTLED = ['stored', 'duplicate', 'held', 'quarantined', 'rejected']

const jitter = (wait) => wait * (0.7 + Math.random() * 0.6)

// One round trip. Gives what the server answered; throws where it could not be asked.
const send = async (contents, key, store) => {
  const skipped = (await store.get('unsigned')) || []
  const items = (await store.some(AT_ONCE + skipped.length)).filter((item) => !skipped.includes(item.id)).slice(0, AT_ONCE)
  const waiting = (await store.waiting()) - items.length
  const made = await store.made()
  const ids = items.map((item) => item.id).sort()
  const signature = await sign(key, 'pb-kiosk-upload-1', contents.kiosk, waiting, made, ...ids)
  const answer = await fetch(`/kiosk/${contents.kiosk}/items`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ items, waiting, made, signature }),
    signal: AbortSignal.timeout(GIVE_UP),
    credentials: 'omit',
  })
  const told = await answer.json().catch(() => ({}))
  if (!answer.ok) throw Object.assign(new Error(told.error || `status ${answer.status}`), { told: told.error || '', code: told.code })
  const late = told.items.filter((each) => each.answer === 'quarantined').length
  if (late) await store.put('late', ((await store.get('late')) || 0) + late) // before they go: sent again they are duplicates
  await store.remove(told.items.filter((each) => SETTLED.includes(each.answer)).map((each) => each.id))
  const unsigned = told.items.filter((each) => !SETTLED.includes(each.answer)).map((each) => each.id)
  if (unsigned.length) await store.put('unsigned', [...new Set([...skipped, ...unsigned])])
  return { sent: items.length, votes: told.votes, version: told.version }
}

// All that waits, until nothing does; `sent` hears of each round trip. One tab at a time: another that asks meanwhile
// does nothing.
const drain = (contents, key, store, sent) => navigator.locks.request(`kiosk-${contents.kiosk}`, { ifAvailable: true }, async (lock) => {
  if (!lock) return null
  let result
  do {
    result = await send(contents, key, store)
    await sent({ ok: true, votes: result.votes, version: result.version })
  } while (result.sent === AT_ONCE)
  return result
})

// Keep sending. `told` hears how it stands after each try: { ok, votes, version, refusal, code }. Gives what sends at once.
export const startSync = (given, key, store, told) => {
  let timer = 0
  let wait = 1000
  let busy = null
  const once = async () => {
    clearTimeout(timer)
    try {
      const result = await drain(given(), key, store, told)
      wait = 1000
      if (result) await store.put('synced', Date.now())
      told({ ok: true, votes: result?.votes, version: result?.version })
      timer = setTimeout(run, jitter(BEAT))
    } catch (fault) {
      told({ ok: false, refusal: fault.told || '', code: fault.code })
      timer = setTimeout(run, jitter(wait))
      wait = Math.min(wait * 2, LONGEST_WAIT)
    }
  }
  const run = () => {
    busy ??= once().finally(() => { busy = null })
    return busy
  }
  window.addEventListener('online', () => { wait = 1000; run() })
  return run
}
