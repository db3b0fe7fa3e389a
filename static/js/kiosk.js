// The kiosk: languages first, then one voter after another, each on a fresh copy of the screens. Nothing of a voter is in
// an address, in the history or in any storage but sealed, in the outbox; a reload shows the beginning.
import { loadContents, mayGo, obstacle } from './kiosk-contents.js'
import { isEventDay, recall, watchHall } from './kiosk-hall.js'
import { setUpIdle } from './kiosk-idle.js'
import { isBehind, kiosk, main, now } from './kiosk-now.js'
import { setUpSteward, showFacts } from './kiosk-steward.js'
import { openStore } from './kiosk-store.js'
import { startSync } from './kiosk-sync.js'
import { setUpWorker, storageIsKept } from './kiosk-tablet.js'
import { forget, keepUp, showDay, showStart } from './kiosk-visit.js'

const REFRESH = 600_000
const { state } = now

// How the last try to send went.
const heard = async ({ ok, votes, version, refusal, code }) => {
  const before = obstacle()
  state.reached = ok
  state.refusal = refusal || ''
  if (code === 'kiosk_revoked') {
    state.revoked = refusal
    await now.store.put('revoked', refusal)
  }
  if (ok && votes !== undefined) state.votes = votes
  if (isBehind(version)) return renew()
  await showFacts()
  if (!now.visit && before !== obstacle()) showStart()
}

// Something happened in the hall, or may have: what is open, and whether the hand-in is. What is not handed in by then
// does not count, and is destroyed soon after; whoever is at the tablet may finish.
const showHall = async () => {
  if (now.visit) showDay()
  else if ((main.dataset.at === 'stopped') !== Boolean(obstacle())) showStart()
  if (isEventDay() && mayGo() && !now.visit && (await now.store.begun())) await now.store.dropDrafts()
  await showFacts()
}

// Whoever is here meanwhile goes on, on the new ballot where it is one.
const renew = async () => {
  await loadContents()
  if (now.visit) keepUp()
  else showStart()
  await showHall()
}
const refresh = () => now.visit || renew()

const start = async () => {
  document.body.classList.add('js-enabled')
  const store = await openStore(kiosk)
  now.store = store
  now.key = await store.get('key')
  now.contents = await store.get('contents')
  state.revoked = (await store.get('revoked')) || ''
  await recall()
  state.persisted = await storageIsKept()
  await loadContents()
  if (!now.contents || !now.key) {
    main.querySelector('[data-kiosk-state]').textContent = state.refusal || 'This tablet is not set up. Ask an officer for a code.'
    main.dataset.at = 'stopped'
    return
  }
  showStart()
  await showHall()
  setUpWorker(() => !now.visit).then((kept) => {
    state.offline = kept
    if (kept) main.dataset.offline = 'ready'
    return showFacts()
  })
  now.sync = startSync(() => now.contents, now.key, store, heard)
  now.sync()
  watchHall(showHall, renew)
  setInterval(refresh, REFRESH)
}

setUpSteward(showHall)
setUpIdle(forget)
// Without a network no ballot begins where none may wait; `online` is heard where what waits is sent.
window.addEventListener('offline', () => {
  state.reached = false
  if (now.contents && now.key && !now.visit) showStart()
})
// A page that comes back out of the browser's memory begins anew.
window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload() })
start()
