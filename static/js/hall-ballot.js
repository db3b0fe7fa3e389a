// Scoring on one's own phone in the hall of an event day: what is on now stands beside the ballot, a project opens once
// it has been presented, and marks outlast a reload. Nothing is sent before the ballot is checked; without scripts, or
// without a connection, the whole ballot can be marked at any time.
import { dropDraft, findDraft, keepDraft } from './draft.js'
import { face, fill, leftOf, watchHall } from './countdown.js'
import { isMarked, marksOf, putBack } from './marks.js'

const EVERY = 5000

const bar = () => document.querySelector('[data-yd-hall-live]')
const ballot = () => document.querySelector('form[data-yd-draft-tag]')
const field = (number) => document.getElementById(`p${number}`)
const words = () => JSON.parse(bar().dataset.words)
let hall = null
let watching = false
let saving = Promise.resolve()

const keep = () => {
  const form = ballot()
  if (!form || !hall || hall.hand_in_closed) return
  const draft = {
    action: new URL(form.action).pathname.replace(/check$/, 'ballot'),
    tag: form.dataset.ydDraftTag,
    marks: marksOf(form)
  }
  saving = saving.then(() => keepDraft(draft)).then(() => { form.dataset.ydKept = draft.marks.length })
}

// Marks come back to the ballot of the same card alone, and never over others. Once another code was entered, whoever
// holds the phone now finds nothing of whoever held it before.
const restore = async (form) => {
  if (form.dataset.ydRestored) return
  form.dataset.ydRestored = 'yes'
  const draft = await findDraft('')
  if (!draft) return
  if (draft.tag !== form.dataset.ydDraftTag) await dropDraft()
  else if (!marksOf(form).length) putBack(form, draft.marks)
}

const note = (item, text, kind) => {
  const old = item.querySelector('[data-yd-hall-note]')
  if (old?.textContent === text) return
  old?.remove()
  if (!text) return
  const line = Object.assign(document.createElement('p'), { textContent: text, className: `yd-hall-note yd-hall-note--${kind}` })
  line.dataset.ydHallNote = ''
  item.prepend(line)
}

const showItems = () => {
  const said = words()
  for (const number of hall.order) {
    const item = field(number)?.closest('.yd-ballot__item')
    if (!item) continue
    const own = [...item.querySelectorAll(`[name=p${number}]`)]
    const shut = hall.heard_first && !hall.hand_in_closed && !hall.heard.includes(number) && !own.some(isMarked)
    own.forEach((each) => { each.disabled = shut })
    const on = hall.pitch?.number === number && ['pitch', 'questions', 'scoring'].includes(hall.step)
    item.classList.toggle('yd-ballot__item--unheard', shut)
    note(item, on ? said.now : shut ? said.unheard : '', on ? 'on' : 'shut')
  }
}

const write = (found, text) => {
  if (found.textContent !== text) found.textContent = text
}

const showNow = () => {
  const said = words()
  const timed = ['pitch', 'questions', 'scoring'].includes(hall.step) && hall.pitch
  const scored = hall.step === 'scoring' && hall.pitch
  const line = scored ? fill(said.score, hall.pitch) : timed ? `${said.steps[hall.told]}. ${fill(said.on, hall.pitch)}` : said.steps[hall.told]
  write(bar().querySelector('[data-yd-hall-now]'), line)
  bar().querySelector('[data-yd-hall-go]').hidden = !timed || !field(hall.pitch.number)
  document.querySelector('[data-yd-practice]').hidden = hall.step !== 'practice'
}

const tick = () => {
  const clock = bar()?.querySelector('[data-yd-hall-clock]')
  if (!clock || !hall) return
  const left = leftOf(hall)
  clock.hidden = left === null || hall.paused
  write(clock, left === 0 ? words().up : face(left ?? 0))
}

const show = (next) => {
  // A card of a stall is none of the hall's: what is on there shuts nothing on its ballot.
  if (bar() && String(next.station) !== bar().dataset.station) return
  hall = next
  if (!bar()) return
  bar().hidden = false
  showNow()
  showItems()
  tick()
}

// Where the hall cannot be asked, nothing is shut: a project is never closed by a bad network.
const lost = () => {
  if (!bar() || !hall) return
  hall = { ...hall, heard_first: false }
  showItems()
  write(bar().querySelector('[data-yd-hall-now]'), words().lost)
}

const goThere = () => {
  const target = field(hall.pitch.number)
  target.closest('.yd-ballot__item').scrollIntoView({ block: 'start' })
  target.focus({ preventScroll: true })
}

const listen = () => {
  document.addEventListener('input', ({ target }) => {
    if (target.name === 'practice') {
      write(document.querySelector('[data-yd-practice-said]'), fill(words().given, { score: target.value }))
    } else if (target.form && target.form === ballot()) keep()
  })
  document.addEventListener('click', ({ target }) => {
    if (target.closest?.('[data-yd-hall-go]')) goThere()
  })
  setInterval(tick, 500)
}

// On the first page: a ballot was begun here. Only its own code brings the marks back, for the phone may be another's now.
const tellOfDraft = async () => {
  const notice = document.querySelector('[data-yd-draft]')
  if (!notice || !await findDraft(notice.dataset.ydDraft)) return
  notice.hidden = false
  notice.querySelector('[data-yd-draft-drop]').onclick = async () => {
    await dropDraft()
    notice.hidden = true
    const heading = document.querySelector('main h1')
    heading.tabIndex = -1
    heading.focus()
  }
}

// Called for every page of a visit.
export const joinHall = () => {
  if (document.querySelector('.yd-receipt')) dropDraft()
  tellOfDraft()
  const form = document.querySelector('form[data-yd-ballot]')
  if (form) restore(form)
  if (!bar()) return
  if (watching) {
    if (hall) show(hall)
    return
  }
  watching = true
  listen()
  watchHall(bar().dataset.ydHallLive, bar().dataset.station, show, lost, EVERY)
}
