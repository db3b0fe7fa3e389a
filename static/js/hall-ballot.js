// Scoring on one's own phone in the hall of an event day: what is on now stands beside the ballot, a project opens once
// it has been presented, and marks outlast a reload. Nothing is sent before the ballot is checked; without scripts, or
// without a connection, the whole ballot can be marked at any time.
import { dropDraft, findDraft, keepDraft } from './draft.js'
import { face, fill, leftOf, watchHall } from './countdown.js'

const EVERY = 5000

const bar = () => document.querySelector('[data-yd-hall-live]')
const ballot = () => document.querySelector('form[data-yd-draft-tag]')
const field = (number) => document.getElementById(`p${number}`)
const words = () => JSON.parse(bar().dataset.words)
let hall = null
let watching = false
let saving = Promise.resolve()

const fields = (form) => [...form.elements].filter(({ name }) => /^(p\d+|boost-\d+)$/.test(name))

const isMarked = (each) => (each.type === 'radio' || each.type === 'checkbox' ? each.checked && each.value !== '' : each.value.trim() !== '')

const marksOf = (form) => fields(form).filter(isMarked).map(({ name, value }) => [name, value])

const keep = () => {
  const form = ballot()
  if (!form || !hall || hall.hand_in_closed) return
  const draft = {
    action: new URL(form.action).pathname.replace(/check$/, 'ballot'),
    tag: form.dataset.ydDraftTag,
    carried: form.elements.carried.value,
    browserPart: form.elements.browser_part.value,
    marks: marksOf(form)
  }
  saving = saving.then(() => keepDraft(draft))
}

const mark = (each, value) => {
  if (each.type === 'radio' || each.type === 'checkbox') each.checked = each.value === value
  else each.value = value
}

// Marks come back to the ballot of the same card alone, and never over others.
const restore = async () => {
  const form = ballot()
  if (!form || form.dataset.ydRestored) return
  form.dataset.ydRestored = 'yes'
  const draft = await findDraft(new URL(form.action).pathname.replace(/check$/, 'ballot'))
  if (!draft || draft.tag !== form.dataset.ydDraftTag || marksOf(form).length) return
  for (const [name, value] of draft.marks) {
    const same = fields(form).filter((each) => each.name === name)
    for (const each of same) if (!['radio', 'checkbox'].includes(each.type) || each.value === value) mark(each, value)
  }
  form.querySelector('[data-yd-section]')?.dispatchEvent(new Event('input', { bubbles: true }))
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

// On the first page: a ballot that was begun can be gone on with, by the form that it was begun with.
const offerDraft = async (send) => {
  const notice = document.querySelector('[data-yd-draft]')
  if (!notice) return
  const draft = await findDraft(notice.dataset.ydDraft)
  if (!draft) return
  notice.hidden = false
  notice.querySelector('[data-yd-draft-go]').onclick = () => send(draft.action, { carried: draft.carried })
  notice.querySelector('[data-yd-draft-drop]').onclick = async () => {
    await dropDraft()
    notice.hidden = true
    document.querySelector('main h1').focus()
  }
}

// Called for every page of a visit. `send` posts fields to an address as the page's own form would.
export const joinHall = (send) => {
  if (document.querySelector('.yd-receipt')) dropDraft()
  offerDraft(send)
  if (!bar()) return
  restore()
  if (watching) {
    if (hall) show(hall)
    return
  }
  watching = true
  listen()
  watchHall(bar().dataset.ydHallLive, bar().dataset.station, show, lost, EVERY)
}
