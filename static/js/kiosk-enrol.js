// Enrolling: the tablet makes a key of its own, whose private half never leaves it, and shows the server the public one.
import { base64, sign, tidyCode } from './kiosk-seal.js'
import { openStore } from './kiosk-store.js'
import { isNewEnough } from './kiosk-tablet.js'

const form = document.querySelector('[data-kiosk-enrol]')
const told = document.getElementById('code-error')

const takeCode = () => {
  const code = decodeURIComponent(location.hash.slice(1))
  if (!code) return
  form.elements.code.value = code
  history.replaceState(null, '', location.pathname)
}

const enrol = async () => {
  const code = tidyCode(form.elements.code.value)
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const key = base64(await crypto.subtle.exportKey('raw', pair.publicKey))
  const signature = await sign(pair.privateKey, 'pb-kiosk-enrol-1', code)
  const answer = await fetch(form.action, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': form.elements.csrf_token.value },
    body: JSON.stringify({ code, key, signature }),
  })
  const result = await answer.json()
  if (!answer.ok) return result.error
  const store = await openStore(result.kiosk)
  await store.put('key', pair.privateKey)
  location.replace(result.page)
  return ''
}

// What is wrong stands beside the field, in the title and under the cursor.
const tell = (fault) => {
  const title = document.title.replace(form.dataset.error, '')
  told.textContent = fault
  document.title = fault ? `${form.dataset.error}${title}` : title
  form.querySelector('.govuk-form-group').classList.toggle('govuk-form-group--error', Boolean(fault))
  form.elements.code.classList.toggle('govuk-input--error', Boolean(fault))
  if (fault) form.elements.code.focus()
}

let busy = false // pressed twice, the code would be found used
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  if (busy) return
  busy = true
  tell('')
  try {
    tell((await isNewEnough()) ? await enrol() : form.dataset.old)
  } catch {
    tell(form.dataset.lost)
  }
  busy = false
})

takeCode()
form.querySelector('button').disabled = false // now somebody listens
