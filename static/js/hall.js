// The hall's screen: what is on now, the countdown that everybody sees, and its last seconds said aloud.
import { face, fill, leftOf, startFrom, watchHall } from './countdown.js'

const screen = document.querySelector('[data-yd-hall]')
const part = (name) => screen.querySelector(`[data-yd-${name}]`)
const words = JSON.parse(screen.dataset.words)
const warning = Number(screen.dataset.warning)
const toldAt = screen.dataset.toldAt.split(' ').map(Number)
let hall = null
let renewing = false
let told = null // which step was spoken of last, and at how many seconds

const TIMED = ['pitch', 'questions', 'scoring']

const write = (name, text) => {
  const found = part(name)
  if (found.textContent !== text) found.textContent = text
}

const showPitch = ({ pitch, step, next }) => {
  part('now').hidden = !pitch || !TIMED.includes(step)
  if (pitch) {
    write('place', fill(words.now, pitch))
    write('title', pitch.title)
    write('group', pitch.organisation)
    write('number', fill(words.number, pitch))
    write('presence', ['statement', 'absent'].includes(pitch.presence) ? words.presences[pitch.presence] : '')
  }
  part('next').hidden = !next
  if (next) {
    write('next-title', next.title)
    write('next-group', next.organisation)
  }
}

const said = (left) => {
  if (left === 0) return words.up
  return left === 60 ? words.minute : fill(words.left, { seconds: left })
}

// Whoever hears the page and does not see it is told at a minute, half a minute, ten seconds and the end.
const sayAloud = (left) => {
  const due = toldAt.filter((at) => left <= at).at(-1)
  const now = due === undefined ? '' : `${hall.step} ${hall.pitch?.key} ${due}`
  if (due === undefined || told === now) return
  told = now
  write('told', said(due))
}

const tick = () => {
  if (!hall) return
  const left = leftOf(hall)
  const clock = part('clock')
  clock.hidden = left === null
  if (left === null) return
  const runs = !hall.paused
  clock.classList.toggle('yd-hall__clock--up', runs && left === 0)
  clock.classList.toggle('yd-hall__clock--soon', runs && left > 0 && left <= warning)
  write('face', face(left))
  write('said', !runs ? words.paused : left <= warning ? said(left) : words.running)
  if (runs) sayAloud(left)
}

// When the result is about to be shown, the projector goes to the page that shows it.
document.addEventListener('yd-reveal', () => { if (screen.dataset.reveal) location.assign(screen.dataset.reveal) })

startFrom(Number(screen.dataset.turn))
watchHall(screen.dataset.ydHall, screen.dataset.station, (next) => {
  // Somebody else runs the day too: the buttons are drawn anew. Asked for again and again, a page that is long on its way
  // would never come.
  if ('buttons' in screen.dataset && next.turn > Number(screen.dataset.turn) && !renewing) {
    renewing = true
    location.reload()
  }
  hall = next
  if (screen.dataset.step !== hall.step) screen.dataset.step = hall.step
  write('step', words.steps[hall.told])
  showPitch(hall)
  tick()
})
setInterval(tick, 250)
