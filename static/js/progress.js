// How far long work is: asks every other second, and shows the page anew when it has ended. Without scripts a link does.
const shown = document.querySelector('[data-yd-progress]')
let timer = 0

async function look() {
  try {
    const answer = await fetch(shown.dataset.ydProgress, { headers: { Accept: 'application/json' } })
    if (!answer.ok) return
    const { done, total, ended, text } = await answer.json()
    const bar = shown.querySelector('progress')
    bar.max = total
    bar.value = done
    shown.querySelector('[data-yd-words]').textContent = text
    if (!ended || !timer) return
    clearInterval(timer) // once: asked for again, a page that is long on its way would begin its way anew
    timer = 0
    location.reload()
  } catch {
    // No connection just now: the next look may have one.
  }
}

if (shown) {
  timer = setInterval(() => { if (!document.hidden) look() }, 2000)
}
