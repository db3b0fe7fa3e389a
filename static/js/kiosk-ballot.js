// A ballot marked on a kiosk: from the fields to choices, what is wrong with them in words, and the choices in words.
// The same rules as pb/web/voting/marks.py and pb/core/ballots/; the box checks every paper again when it is opened.
import { byPoint } from './checker-ballots.js'

export const fill = (words, values = {}) => words.replace(/%\((\w+)\)s/g, (_, name) => String(values[name] ?? ''))

const WHOLE = /^[-\u2212]?[0-9]{1,9}$/
const number = (text) => Number(text.replace('\u2212', '-'))
const sum = (numbers) => numbers.reduce((total, each) => total + each, 0)

// What stands in one section's fields: by the project's key what was ticked, typed or chosen, and the boosted project.
const fieldsOf = (form, section) => {
  const data = new FormData(form)
  const typed = section.projects.map((project) => [project, String(data.get(`p${project.number}`) ?? '').trim()])
  const boosted = Number(data.get(`boost-${section.potId}`) || 0)
  return {
    marks: typed.filter(([, text]) => text),
    boost: section.projects.find((project) => project.number === boosted)?.key,
  }
}

const numbersOf = (marks) => {
  const good = marks.filter(([, text]) => WHOLE.test(text)).map(([project, text]) => [project, number(text)])
  const faults = marks.filter(([, text]) => !WHOLE.test(text))
    .map(([project]) => ({ code: 'not_a_number', values: { project: project.title }, project }))
  return { good, faults }
}

const samePlaces = (places) => {
  const first = new Map()
  const faults = []
  for (const [project, place] of places) {
    if (!first.has(place)) first.set(place, project)
    else faults.push({ code: 'same_place', values: { place, first: first.get(place).title, second: project.title }, project })
  }
  return faults
}

const count = (chosen, settings, found) => {
  const { most, least } = settings
  if (most !== null && chosen > most) found.push({ code: 'too_many', values: { most, chosen } })
  if (settings.use_all && chosen < most) found.push({ code: 'unused', values: { most, chosen } })
  else if (!settings.use_all && chosen < least) found.push({ code: 'too_few', values: { least, chosen } })
}

// Each kind of ballot: `read` gives { choices, named, faults } of a section that is not empty.
const KINDS = {
  approval: {
    read ({ marks, boost }, section, settings) {
      const chosen = marks.map(([project]) => project)
      const faults = []
      count(chosen.length, settings, faults)
      if (settings.per_category !== null) {
        for (const category of [...new Set(chosen.map((project) => project.category))].sort(byPoint)) {
          const taken = chosen.filter((project) => project.category === category).length
          if (taken > settings.per_category) {
            faults.push({ code: 'too_many_in_category', values: { most: settings.per_category, category, chosen: taken } })
          }
        }
      }
      const approved = chosen.map((project) => project.key).sort(byPoint)
      return { choices: boost ? { approved, boost } : { approved }, empty: !approved.length && !boost, faults }
    },
    words ({ approved, boost }, say) {
      const lines = approved.map((key) => [key, key === boost ? say('chosen_and_boost') : say('chosen')])
      return boost && !approved.includes(boost) ? [...lines, [boost, say('boost')]] : lines
    },
  },
  knapsack: {
    read ({ marks }, section, settings, money) {
      const chosen = marks.map(([project]) => project)
      const cost = sum(chosen.map((project) => project.cost))
      const cap = settings.cap ?? section.amount
      const faults = []
      if (cost > cap) faults.push({ code: 'over_pot', values: { cap: money(cap), cost: money(cost) } })
      if (cost < settings.floor) faults.push({ code: 'under_floor', values: { floor: money(settings.floor), cost: money(cost) } })
      count(chosen.length, settings, faults)
      return { choices: { chosen: chosen.map((project) => project.key).sort(byPoint) }, empty: !chosen.length, faults }
    },
    words: ({ chosen }, say) => chosen.map((key) => [key, say('chosen')]),
  },
  scoring: {
    read ({ marks }, section, settings) {
      const { good, faults } = numbersOf(marks)
      const { lowest, highest } = settings
      for (const [project, score] of good) {
        if (score < lowest || score > highest) faults.push({ code: 'off_scale', values: { project: project.title, lowest, highest }, project })
      }
      if (settings.score_all && marks.length) {
        const scored = new Set(marks.map(([project]) => project))
        for (const project of section.projects) {
          if (!scored.has(project)) faults.push({ code: 'not_scored', values: { project: project.title }, project })
        }
      } else if (!settings.score_all) count(good.length, settings, faults)
      const scores = Object.fromEntries(good.map(([project, score]) => [project.key, score]))
      return { choices: { scores }, empty: !marks.length, faults }
    },
    words: ({ scores }, say) => Object.entries(scores).sort((one, other) => other[1] - one[1])
      .map(([key, score]) => [key, say('score', { score })]),
  },
  points: {
    read ({ marks }, section, settings) {
      const { good, faults } = numbersOf(marks)
      const given = good.filter(([, points]) => points)
      const total = sum(given.map(([, points]) => points))
      for (const [project, points] of given) {
        const values = { project: project.title, least: settings.least_each, most: settings.most_each }
        if (points < settings.least_each) faults.push({ code: 'too_few_each', values, project })
        if (settings.most_each !== null && points > settings.most_each) faults.push({ code: 'too_many_each', values, project })
      }
      if (total > settings.total) faults.push({ code: 'too_many_points', values: { total: settings.total, given: total } })
      else if (settings.use_all && total < settings.total) faults.push({ code: 'points_unused', values: { total: settings.total, given: total } })
      else if (total < settings.least_total) faults.push({ code: 'too_few_points', values: { least: settings.least_total, given: total } })
      count(given.length, { most: settings.most, least: settings.least, use_all: false }, faults)
      const points = Object.fromEntries(given.map(([project, each]) => [project.key, each]))
      return { choices: { points }, empty: !given.length && !faults.some((fault) => fault.code === 'not_a_number'), faults }
    },
    words: ({ points }, say) => Object.entries(points).sort((one, other) => other[1] - one[1])
      .map(([key, points]) => [key, say('points', { points })]),
  },
  ranked: {
    read ({ marks }, section, settings) {
      const { good, faults } = numbersOf(marks)
      faults.push(...samePlaces(good))
      count(good.length, settings, faults)
      const ranking = [...good].sort((one, other) => one[1] - other[1]).map(([project]) => project.key)
      return { choices: { ranking }, empty: !marks.length, faults }
    },
    words: ({ ranking }, say) => ranking.map((key, at) => [key, say('place', { place: at + 1 })]),
  },
}

// The choices of every section, {} where one is left out, and the faults, each of a section.
export const readBallot = (form, paper, sections, money) => {
  const kind = KINDS[paper.type]
  const choices = {}
  const faults = []
  for (const section of sections) {
    const read = kind.read(fieldsOf(form, section), section, paper.settings, money)
    choices[section.key] = read.empty ? {} : read.choices
    if (!read.empty) faults.push(...read.faults.map((fault) => ({ ...fault, section })))
  }
  if (!faults.length && sections.every((section) => !Object.keys(choices[section.key]).length)) {
    faults.push({ code: 'nothing_chosen', values: {}, section: sections[0] })
  }
  return { choices, faults }
}

// One section's choices in words: the project and how it was chosen; what is alike in the ballot's order.
export const inWords = (paper, section, choices, say) => {
  if (!Object.keys(choices).length) return []
  const lines = KINDS[paper.type].words(choices, say)
  const projects = new Map(section.projects.map((project) => [project.key, project]))
  const alike = ['approval', 'knapsack'].includes(paper.type)
  const order = new Map(section.projects.map((project, at) => [project.key, at]))
  const sorted = alike ? [...lines].sort((one, other) => order.get(one[0]) - order.get(other[0])) : lines
  return sorted.map(([key, how]) => ({ project: projects.get(key), how }))
}
