// What the steward sees of the tablet, and the buttons of their panel.
import { hallFacts, isEventDay, openNext, shutLast } from './kiosk-hall.js'
import { main, now, words } from './kiosk-now.js'
import { factsOf, timeOf } from './kiosk-tablet.js'

const steward = document.getElementById('steward')
const said = steward.querySelector('[data-kiosk-said]')
const waitingLine = document.querySelector('[data-kiosk-waiting]')
const opening = document.querySelector('[data-kiosk-open]')

const tell = (facts) => {
  for (const [name, text] of Object.entries(facts)) steward.querySelector(`[data-fact="${name}"]`).textContent = text
}

export const showFacts = async () => {
  const { store, state, contents } = now
  const [waiting, made, synced, unsigned, late] = await Promise.all(
    [store.waiting(), store.made(), store.get('synced'), store.get('unsigned'), store.get('late')])
  waitingLine.hidden = false
  waitingLine.textContent = words('waiting', { count: waiting })
  main.dataset.waiting = waiting
  const facts = { waiting, made, late: late || 0, unsigned: unsigned?.length || 0, ...factsOf(state, synced, contents.override) }
  tell(facts)
  showGone(contents.withdrawn || [])
  if (said.dataset.told) sayWaiting(waiting)
  await showHall()
}

// Projects that have left the ballot since it was locked; what was cast on this tablet before stays as it is.
const showGone = (titles) => {
  steward.querySelector('[data-kiosk-gone]').hidden = !titles.length
  tell({ gone: titles.join('; ') })
}

// The rows and buttons of an event day, which other tablets do not have.
const showHall = async () => {
  const part = steward.querySelector('[data-kiosk-hall]')
  part.hidden = !isEventDay()
  if (part.hidden) return
  const { heardAt, next, undo, ...facts } = hallFacts()
  const drafts = await now.store.begun()
  tell({ drafts, hallHeard: heardAt ? timeOf(heardAt) : 'Never', ...facts })
  part.querySelector('[data-kiosk-by-hand]').hidden = !next && !undo
  const buttons = { next: ['Open the next project', next], undo: ['Shut it again', undo] }
  for (const [name, [label, project]] of Object.entries(buttons)) {
    const button = part.querySelector(`[data-kiosk-${name}]`)
    button.hidden = !project
    button.textContent = `${label}: ${project}`
  }
}

const openSteward = (open) => {
  steward.hidden = !open
  opening.setAttribute('aria-expanded', String(open))
  said.textContent = ''
  delete said.dataset.told
  if (open) showFacts()
  else opening.focus()
}

const sayWaiting = (waiting) => {
  const text = waiting ? `Not everything is sent. Waiting on this tablet: ${waiting}.` : 'Everything is sent.'
  said.dataset.told = 'yes'
  if (said.textContent !== text) said.textContent = text
}

// What waits is sent, and the panel says what came of it, and of what is sent later.
const send = async () => {
  said.textContent = 'Sending …'
  await now.sync()
  sayWaiting(await now.store.waiting())
}

// `changed` is called when a steward opened or shut a project by hand.
export const setUpSteward = (changed) => {
  const press = (name, deed) => steward.querySelector(name).addEventListener('click', async ({ target }) => {
    await deed()
    await changed()
    if (target.hidden) steward.querySelector('[data-kiosk-hall] button:not([hidden])')?.focus()
  })
  press('[data-kiosk-next]', openNext)
  press('[data-kiosk-undo]', shutLast)
  opening.addEventListener('click', () => openSteward(steward.hidden))
  steward.querySelector('[data-kiosk-close]').addEventListener('click', () => openSteward(false))
  steward.querySelector('[data-kiosk-send]').addEventListener('click', send)
}
