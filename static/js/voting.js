// Voting without leaving the page: the next page takes this one's place, so that going back finds every mark again and
// a lost connection loses nothing. Nothing is kept but in this window's memory. Without scripts the forms are sent as usual.
// The casting itself is always sent as usual: reloading its answer shows the same receipt.
import { initAll } from '../vendor/govuk-frontend-6.3.0/govuk-frontend.min.js'
import { countBallot } from './ballot.js'
import { joinHall } from './hall-ballot.js'

const SWAPPED = /\/vote\/(ballot|check)$|^\/c$/
const PARTS = ['header', 'main', 'footer']
const shown = [] // what each step of this visit looks like: its parts and its title
let at = 0
let sending = false

// A scanned card brings its code after the # of the address, where no server and no log sees it.
const takeScannedCode = () => {
  const field = document.querySelector('[data-yd-card]')
  const scanned = decodeURIComponent(location.hash.slice(1)).replace(/[^0-9A-Za-z]/g, '').toUpperCase()
  if (!field || !scanned || scanned.length > 40) return
  field.value = scanned.replace(/(.{4})(?=.)/g, '$1 ')
  history.replaceState(null, '', location.pathname)
}

// What the browser adds to the receipt, so that no server can give two people the same one unseen.
const addChance = (page) => {
  const field = page.querySelector('[data-yd-chance]')
  if (!field || field.value) return
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  field.value = btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

// The place where somebody works or studies is asked of those who do.
const askPlaceWhereNeeded = (page) => {
  const links = [...page.querySelectorAll('input[type=radio][name=link]')]
  const place = page.querySelector('#place_postcode')?.closest('.govuk-form-group')
  if (!links.length || !place) return
  const show = () => {
    const chosen = links.find((link) => link.checked)
    place.hidden = !chosen || chosen.value === 'live'
  }
  links.forEach((link) => link.addEventListener('change', show))
  show()
}

const setUp = (page) => {
  addChance(page)
  askPlaceWhereNeeded(page)
  countBallot(page)
  joinHall()
}

const parts = () => PARTS.map((name) => document.querySelector(`body > ${name}, body > div > ${name}`))

const put = (next, title) => {
  parts().forEach((part, number) => part?.replaceWith(next[number]))
  document.title = title
}

const keep = () => {
  shown[at] = { parts: parts(), title: document.title, scroll: window.scrollY }
}

const focusBeginning = () => {
  window.scrollTo(0, 0)
  const wrong = document.querySelector('.govuk-error-summary')
  const target = wrong || document.querySelector('main h1')
  target.setAttribute('tabindex', '-1')
  target.focus({ preventScroll: true })
}

const tell = (form) => {
  const words = form.closest('[data-yd-lost]').dataset.ydLost
  const old = form.querySelector('[data-yd-told]')
  const notice = Object.assign(document.createElement('p'), { className: 'govuk-error-message', textContent: words })
  notice.dataset.ydTold = ''
  notice.setAttribute('role', 'alert')
  old?.remove()
  form.querySelector('.govuk-button').before(notice)
}

const send = async (form, button) => {
  const body = new URLSearchParams(new FormData(form, button))
  const answer = await fetch(button?.hasAttribute('formaction') ? button.formAction : form.action, { method: 'POST', body })
  if (answer.status >= 500) throw new TypeError(`status ${answer.status}`)
  return { answer, page: new DOMParser().parseFromString(await answer.text(), 'text/html') }
}

const follow = ({ answer, page }) => {
  const next = PARTS.map((name) => page.querySelector(`body > ${name}, body > div > ${name}`))
  if (answer.ok) {
    keep()
    // Only now: a page that a form was sent for could not be reloaded as such any more.
    if (at === 0) history.replaceState({ at }, '')
    at += 1
    shown.length = at
    history.pushState({ at }, '', new URL(answer.url).pathname)
  }
  put(next, page.title)
  next.filter(Boolean).forEach((scope) => initAll({ scope }))
  setUp(document)
  focusBeginning()
}

document.addEventListener('submit', async (event) => {
  const { target: form, submitter } = event
  const action = submitter?.hasAttribute('formaction') ? submitter.formAction : form.action
  if (form.method !== 'post' || !SWAPPED.test(new URL(action).pathname)) return
  event.preventDefault()
  if (sending) return
  sending = true
  form.setAttribute('aria-busy', 'true')
  form.querySelector('[data-yd-told]')?.remove()
  try {
    follow(await send(form, submitter))
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault
    tell(form)
  } finally {
    sending = false
    form.removeAttribute('aria-busy')
  }
})

window.addEventListener('popstate', ({ state }) => {
  if (!state || state.at === at || !shown[state.at]) return
  keep()
  at = state.at
  put(shown[at].parts, shown[at].title)
  window.scrollTo(0, shown[at].scroll)
})

window.addEventListener('hashchange', takeScannedCode) // another card scanned on the page that asks for one
takeScannedCode()
setUp(document)
