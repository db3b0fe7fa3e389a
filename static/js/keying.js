// Keying papers: Enter and the arrow keys move between cells, a cell that is full moves on, each line says how many
// cells are marked. Without scripts it is a plain form.
const grid = document.querySelector('[data-yd-key]')

const cellsOf = line => [...line.querySelectorAll('input, select')]
const lines = () => [...grid.querySelectorAll('[data-yd-line]')]

function go(to) {
  to?.focus()
  if (to instanceof HTMLInputElement) to.select()
}

function onwards(cell, step) {
  const all = lines().flatMap(cellsOf)
  let to = all[all.indexOf(cell) + step]
  // The number of the next paper is filled in: go on to its marks.
  if (step > 0 && to?.id.endsWith('-number') && to.value) to = all[all.indexOf(to) + 1]
  if (to) go(to)
  else if (step > 0) grid.closest('form').querySelector('button[type=submit]').focus()
}

function upOrDown(cell, step) {
  const line = cell.closest('[data-yd-line]')
  const to = lines()[lines().indexOf(line) + step]
  if (to) go(cellsOf(to)[cellsOf(line).indexOf(cell)])
}

function tell(line) {
  const marks = [...line.querySelectorAll('.yd-key__cell--narrow')].map(each => each.value.trim()).filter(Boolean)
  line.querySelector('[data-yd-marked]').textContent = marks.length ? String(marks.length) : ''
}

if (grid) {
  grid.addEventListener('keydown', event => {
    const cell = event.target
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const text = cell instanceof HTMLInputElement
    const moves = {
      Enter: () => onwards(cell, event.shiftKey ? -1 : 1),
      ArrowDown: text && (() => upOrDown(cell, 1)),
      ArrowUp: text && (() => upOrDown(cell, -1)),
      // In a menu only up and down choose, so that nobody makes a paper void on the way past.
      ArrowRight: (!text || cell.selectionEnd === cell.value.length) && (() => onwards(cell, 1)),
      ArrowLeft: (!text || cell.selectionStart === 0) && (() => onwards(cell, -1)),
    }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    move()
  })
  grid.addEventListener('input', event => {
    const cell = event.target
    tell(cell.closest('[data-yd-line]'))
    const full = Number(cell.dataset.ydFull)
    if (full && cell.value.length >= full) onwards(cell, 1)
  })
  lines().forEach(tell)
  const first = lines().flatMap(cellsOf).find(each => !each.value)
  if (!document.querySelector('.govuk-error-summary')) go(first)
}
