// The keys of the reveal, those of a presenter's remote among them; the buttons do the same without this.
const NEXT = ['ArrowRight', 'PageDown', ' ', 'Enter']
const BACK = ['ArrowLeft', 'PageUp']

document.addEventListener('keydown', (event) => {
  if (event.repeat || event.altKey || event.ctrlKey || event.metaKey) return
  const aim = event.target
  if (aim.closest('input, select, textarea')) return
  // Space and Enter do what they always do on whatever has the focus
  if ([' ', 'Enter'].includes(event.key) && aim.closest('a, button, summary')) return
  const name = NEXT.includes(event.key) ? 'next' : BACK.includes(event.key) ? 'back' : ''
  const form = name && document.querySelector(`[data-yd-press="${name}"]`)
  if (!form) return
  event.preventDefault()
  form.requestSubmit()
})
