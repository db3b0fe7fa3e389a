// What the tablet carries, and whether somebody may vote on it just now.
import { closedFor, handInClosed, hear } from './kiosk-hall.js'
import { kiosk, now, words } from './kiosk-now.js'
import { inReach } from './kiosk-tablet.js'

const LINGER = 900_000 // a hand-in that was closed too soon may be opened again

// Fresh where the server answers, else as it was kept.
export const loadContents = async () => {
  const { state, store } = now
  try {
    const answer = await fetch(`/kiosk/${kiosk}/package.json`, { credentials: 'omit', signal: AbortSignal.timeout(8000) })
    const found = await answer.json()
    if (!answer.ok) throw Object.assign(new Error(found.error), { told: found.error || '' })
    state.reached = true
    state.votes = found.votes
    state.skew = found.now - Date.now()
    if (found.mark !== now.contents?.mark) await store.put('contents', found)
    await store.put('skew', state.skew)
    now.contents = found
    await hear(found.hall)
  } catch (fault) {
    state.reached = false
    state.refusal = fault.told || ''
    state.skew = (await store.get('skew')) || 0
    now.contents ||= await store.get('contents')
  }
}

// Whether a ballot may wait here: the browser promises to keep what is saved, or a supervisor allows it without.
export const mayWait = () => now.state.persisted || now.contents.override

// By the server's clock, as it was told last.
const serverNow = () => Date.now() + now.state.skew

const voteIsOver = () => serverNow() >= now.contents.closes

// Whether a ballot that is begun may stay here without being handed in; and whether those that stayed can go.
export const mayStay = () => mayWait() && !handInClosed() && !voteIsOver()
export const mayGo = () => closedFor() > LINGER || voteIsOver()

// Why nobody may begin; empty where somebody may. Where no ballot may wait here, only while the server is in reach.
export const obstacle = () => {
  const { contents, state } = now
  if (state.revoked || state.refusal) return state.revoked || state.refusal
  const open = state.reached ? state.votes : serverNow() >= contents.opens && serverNow() < contents.closes
  if (!open) return words('closed')
  if (handInClosed()) return words('hand_in_closed')
  if (!mayWait() && !state.reached) return words('no_storage')
  return ''
}

// Whether a ballot can be taken just now: the server is asked anew, for what it answered a while ago says nothing of now.
export const canTake = async () => {
  if (mayWait()) return true
  now.state.reached = await inReach(kiosk)
  if (!now.state.reached) now.sync() // which tries again until it is there
  return now.state.reached
}
