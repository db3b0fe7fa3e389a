// Follows a round: asks for a small file every few seconds and shows what is new. Without scripts the page reloads.
const part = document.querySelector('[data-yd-live]')
const said = document.querySelector('[data-yd-said]')
const stale = document.querySelector('[data-yd-stale]')
// Phones ask every 3 to 5 seconds, each at its own moment; the hall's one screen every second.
const every = Number(part.dataset.ydEvery) || 4000
const LONGEST = 60000
let mark = ''
let failures = 0
let timer

async function look() {
  try {
    const answer = await fetch(part.dataset.ydLive, {
      credentials: 'omit', // the same for everybody, so it may come from a cache, and asks no session
      headers: mark ? { 'If-None-Match': mark } : {},
      cache: 'no-store',
    })
    if (answer.status !== 304 && !answer.ok) throw new Error(answer.statusText)
    failures = 0
    stale.hidden = true
    if (answer.status === 200 && answer.headers.get('ETag') !== mark) {
      const first = !mark
      mark = answer.headers.get('ETag')
      show(await answer.json(), first)
    }
  } catch {
    failures += 1
    stale.hidden = failures < 3
  }
}

function show({ html, said: words }, first) {
  if (first && part.innerHTML.trim() === html.trim()) return
  const inside = part.contains(document.activeElement)
  part.innerHTML = html
  if (inside) { part.tabIndex = -1; part.focus() }
  if (words && said.textContent !== words) said.textContent = words
  run()
}

// The pot runs down from where it stood; where people ask for less motion the style sheet leaves it where it is.
function run() {
  for (const bar of part.querySelectorAll('rect[data-from]')) {
    const to = bar.getAttribute('width')
    bar.setAttribute('width', bar.dataset.from)
    bar.getBoundingClientRect()
    requestAnimationFrame(() => bar.setAttribute('width', to))
  }
}

function wait() {
  clearTimeout(timer)
  if (document.hidden) return // a tab that nobody sees asks nothing
  const pause = Math.min(every * 2 ** Math.min(failures, 5), LONGEST)
  timer = setTimeout(next, pause * (0.75 + Math.random() / 2))
}

async function next() {
  await look()
  wait()
}

if (part) {
  document.addEventListener('visibilitychange', () => { clearTimeout(timer); if (!document.hidden) next() })
  wait()
}
