// The running total of a ballot. The page works without it: the server counts again and enforces every limit.

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name])

const whole = (text) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : 0)

const money = (section) => {
  const { currency, scale } = section.dataset
  const figures = new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency })
  const plain = new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency, maximumFractionDigits: 0 })
  return (minor) => (minor % Number(scale) ? figures : plain).format(minor / Number(scale))
}

const upTo = ({ most, soFar, over }, chosen) =>
  most && chosen > most
    ? { text: fill(over, { chosen, over: chosen - most }), wrong: true }
    : { text: fill(soFar, { chosen, most }), wrong: false }

const ticked = (section) => [...section.querySelectorAll('input[type=checkbox]:checked')]

// Each kind of ballot: from a section to the words of its total, and whether they tell of something wrong.
const totals = {
  ticks (section) {
    const { perCategory, overCategory } = section.dataset
    const chosen = ticked(section)
    const counts = {}
    for (const box of chosen) counts[box.dataset.category] = (counts[box.dataset.category] || 0) + 1
    const crowded = perCategory && Object.entries(counts).find(([, count]) => count > perCategory)
    if (crowded) {
      const [category, count] = crowded
      return { text: fill(overCategory, { category, chosen: count, over: count - perCategory }), wrong: true }
    }
    return upTo(section.dataset, chosen.length)
  },
  money (section) {
    const { cap, most, soFar, over, overMost } = section.dataset
    const say = money(section)
    const boxes = ticked(section)
    const left = boxes.reduce((rest, box) => rest - Number(box.dataset.cost), Number(cap))
    if (left < 0) return { text: fill(over, { over: say(-left) }), wrong: true }
    if (most && boxes.length > most) return { text: fill(overMost, { chosen: boxes.length, over: boxes.length - most }), wrong: true }
    return { text: fill(soFar, { left: say(left), cap: say(Number(cap)), chosen: boxes.length }), wrong: false }
  },
  scores (section) {
    const marks = [...section.querySelectorAll('input[type=radio]:checked, input[type=text]')]
    return upTo(section.dataset, marks.filter((mark) => mark.value.trim()).length)
  },
  places (section) {
    const places = [...section.querySelectorAll('select')].map((menu) => menu.value).filter(Boolean)
    const twice = places.find((place, at) => places.indexOf(place) !== at)
    if (twice) return { text: fill(section.dataset.twice, { place: twice }), wrong: true }
    return upTo(section.dataset, places.length)
  },
  points (section) {
    const { total, soFar, over } = section.dataset
    const given = [...section.querySelectorAll('input[type=text]')].reduce((sum, field) => sum + whole(field.value), 0)
    const left = Number(total) - given
    return left < 0
      ? { text: fill(over, { over: -left }), wrong: true }
      : { text: fill(soFar, { left, total }), wrong: false }
  }
}

export const countBallot = (page) => {
  for (const section of page.querySelectorAll('[data-yd-count]')) {
    const line = section.querySelector('[data-yd-total]')
    const show = () => {
      const { text, wrong } = totals[section.dataset.ydCount](section)
      line.textContent = text
      line.classList.toggle('yd-total--wrong', wrong)
    }
    line.hidden = false
    show()
    section.addEventListener('input', show)
  }
}
