// Whoever walks away is asked, then forgotten.
import { main, now, words } from './kiosk-now.js'

const IDLE = 25_000 // after so long without a touch the page asks
const WARNING = 20 // and after so many seconds more it forgets
const TELL = [15, 10, 5] // the seconds left that are announced

const foot = document.querySelector('.yd-kiosk__foot')
let timer = 0
let forget = () => {}

export const clearIdle = () => {
  clearTimeout(timer)
  clearInterval(timer)
  foot.inert = false
}

export const watchIdle = () => {
  clearIdle()
  if (now.visit) timer = setTimeout(warn, IDLE)
}

// Whether the warning says that marks are kept; only at an event day may they be.
export const sayKept = (kept) => {
  const keeps = main.querySelector('[data-idle-keeps]')
  if (!keeps) return
  keeps.hidden = !kept
  main.querySelector('[data-idle-says]').hidden = kept
}

// While the warning stands there, nothing behind it can be reached.
const cover = (covered) => {
  for (const each of [...main.querySelectorAll('[data-screen]'), foot]) each.inert = covered
}

export const stay = () => {
  cover(false)
  main.querySelector('[data-idle]').hidden = true
  watchIdle()
  main.querySelector('[data-screen]:not([hidden]) h1')?.focus({ preventScroll: true })
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
  timer = setInterval(() => {
    left -= 1
    if (left <= 0) return forget()
    line.setAttribute('aria-live', TELL.includes(left) ? 'assertive' : 'off')
    line.textContent = words('seconds', { count: left })
  }, 1000)
}

// `forgetting` is called when nobody answered.
export const setUpIdle = (forgetting) => {
  forget = forgetting
  for (const kind of ['pointerdown', 'keydown', 'input', 'scroll']) {
    document.addEventListener(kind, () => { if (now.visit && main.querySelector('[data-idle]')?.hidden) watchIdle() }, { passive: true })
  }
}
