// The screens of a visit: one is shown at a time, with what is wrong on top and beside each field.
import { fill, inWords } from './kiosk-ballot.js'
import { sayKept } from './kiosk-idle.js'
import { element, language, main, money, now } from './kiosk-now.js'
import { stopScanning } from './scan.js'

export const screen = (name) => main.querySelector(`[data-screen="${name}"]`)

export const show = (name) => {
  main.querySelectorAll('[data-yd-scan]').forEach(stopScanning)
  main.querySelectorAll('[data-screen]').forEach((each) => { each.hidden = each.dataset.screen !== name })
  now.visit.way = [...(now.visit.way || []).filter((each) => each !== name), name]
  main.dataset.at = name
  tell(screen(name), [])
  window.scrollTo(0, 0)
  screen(name).querySelector('h1').focus({ preventScroll: true })
}

export const goBack = () => {
  now.visit.way.pop()
  show(now.visit.way.pop())
}

// The last screen of a visit: nothing of the voter is left in the page when it is shown.
export const showLast = (name) => {
  const { language: code, way } = now.visit
  now.visit = { language: code, way }
  main.querySelectorAll(`[data-screen]:not([data-screen="${name}"])`).forEach((each) => each.remove())
  sayKept(name === 'kept')
  show(name)
}

// What is wrong, on top and beside each field; with the focus on the summary.
export const tell = (at, faults) => {
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

export const inSentences = (faults) => faults.map(({ code, field, values }) => ({ text: fill(language().faults[code] || code, values), field }))

// The choices once more, before they are cast.
export const readBack = () => {
  const place = screen('check').querySelector('[data-read-back]')
  const { paper } = now.contents
  const say = (name, values) => fill(language().choices[name], values)
  place.replaceChildren(...now.visit.sections.flatMap((section) => {
    const lines = inWords(paper, section, now.visit.choices[section.key], say)
    const heading = now.visit.sections.length > 1 ? [element('h2', { className: 'govuk-heading-m', textContent: section.name })] : []
    if (!lines.length) return [...heading, element('p', { className: 'govuk-inset-text', textContent: place.dataset.nothing })]
    const rows = lines.map(({ project, how }) => element('div', { className: 'govuk-summary-list__row' },
      element('dt', { className: 'govuk-summary-list__key', textContent: project.title }),
      element('dd', { className: 'govuk-summary-list__value', textContent: `${how} (${money(project.cost)})` })))
    return [...heading, element('dl', { className: 'govuk-summary-list' }, ...rows)]
  }))
}
