// The kiosk: languages first, then one voter after another, each on a fresh copy of the screens. Nothing of a voter is in
// an address, in the history or in any storage but sealed, in the outbox; a reload shows the beginning.
import { countBallot } from './ballot.js'
import { fill, inWords, readBallot } from './kiosk-ballot.js'
import { declarationFaults, readCode, wardsOf } from './kiosk-claim.js'
import { sealPaper, signItem } from './kiosk-seal.js'
import { openStore } from './kiosk-store.js'
import { startSync } from './kiosk-sync.js'
import { factsOf, inReach, letNewVersionIn, setUpWorker, storageIsKept } from './kiosk-tablet.js'
import { setUpScanning, stopScanning } from './scan.js'

const IDLE = 25_000 // after so long without a touch the page asks
const WARNING = 20 // and after so many seconds more it forgets
const REFRESH = 600_000
const TELL = [15, 10, 5] // the seconds left that are announced

const main = document.querySelector('[data-kiosk]')
const kiosk = Number(main.dataset.kiosk)
const steward = document.getElementById('steward')
const waitingLine = document.querySelector('[data-kiosk-waiting]')

let store = null
let key = null
let contents = null // what the tablet carries
const state = { votes: true, persisted: false, reached: false, offline: false, refusal: '', revoked: '', skew: 0 }
let visit = null // the voter who is here: language, claim, choices; none at the beginning
let idle = 0
let sync = () => {}

const language = () => contents.languages[visit?.language || contents.order[0]]
const words = (name, values) => fill(language().words[name], values)
const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

// What the tablet carries: fresh where the server answers, else as it was kept.
const loadContents = async () => {
  try {
    const answer = await fetch(`/kiosk/${kiosk}/package.json`, { credentials: 'omit', signal: AbortSignal.timeout(8000) })
    const found = await answer.json()
    if (!answer.ok) throw Object.assign(new Error(found.error), { told: found.error || '' })
    state.reached = true
    state.votes = found.votes
    state.skew = found.now - Date.now()
    if (found.mark !== contents?.mark) await store.put('contents', found)
    await store.put('skew', state.skew)
    contents = found
  } catch (fault) {
    state.reached = false
    state.refusal = fault.told || ''
    state.skew = (await store.get('skew')) || 0
    contents ||= await store.get('contents')
  }
}

// Whether a ballot may wait here: the browser promises to keep what is saved, or a supervisor allows it without.
const mayWait = () => state.persisted || contents.override

// Whether a voter may begin. Where no ballot may wait here, only while the server is in reach.
const obstacle = () => {
  if (state.revoked || state.refusal) return state.revoked || state.refusal
  const now = Date.now() + state.skew // by the server's clock, as it was told last
  const open = state.reached ? state.votes : now >= contents.opens && now < contents.closes
  if (!open) return words('closed')
  if (!mayWait() && !state.reached) return words('no_storage')
  return ''
}

// Whether a ballot can be taken just now: the server is asked anew, for what it answered a while ago says nothing of now.
const canTake = async () => {
  if (mayWait()) return true
  state.reached = await inReach(kiosk)
  if (!state.reached) sync() // which tries again until it is there
  return state.reached
}

// The beginning: one big button for each language.
const showStart = () => {
  visit = null
  clearIdle()
  document.documentElement.lang = 'en'
  document.documentElement.dir = 'ltr'
  document.title = document.title.replace(/^.*? – /, `${contents.title} – `)
  const stopped = obstacle()
  const buttons = contents.order.map((code) => {
    const each = contents.languages[code]
    const button = element('button', { type: 'button', className: 'govuk-button yd-kiosk__language', lang: each.lang },
      each.name, element('span', { textContent: each.words.begin }))
    button.dataset.language = code
    button.addEventListener('click', () => begin(code))
    return button
  })
  main.replaceChildren(
    element('h1', { className: 'govuk-heading-xl', textContent: contents.title }),
    stopped
      ? element('p', { className: 'govuk-body-l', role: 'status', textContent: stopped })
      : element('div', { className: 'yd-kiosk__languages' }, ...buttons))
  main.dataset.at = stopped ? 'stopped' : 'start'
  letNewVersionIn()
}

const begin = async (code) => {
  await canTake()
  if (visit) return // pressed twice
  if (obstacle()) return showStart()
  visit = { language: code, claim: { code: '', declaration: null, area: null }, choices: {} }
  const { lang, dir, screens } = language()
  document.documentElement.lang = lang
  document.documentElement.dir = dir
  main.innerHTML = screens // our own server's words, kept on the tablet
  setUpScanning(main)
  main.querySelectorAll('form').forEach((form) => form.addEventListener('submit', (event) => {
    event.preventDefault()
    const at = form.closest('[data-screen]')
    steps[at.dataset.screen](at, form)
  }))
  main.querySelectorAll('[data-leave]').forEach((button) => button.addEventListener('click', showStart))
  main.querySelectorAll('[data-back]').forEach((button) => button.addEventListener('click', goBack))
  main.querySelector('[data-stay]').addEventListener('click', stay)
  askPlaceWhereNeeded()
  show('code')
  watchIdle()
}

const screen = (name) => main.querySelector(`[data-screen="${name}"]`)

const show = (name) => {
  main.querySelectorAll('[data-yd-scan]').forEach(stopScanning)
  main.querySelectorAll('[data-screen]').forEach((each) => { each.hidden = each.dataset.screen !== name })
  visit.way = [...(visit.way || []).filter((each) => each !== name), name]
  main.dataset.at = name
  tell(screen(name), [])
  window.scrollTo(0, 0)
  screen(name).querySelector('h1').focus({ preventScroll: true })
}

const goBack = () => {
  visit.way.pop()
  show(visit.way.pop())
}

// What is wrong, on top and beside each field; with the focus on the summary.
const tell = (at, faults) => {
  const summary = at.querySelector('[data-errors]')
  if (!summary) return
  at.querySelectorAll('[data-error]').forEach((line) => { line.hidden = true; line.textContent = '' })
  at.querySelectorAll('.govuk-form-group--error').forEach((group) => group.classList.remove('govuk-form-group--error'))
  summary.querySelector('ul').replaceChildren(...faults.map(({ text, field }) => {
    if (!field) return element('li', {}, element('span', { className: 'yd-error-text', textContent: text }))
    const link = element('a', { href: `#${field}`, textContent: text })
    link.addEventListener('click', (event) => { event.preventDefault(); document.getElementById(field).focus() })
    return element('li', {}, link)
  }))
  for (const { text, field } of faults) {
    const line = field && at.querySelector(`[data-error="${field}"]`)
    if (!line) continue
    line.hidden = false
    line.textContent = text
    line.closest('[data-group]').classList.add('govuk-form-group--error')
  }
  summary.hidden = !faults.length
  if (faults.length) summary.focus()
}

const inSentences = (faults) => faults.map(({ code, field, values }) => ({ text: fill(language().faults[code] || code, values), field }))

// One step of the way after the other; each looks at its screen, and goes on or says what is wrong.
const steps = {
  code (at, form) {
    const { code, fault } = readCode(form.elements.code.value)
    if (fault) return tell(at, inSentences([{ ...fault, field: 'code' }]))
    visit.claim.code = code
    return contents.declares ? show('declaration') : askWard()
  },
  declaration (at, form) {
    const value = (name) => String(new FormData(form).get(name) ?? '').trim()
    const year = value('year_of_birth')
    const said = {
      name: value('name'),
      postcode: value('postcode'),
      year_of_birth: /^\d{4}$/.test(year) ? Number(year) : year ? -1 : null,
      link: value('link'),
      declared: value('declared') === 'yes',
      place_postcode: value('link') === 'live' ? '' : value('place_postcode'),
    }
    const faults = declarationFaults(said, contents.rules)
    if (faults.length) return tell(at, inSentences(faults))
    visit.claim.declaration = said
    return askWard()
  },
  ward (at, form) {
    const chosen = Number(new FormData(form).get('ward') || 0)
    if (!chosen) return tell(at, inSentences([{ code: 'ward_needed', field: 'ward' }]))
    return openBallot(chosen)
  },
  ballot (at, form) {
    const { choices, faults } = readBallot(form, contents.paper, visit.sections, money)
    if (faults.length) {
      return tell(at, faults.map(({ code, values, project, section }) => ({
        text: fill(language().faults[code] || code, values),
        field: `p${(project || section.projects[0]).number}`,
      })))
    }
    visit.choices = choices
    readBack()
    return show('check')
  },
  async check (at) {
    if (visit.casting) return
    visit.casting = true
    const mine = visit
    try {
      const taken = await canTake()
      if (visit !== mine) return // forgotten meanwhile
      if (!taken) throw Object.assign(new Error('out of reach'), { told: words('no_storage') })
      const receipt = await cast()
      screen('done').querySelector('[data-receipt]').textContent = receipt.replace(/(.{4})(?=.)/g, '$1 ')
      const { language: code, way } = visit
      visit = { language: code, way } // the claim and the choices are gone before the receipt is shown
      main.querySelectorAll('[data-screen]:not([data-screen="done"])').forEach((each) => each.remove())
      show('done')
      sync()
    } catch (fault) {
      visit.casting = false
      tell(at, [{ text: fault.told || words('failed') }])
    }
  },
  done: () => showStart(),
}

const money = (minor) => {
  const { currency, scale } = contents.paper
  const digits = minor % scale ? {} : { maximumFractionDigits: 0 }
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency, ...digits }).format(minor / scale)
}

const askWard = () => {
  const wards = wardsOf(visit.claim.declaration, contents)
  if (wards.length < 2) return openBallot(wards[0] ?? null)
  main.querySelectorAll('[data-ward]').forEach((each) => { each.hidden = !wards.includes(Number(each.dataset.ward)) })
  return show('ward')
}

// The ballot of a ward; what was marked stays where somebody comes back to the same one.
const openBallot = (ward) => {
  const at = screen('ballot')
  const place = at.querySelector('[data-sections]')
  visit.claim.area = ward
  if (!contents.paper.sections.some((each) => each.areaId === null || each.areaId === ward)) {
    return tell(screen(main.dataset.at), inSentences([{ code: 'nothing_to_mark' }]))
  }
  if (place.dataset.ward !== String(ward)) {
    visit.sections = contents.paper.sections.filter((each) => each.areaId === null || each.areaId === ward)
    place.innerHTML = visit.sections.map((each) => language().sections[each.key]).join('')
    place.dataset.ward = String(ward)
    at.querySelector('[data-instruction]').textContent = language().instructions[ward ?? ''] || ''
    countBallot(place)
  }
  return show('ballot')
}

const readBack = () => {
  const place = screen('check').querySelector('[data-read-back]')
  const say = (name, values) => fill(language().choices[name], values)
  place.replaceChildren(...visit.sections.flatMap((section) => {
    const lines = inWords(contents.paper, section, visit.choices[section.key], say)
    const heading = visit.sections.length > 1 ? [element('h2', { className: 'govuk-heading-m', textContent: section.name })] : []
    if (!lines.length) return [...heading, element('p', { className: 'govuk-inset-text', textContent: place.dataset.nothing })]
    const rows = lines.map(({ project, how }) => element('div', { className: 'govuk-summary-list__row' },
      element('dt', { className: 'govuk-summary-list__key', textContent: project.title }),
      element('dd', { className: 'govuk-summary-list__value', textContent: `${how} (${money(project.cost)})` })))
    return [...heading, element('dl', { className: 'govuk-summary-list' }, ...rows)]
  }))
}

// Sealed first, then kept: what touches the tablet's disk nobody can read. The receipt is given once it is kept.
const cast = async () => {
  const { receipt, item } = await sealPaper(contents, visit.choices, visit.claim)
  for (;;) {
    const signed = await signItem(key, kiosk, { ...item, seq: (await store.made()) + 1 })
    if (await store.add(signed)) break
  }
  await showFacts()
  return receipt
}

const askPlaceWhereNeeded = () => {
  const place = main.querySelector('[data-place]')
  main.querySelectorAll('input[type=radio][name=link]').forEach((link) => link.addEventListener('change', () => {
    place.hidden = link.value === 'live'
  }))
}

// Whoever walks away is asked, then forgotten.
const clearIdle = () => { clearTimeout(idle); clearInterval(idle) }

const watchIdle = () => {
  clearIdle()
  if (visit) idle = setTimeout(warn, IDLE)
}

// While the warning stands there, nothing behind it can be reached.
const cover = (covered) => main.querySelectorAll('[data-screen]').forEach((each) => { each.inert = covered })

const stay = () => {
  cover(false)
  main.querySelector('[data-idle]').hidden = true
  watchIdle()
  screen(main.dataset.at)?.querySelector('h1').focus({ preventScroll: true })
}

const warn = () => {
  const box = main.querySelector('[data-idle]')
  const line = box.querySelector('[data-seconds]')
  let left = WARNING
  box.hidden = false
  cover(true)
  line.setAttribute('role', 'timer')
  line.textContent = words('seconds', { count: left })
  box.querySelector('[data-stay]').focus()
  idle = setInterval(() => {
    left -= 1
    if (left <= 0) return showStart()
    line.setAttribute('aria-live', TELL.includes(left) ? 'assertive' : 'off')
    line.textContent = words('seconds', { count: left })
  }, 1000)
}

for (const kind of ['pointerdown', 'keydown', 'input', 'scroll']) {
  document.addEventListener(kind, () => { if (visit && main.querySelector('[data-idle]')?.hidden) watchIdle() }, { passive: true })
}

// What the steward sees.
const showFacts = async () => {
  const [waiting, made, synced, unsigned] = await Promise.all(
    [store.waiting(), store.made(), store.get('synced'), store.get('unsigned')])
  waitingLine.hidden = false
  waitingLine.textContent = words('waiting', { count: waiting })
  main.dataset.waiting = waiting
  const facts = { waiting, made, unsigned: unsigned?.length || 0, ...factsOf(state, synced, contents.override) }
  for (const [name, text] of Object.entries(facts)) steward.querySelector(`[data-fact="${name}"]`).textContent = text
}

const openSteward = (open) => {
  steward.hidden = !open
  document.querySelector('[data-kiosk-open]').setAttribute('aria-expanded', String(open))
  if (open) showFacts()
}

const heard = async ({ ok, votes, refusal, code }) => {
  const before = obstacle()
  state.reached = ok
  state.refusal = refusal || ''
  if (code === 'kiosk_revoked') {
    state.revoked = refusal
    await store.put('revoked', refusal)
  }
  if (ok && votes !== undefined) state.votes = votes
  await showFacts()
  if (!visit && before !== obstacle()) showStart()
}

const start = async () => {
  document.body.classList.add('js-enabled')
  store = await openStore(kiosk)
  key = await store.get('key')
  contents = await store.get('contents')
  state.revoked = (await store.get('revoked')) || ''
  state.persisted = await storageIsKept()
  await loadContents()
  if (!contents || !key) {
    main.querySelector('[data-kiosk-state]').textContent = state.refusal || 'This tablet is not set up. Ask an officer for a code.'
    main.dataset.at = 'stopped'
    return
  }
  showStart()
  await showFacts()
  setUpWorker(() => !visit).then((kept) => {
    state.offline = kept
    if (kept) main.dataset.offline = 'ready'
    return showFacts()
  })
  sync = startSync(() => contents, key, store, heard)
  sync()
  setInterval(async () => { if (!visit) { await loadContents(); if (!visit) showStart() } }, REFRESH)
}

document.querySelector('[data-kiosk-open]').addEventListener('click', () => openSteward(steward.hidden))
document.querySelector('[data-kiosk-close]').addEventListener('click', () => openSteward(false))
document.querySelector('[data-kiosk-send]').addEventListener('click', () => sync())
// Without a network no ballot begins where none may wait; `online` is heard where what waits is sent.
window.addEventListener('offline', () => {
  state.reached = false
  if (contents && key && !visit) showStart()
})
// A page that comes back out of the browser's memory begins anew.
window.addEventListener('pageshow', (event) => { if (event.persisted) location.reload() })
start()
