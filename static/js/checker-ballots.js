// The second checker of packages: what a ballot of each type may say, and what it gives.
import { must, same } from './checker-forms.js'

// Text in the order of its code points, as Python sorts it.
export function byPoint(one, other) {
  const [a, b] = [Array.from(one), Array.from(other)]
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    if (a[at] !== b[at]) return a[at].codePointAt(0) - b[at].codePointAt(0)
  }
  return a.length - b.length
}

const isIds = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') && new Set(value).size === value.length
const inOrder = (value) => isIds(value) && same(value, [...value].sort(byPoint))
const isMarks = (value) =>
  value !== null && typeof value === 'object' && !Array.isArray(value) &&
  Object.values(value).every((each) => Number.isSafeInteger(each) && Math.abs(each) < 1e9)
const within = (number, least, most) =>
  must(number >= least && (most === null || number <= most), 'a ballot breaks a limit of the rules')
const only = (choices, ...keys) =>
  must(Object.keys(choices).every((key) => keys.includes(key)), 'a ballot says more than a ballot may')
export const sum = (numbers) => numbers.reduce((total, each) => total + each, 0)
const known = (projects, id) => {
  must(projects.has(id), 'a ballot names a project that is not on it')
  return projects.get(id)
}

// Each gives a list of [project, mark, ordinary votes].
const BALLOTS = {
  approval(choices, projects, rules) {
    const { approved, boost } = choices
    only(choices, 'approved', 'boost')
    must(inOrder(approved), "a ballot's choices are not a list in order")
    within(approved.length, rules.use_all ? rules.most : rules.least, rules.most)
    if (rules.per_category !== null) {
      const crowd = new Map()
      for (const id of approved) {
        const { category } = known(projects, id)
        crowd.set(category, (crowd.get(category) || 0) + 1)
      }
      for (const size of crowd.values()) within(size, 0, rules.per_category)
    }
    const marks = approved.map((id) => [id, id === boost ? 2 : 1, 1])
    if (boost === undefined) return marks
    must(typeof boost === 'string' && rules.boost && known(projects, boost).boost, 'an extra vote may not go there')
    return approved.includes(boost) ? marks : [...marks, [boost, 1, 0]]
  },
  knapsack(choices, projects, rules, pot) {
    only(choices, 'chosen')
    must(inOrder(choices.chosen), 'a ballot is not a list in order')
    within(choices.chosen.length, rules.least, rules.most)
    within(sum(choices.chosen.map((id) => known(projects, id).cost)), rules.floor, rules.cap === null ? pot : rules.cap)
    return choices.chosen.map((id) => [id, 1, 1])
  },
  ranked(choices, projects, rules) {
    only(choices, 'ranking')
    const order = choices.ranking
    must(isIds(order), 'a ballot is not a list')
    within(order.length, rules.use_all ? rules.most : rules.least, rules.most)
    const top = rules.points === 'places' ? rules.most : order.length
    return order.map((id, place) => [id, top - place, 1])
  },
  points(choices, projects, rules) {
    only(choices, 'points')
    must(isMarks(choices.points), "a ballot's points are not numbers")
    const given = Object.values(choices.points)
    for (const each of given) within(each, Math.max(1, rules.least_each), rules.most_each)
    within(sum(given), rules.use_all ? rules.total : rules.least_total, rules.total)
    within(given.length, rules.least, rules.most)
    return Object.entries(choices.points).map(([id, each]) => [id, each, 1])
  },
  scoring(choices, projects, rules) {
    only(choices, 'scores')
    must(isMarks(choices.scores), "a ballot's scores are not numbers")
    const given = Object.values(choices.scores)
    for (const each of given) within(each, rules.lowest, rules.highest)
    if (!rules.score_all) within(given.length, rules.use_all ? rules.most : rules.least, rules.most)
    return Object.entries(choices.scores).map(([id, each]) => [id, each, 1])
  },
}

export function marksOf(choices, ballot, projects, pot) {
  if (Object.keys(choices).length === 0) return []
  const marks = BALLOTS[ballot.type](choices, projects, ballot.settings, pot)
  for (const [id] of marks) known(projects, id)
  must(marks.length > 0, 'an empty ballot is not written as one')
  return marks
}
