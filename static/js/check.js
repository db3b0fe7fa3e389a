// The page on which a package is checked: everything happens here, nothing is sent anywhere.
import { examine } from './checker.js'
import { Wrong, digestFrom, words } from './checker-forms.js'

const area = document.querySelector('[data-yd-checker]')
const verdict = document.getElementById('verdict')
const list = document.getElementById('checks')
const chooser = document.getElementById('package')
const anchor = document.getElementById('anchor')
const COLOURS = { held: 'green', failed: 'red', not_made: 'grey' }

const paragraph = (text, className = 'govuk-body') => {
  const made = document.createElement('p')
  made.className = className
  made.textContent = text
  return made
}

const say = (state, ...parts) => {
  verdict.dataset.state = state
  verdict.replaceChildren(...parts)
}

// Beside each check what was found; details that only programmers need stay in English.
const mark = (report) => {
  for (const item of list.children) {
    const { check } = item.dataset
    const state = report.states[check]
    const tag = document.createElement('strong')
    tag.className = `govuk-tag govuk-tag--${COLOURS[state]}`
    tag.textContent = list.dataset[state === 'not_made' ? 'notMade' : state]
    item.replaceChildren(item.firstElementChild, tag)
    if (check in report.notes) {
      const note = document.createElement('span')
      note.className = 'yd-checks__note'
      note.lang = 'en'
      note.textContent = report.notes[check]
      item.append(note)
    }
  }
}

const sentence = (report) => {
  if (Object.values(report.states).includes('failed')) return 'failed'
  if (report.states.anchor !== 'held') return 'unanchored'
  return 'recount' in report.notes || 'ballots' in report.notes ? 'partly' : 'held'
}

const check = async (bytes) => {
  const report = await examine(bytes, anchor.value)
  const found = sentence(report)
  const parts = [paragraph(verdict.dataset[found], 'govuk-body govuk-!-font-weight-bold')]
  if (report.digest) {
    const fingerprint = paragraph(words(report.digest), 'govuk-body yd-fingerprint__words')
    fingerprint.translate = false
    parts.push(fingerprint)
  }
  mark(report)
  say(found === 'partly' ? 'held' : found, ...parts)
  verdict.focus()
}

// A slip of the hand stands beside its field: "does not hold" is said of packages alone.
const complain = (field, wrong) => {
  document.getElementById(`${field.id}-error`).hidden = !wrong
  field.closest('.govuk-form-group').classList.toggle('govuk-form-group--error', wrong)
  if (wrong) field.focus()
  return wrong
}

const misread = (typed) => {
  try {
    if (typed.trim()) digestFrom(typed)
    return false
  } catch (fault) {
    if (fault instanceof Wrong) return true
    throw fault
  }
}

const begin = () => {
  complain(chooser, false)
  if (complain(anchor, misread(anchor.value))) return false
  say('busy', paragraph(verdict.dataset.busy))
  return true
}

document.querySelector('[data-yd-check-file]').addEventListener('click', async () => {
  const [file] = chooser.files
  const start = file ? new Uint8Array(await file.slice(0, 2).arrayBuffer()) : []
  if (complain(chooser, start[0] !== 0x50 || start[1] !== 0x4b)) return // each zip file begins with PK
  if (begin()) await check(new Uint8Array(await file.arrayBuffer()))
})

document.querySelector('[data-yd-check-published]')?.addEventListener('click', async (event) => {
  if (!begin()) return
  try {
    const answer = await fetch(event.target.dataset.ydCheckPublished)
    if (!answer.ok) throw new Error(answer.statusText)
    await check(new Uint8Array(await answer.arrayBuffer()))
  } catch {
    say('failed', paragraph(verdict.dataset.lost))
  }
})

area.hidden = false
