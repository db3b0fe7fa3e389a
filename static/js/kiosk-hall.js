// An event day on the tablet: what was presented so far can be scored. The server tells it while there is a network;
// without one it stays as it was told last, and a steward opens the next project by hand, in the running order.
import { isBehind, kiosk, main, now, words } from './kiosk-now.js'
import { isMarked } from './marks.js'

const EVERY = 5000
const A_MINUTE = 60_000

let hall = null // as the server told it last; null where there is no event day
let byHand = [] // the numbers that were opened here, of which the server may know nothing
let heardAt = 0
let closedAt = 0 // when the hand-in was first heard to be closed; 0 while it is open
let timer = 0

export const isEventDay = () => hall !== null
export const handInClosed = () => Boolean(hall?.hand_in_closed)
// Whether the hall was heard of just now; a tablet that was not does not know whether the hand-in has ended.
export const heardLately = () => Date.now() - heardAt < A_MINUTE
export const closedFor = () => (handInClosed() ? Date.now() - closedAt : 0)

// Whether a project, by its number on the ballot, can be scored by now.
export const isOpen = (number) =>
  !hall?.heard_first || hall.hand_in_closed || !hall.order.includes(number) || hall.heard.includes(number) || byHand.includes(number)

let keptAt = 0
const keep = () => {
  keptAt = Date.now()
  return now.store.put('hall', { hall, byHand, heardAt, closedAt })
}

// What the server tells; an answer that is older than what is known already is passed over.
export const hear = async (told) => {
  if (!told || told.turn < (hall?.turn ?? 0)) return
  const same = JSON.stringify(told) === JSON.stringify(hall)
  hall = told
  heardAt = Date.now()
  closedAt = told.hand_in_closed ? closedAt || heardAt : 0
  if (!same || heardAt - keptAt > A_MINUTE) await keep()
}

export const recall = async () => {
  const kept = await now.store.get('hall')
  if (kept) ({ hall, byHand, heardAt, closedAt } = kept)
}

// Ask again and again, but for a tablet that stands at no event day. `changed` is called after each answer; `renew` where
// the ballot is a newer one than the tablet's, which hears of the hall with it: what left the ballot is in no order, and
// would otherwise be taken for a project that nobody presents.
export const watchHall = (changed, renew) => {
  const look = async () => {
    clearTimeout(timer)
    timer = setTimeout(look, EVERY * (0.85 + 0.3 * Math.random()))
    if (!hall || document.hidden) return
    try {
      const answer = await fetch(`/kiosk/${kiosk}/hall.json`, { cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(EVERY) })
      if (!answer.ok) return
      const { hall: found, version } = await answer.json()
      if (isBehind(version)) return await renew()
      await hear(found)
      changed()
    } catch (fault) {
      if (!['AbortError', 'TimeoutError', 'TypeError', 'SyntaxError'].includes(fault.name)) throw fault
    }
  }
  document.addEventListener('visibilitychange', look)
  window.addEventListener('online', look)
  look()
}

const titled = (number) => {
  const projects = now.contents.paper.sections.flatMap((section) => section.projects)
  return `${number}, ${projects.find((each) => each.number === number)?.title ?? ''}`
}

const next = () => hall.order.find((number) => !isOpen(number))

export const openNext = () => {
  const number = next()
  if (number === undefined) return null
  byHand = [...byHand, number]
  return keep()
}

export const shutLast = () => {
  byHand = byHand.slice(0, -1)
  return keep()
}

// How the day stands, for the steward, and what their two buttons do.
export const hallFacts = () => {
  const open = hall.order.filter(isOpen)
  const own = byHand.filter((number) => !hall.heard.includes(number))
  const coming = next()
  const ends = own.length && own.at(-1) === byHand.at(-1) ? titled(own.at(-1)) : ''
  return {
    open: `${open.length} of ${hall.order.length}`,
    byHand: own.map(titled).join('; ') || 'None',
    heardAt,
    next: coming === undefined ? '' : titled(coming),
    undo: ends,
  }
}

// On a ballot: what cannot be scored yet is not there, unless it is marked; what comes while somebody is at it is told.
export const showOpen = (at, sections) => {
  if (!hall) return
  const projects = sections.flatMap((section) => section.projects)
  const fresh = projects.filter(({ number }) => {
    const own = [...at.querySelectorAll(`[name="p${number}"]`)]
    const item = own[0].closest('.yd-ballot__item')
    const was = item.hidden
    item.hidden = !isOpen(number) && !own.some(isMarked)
    return was && !item.hidden
  })
  tellHowMany(at.querySelector('[data-open]'), projects, fresh)
  at.querySelector('[data-yd-practice]').hidden = hall.step !== 'practice' || byHand.length > 0
}

const tellHowMany = (line, projects, fresh) => {
  const open = projects.filter(({ number }) => isOpen(number)).length
  line.hidden = !hall.heard_first
  const count = `${open} of ${projects.length}`
  if (line.dataset.count === count) return
  line.dataset.count = count
  const all = open === projects.length ? words('all_open') : words('open', { open, of: projects.length })
  line.textContent = fresh.length === 1 ? `${words('opened', { project: fresh[0].title })} ${all}` : all
}

main.addEventListener('input', ({ target }) => {
  if (target.name === 'practice') main.querySelector('[data-yd-practice-said]').textContent = words('given', { score: target.value })
})
