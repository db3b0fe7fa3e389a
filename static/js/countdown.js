// What is on in a hall, asked every few seconds; the countdown runs here, by the server's clock.

const EVERY = 2000

// The answer is up to a second old and travels, so of all looks the one that came soonest tells the time best.
let ahead = -Infinity

export const serverNow = () => Date.now() + (Number.isFinite(ahead) ? ahead : 0)

export const leftOf = (hall) => {
  if (hall.paused) return hall.left
  if (!hall.ends_at) return null
  return Math.max(0, Math.ceil((Date.parse(hall.ends_at) - serverNow()) / 1000))
}

export const face = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

export const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name])

// An answer that was kept on the way may be older than what is shown already: it is passed over.
let newest = -1
const isOld = ({ turn }) => {
  if (turn < newest) return true
  newest = turn
  return false
}

// What stands on the page is of this turn.
export const startFrom = (turn) => { newest = turn }

// Calls `show(hall)` with what is on at a station whenever it was asked, and `lost()` where it could not be. A screen that
// was dark asks as soon as somebody looks at it again.
export const watchHall = (address, station, show, lost = () => {}, every = EVERY) => {
  let next
  const look = async (cache = 'default') => {
    clearTimeout(next)
    if (document.hidden) return
    try {
      const answer = await fetch(address, { cache, headers: { Accept: 'application/json' } })
      if (!answer.ok) throw new TypeError(`status ${answer.status}`)
      const { hall, now, reveal } = await answer.json()
      if (reveal) document.dispatchEvent(new CustomEvent('yd-reveal'))
      if (hall) {
        ahead = Math.max(ahead, Date.parse(now) - Date.now())
        const mine = hall.elsewhere[station] ?? hall
        if (!isOld(mine)) show(mine)
      }
    } catch (fault) {
      if (!(fault instanceof TypeError || fault instanceof SyntaxError)) throw fault
      lost()
    }
    clearTimeout(next)
    next = setTimeout(() => look(), every * (0.85 + 0.3 * Math.random()))
  }
  document.addEventListener('visibilitychange', () => look('no-cache'))
  look()
}
