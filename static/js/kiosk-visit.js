// One voter after another, each on a fresh copy of the screens, from the languages to the receipt.
import { countBallot } from './ballot.js'
import { fill, readBallot } from './kiosk-ballot.js'
import { declarationFaults, readCode, wardsOf } from './kiosk-claim.js'
import { canTake, mayStay, obstacle } from './kiosk-contents.js'
import { draftOf, dropDraft, keepDraft } from './kiosk-draft.js'
import { heardLately, isEventDay, isOpen, showOpen } from './kiosk-hall.js'
import { clearIdle, sayKept, stay, watchIdle } from './kiosk-idle.js'
import { element, kiosk, language, main, money, now, words } from './kiosk-now.js'
import { goBack, inSentences, readBack, screen, show, showLast, tell } from './kiosk-screens.js'
import { sealPaper, signItem } from './kiosk-seal.js'
import { showFacts } from './kiosk-steward.js'
import { letNewVersionIn } from './kiosk-tablet.js'
import { marksOf, putBack } from './marks.js'
import { setUpScanning } from './scan.js'

// The beginning: one big button for each language.
export const showStart = () => {
  const { contents } = now
  now.visit = null
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
      : element('div', { className: 'yd-kiosk__languages' }, ...buttons),
    ...(stopped ? [] : contents.order.flatMap((code) => sayGone(contents.languages[code]))))
  main.dataset.at = stopped ? 'stopped' : 'start'
  letNewVersionIn()
}

// What has left the ballot, and why, in one language.
const sayGone = ({ lang, gone = [] }) =>
  gone.map((textContent) => element('p', { className: 'govuk-inset-text', lang, textContent }))

const begin = async (code) => {
  await canTake()
  if (now.visit) return // pressed twice
  if (obstacle()) return showStart()
  now.visit = { language: code, claim: { code: '', declaration: null, area: null }, choices: {} }
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
  main.querySelectorAll('[data-leave]').forEach((button) => button.addEventListener('click', leave))
  main.querySelectorAll('[data-save]').forEach((button) => button.addEventListener('click', stepAway))
  main.querySelectorAll('[data-back]').forEach((button) => button.addEventListener('click', goBack))
  main.querySelector('[data-stay]').addEventListener('click', stay)
  askPlaceWhereNeeded()
  show('code')
  watchIdle()
}

// One step of the way after the other; each looks at its screen, and goes on or says what is wrong.
const steps = {
  async code (at, form) {
    const { code, fault } = readCode(form.elements.code.value)
    if (fault) return tell(at, inSentences([{ ...fault, field: 'code' }]))
    const mine = now.visit
    if (mine.looking) return
    mine.looking = true
    await lookForDraft(mine, code)
    mine.looking = false
    if (now.visit !== mine) return // forgotten meanwhile
    mine.claim.code = code
    return now.contents.declares ? show('declaration') : askWard()
  },
  declaration (at, form) {
    const said = declared(new FormData(form))
    const faults = declarationFaults(said, now.contents.rules)
    if (faults.length) return tell(at, inSentences(faults))
    now.visit.claim.declaration = said
    return askWard()
  },
  ward (at, form) {
    const chosen = Number(new FormData(form).get('ward') || 0)
    if (!chosen) return tell(at, inSentences([{ code: 'ward_needed', field: 'ward' }]))
    return openBallot(chosen)
  },
  ballot (at, form) {
    const { choices, faults } = readBallot(form, now.contents.paper, now.visit.sections, money)
    if (faults.length) return tell(at, ballotFaults(faults))
    now.visit.choices = choices
    readBack()
    return show('check')
  },
  async check (at) {
    const mine = now.visit
    if (mine.casting || mine.keeping) return
    mine.casting = true
    clearIdle() // what is being cast is not forgotten in the middle of it
    try {
      const taken = await canTake()
      if (now.visit !== mine) return // forgotten meanwhile
      if (!taken) throw Object.assign(new Error('out of reach'), { told: words('no_storage') })
      const receipt = await cast(mine)
      if (isEventDay()) screen('done').querySelector('[data-out-of-reach]').hidden = heardLately()
      screen('done').querySelector('[data-receipt]').textContent = receipt.replace(/(.{4})(?=.)/g, '$1 ')
      showLast('done')
      now.sync()
    } catch (fault) {
      mine.casting = false
      tell(at, [{ text: fault.told || words('failed') }])
    }
    watchIdle()
  },
  done: () => showStart(),
  kept: () => showStart(),
}

// What is wrong with a ballot. What was not presented yet has no field to go to: one sentence for all of it.
const ballotFaults = (faults) => {
  const reached = faults.filter(({ project }) => !project || isOpen(project.number))
  const count = faults.length - reached.length
  const told = reached.map(({ code, values, project, section }) => ({
    text: fill(language().faults[code] || code, values),
    field: `p${(project || section.projects.find((each) => isOpen(each.number)) || section.projects[0]).number}`,
  }))
  return count ? [...told, { text: fill(language().faults.not_presented, { count }) }] : told
}

// What somebody says of themselves, by the fields of the declaration.
const declared = (data) => {
  const value = (name) => String(data.get(name) ?? '').trim()
  const year = value('year_of_birth')
  return {
    name: value('name'),
    postcode: value('postcode'),
    year_of_birth: /^\d{4}$/.test(year) ? Number(year) : year ? -1 : null,
    link: value('link'),
    declared: value('declared') === 'yes',
    place_postcode: value('link') === 'live' ? '' : value('place_postcode'),
  }
}

const askPlaceWhereNeeded = () => {
  const place = main.querySelector('[data-place]')
  main.querySelectorAll('input[type=radio][name=link]').forEach((link) => link.addEventListener('change', () => {
    place.hidden = link.value === 'live'
  }))
}

const askWard = () => {
  const wards = wardsOf(now.visit.claim.declaration, now.contents)
  if (wards.length < 2) return openBallot(wards[0] ?? null)
  main.querySelectorAll('[data-ward]').forEach((each) => { each.hidden = !wards.includes(Number(each.dataset.ward)) })
  return show('ward')
}

// The ballot of a ward; what was marked stays where somebody comes back to the same one.
const openBallot = (ward) => {
  const mine = now.visit
  const place = screen('ballot').querySelector('[data-sections]')
  const sections = now.contents.paper.sections.filter((each) => each.areaId === null || each.areaId === ward)
  const same = place.dataset.ward === String(ward)
  mine.claim.area = ward
  if (!sections.length) return tell(screen(main.dataset.at), inSentences([{ code: 'nothing_to_mark' }]))
  if (!same || isOld(mine)) drawBallot(sections, ward, same ? marksOf(place.closest('form')) : mine.draft?.marks)
  showDay()
  return show('ballot')
}

// Whatever comes later, a ballot is checked and sealed as the one that is drawn here.
const drawBallot = (sections, ward, marks) => {
  const at = screen('ballot')
  const place = at.querySelector('[data-sections]')
  Object.assign(now.visit, { sections, contents: now.contents })
  place.innerHTML = sections.map((each) => language().sections[each.key]).join('')
  place.dataset.ward = String(ward)
  at.querySelector('[data-instruction]').textContent = language().instructions[ward ?? ''] || ''
  at.querySelector('[data-gone]').replaceChildren(...sayGone(language()))
  countBallot(place)
  if (marks) putBack(place.closest('form'), marks)
}

const isOld = ({ contents }) => contents.version !== now.contents.version

// A project left the ballot while somebody is at it: they look at their marks again on the new one. What is being cast
// is of the earlier version, and as good.
export const keepUp = () => {
  const mine = now.visit
  if (!mine.sections || mine.casting || mine.keeping || !isOld(mine)) return
  if (!['ballot', 'check'].includes(main.dataset.at)) return // it is drawn anew when they come to it
  const warned = !main.querySelector('[data-idle]').hidden
  mine.way = mine.way.filter((each) => each !== 'check')
  openBallot(mine.claim.area)
  if (!isOld(mine)) tell(screen('ballot'), [{ text: words('ballot_changed') }])
  if (warned) main.querySelector('[data-stay]').focus()
}

// At an event day a card's marks may wait here from an earlier visit. Another card than before begins a ballot anew.
const lookForDraft = async (mine, code) => {
  if (!isEventDay() || code === mine.claim.code) return
  delete screen('ballot').querySelector('[data-sections]').dataset.ward
  mine.draft = mayStay() ? await draftOf(code).catch(() => null) : null // without one the ballot is one sitting
}

// What a voter marked is kept until they come back. Nothing is kept before the ballot stood on the screen, where it
// would take the place of marks that have not been put back yet, and nothing where there is nothing.
const keepMarks = async ({ draft, casting }) => {
  const place = screen('ballot')?.querySelector('[data-sections]')
  if (!draft || casting || !mayStay() || place?.dataset.ward === undefined) return false
  const marks = marksOf(place.closest('form'))
  if (!marks.length && !draft.id) return false
  await keepDraft(draft, marks)
  return true
}

const stepAway = async () => {
  const mine = now.visit
  const at = screen(main.dataset.at)
  if (mine.keeping || mine.casting) return // pressed twice
  mine.keeping = true
  try {
    const kept = await keepMarks(mine)
    if (now.visit === mine) kept ? showLast('kept') : showStart()
  } catch {
    mine.keeping = false
    tell(at, [{ text: words('not_kept') }])
  }
  await showFacts()
}

// Whoever walked away finds their marks again; the screen shows nothing of them meanwhile.
export const forget = async () => {
  const keeping = keepMarks(now.visit)
  showStart()
  try {
    await keeping
  } catch {
    now.state.lost = 'The marks of somebody who walked away could not be saved on this tablet.'
  }
  await showFacts()
}

// At the voter's own word all of it is deleted: also what was kept, once it stands on the screen.
const leave = async () => {
  const { draft, keeping } = now.visit
  if (keeping) return
  const shown = ['ballot', 'check'].includes(main.dataset.at)
  showStart()
  if (shown) await dropDraft(draft)
  await showFacts()
}

// What an event day adds to the ballot, as it stands now.
export const showDay = () => {
  const at = screen('ballot')
  if (!isEventDay() || !now.visit?.sections || !at) return
  showOpen(at, now.visit.sections)
  const stays = Boolean(now.visit.draft) && mayStay()
  main.querySelectorAll('[data-save]').forEach((each) => { each.hidden = !stays })
  sayKept(stays)
  at.querySelector('[data-marks-are-back]').hidden = !now.visit.draft?.marks
}

// Sealed first, then kept: what touches the tablet's disk nobody can read. The receipt is given once it is kept.
const cast = async ({ choices, claim, contents, draft }) => {
  const { key, store } = now
  const { receipt, item } = await sealPaper(contents, choices, claim)
  for (;;) {
    const signed = await signItem(key, kiosk, { ...item, seq: (await store.made()) + 1 })
    if (await store.add(signed, draft?.id)) break
  }
  await showFacts()
  return receipt
}
