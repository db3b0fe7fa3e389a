// The second checker of packages: counting a pot again, and what moves between pots.
import { byPoint, sum } from './checker-ballots.js'
import { CannotTell, Wrong } from './checker-forms.js'

// Exact fractions.
const gcd = (a, b) => (b ? gcd(b, a % b) : a < 0n ? -a : a)
function fraction(top, bottom = 1) {
  const [n, d] = [BigInt(top), BigInt(bottom)]
  const by = gcd(n, d) || 1n
  return { n: n / by, d: d / by }
}
const compare = (one, other) => Number(one.n * other.d > other.n * one.d) - Number(one.n * other.d < other.n * one.d)
const told = (value) => (value.d === 1n ? `${value.n}` : `${value.n}/${value.d}`)

const average = (sums) => (sums.votes ? fraction(sums.given, sums.votes) : fraction(0))
const score = (sums) => sums.given + sums.unnamed
const needs = (project) => (project.minimum === null ? project.cost : Math.min(project.minimum, project.cost))
const place = (one, other) =>
  (one.number === null) - (other.number === null) || (one.number || 0) - (other.number || 0) || byPoint(one.key, other.key)

// How the money runs down.
class Line {
  constructor(left, answers, percent) {
    Object.assign(this, { left, answers, percent, stopped: false, held: 0, waiting: false })
  }
  fits(project) { return project.cost <= this.left }
  answer(project, amount) {
    const said = Object.hasOwn(this.answers, project.key) ? this.answers[project.key] : null
    if (!said) return null
    if (said.accepted) return amount >= said.amount ? true : null
    return amount <= said.amount ? false : null
  }
  helped(project) {
    return this.percent !== null && this.left * 100 >= this.percent * project.cost && !this.fits(project)
  }
  may(project) { return this.left > 0 && needs(project) <= this.left }
  pay(project) {
    this.left -= project.cost
    return got('full', project.cost, 'funded')
  }
  offer(project, amount) {
    const answer = this.answer(project, amount)
    if (answer === false) return got('none', 0, 'offer_declined')
    this.left -= amount
    if (answer) return got('partial', amount, 'offer_accepted')
    this.waiting = true
    this.held += amount
    return { ...got('partial', amount, 'offer_pending'), final: false }
  }
}
const got = (award, amount, reason) => ({ award, amount, reason, reserve: 0, final: true })

const ALLOCATIONS = {
  stop: {
    give(project, line) {
      if (line.stopped) return got('none', 0, 'after_stop')
      if (line.fits(project)) return line.pay(project)
      line.stopped = true
      if (!line.helped(project)) return got('none', 0, 'stopped')
      const reserve = project.cost - line.left
      line.left = 0
      return { ...got('reserve', project.cost, 'reserve'), reserve }
    },
    takers: (tied, line) => (line.stopped ? [] : tied.filter((each) => line.fits(each) || line.helped(each))),
  },
  skip: {
    give: (project, line) => (line.fits(project) ? line.pay(project) : got('none', 0, 'does_not_fit')),
    takers: (tied, line) => tied.filter((each) => line.fits(each)),
  },
  offer: {
    give(project, line) {
      if (line.fits(project)) return line.pay(project)
      if (line.may(project)) return line.offer(project, line.left)
      const waits = line.waiting && needs(project) <= line.left + line.held
      return got('none', 0, waits ? 'waiting' : 'too_little_left')
    },
    takers: (tied, line) =>
      tied.filter((each) => line.fits(each) || (line.may(each) && line.answer(each, line.left) !== false)),
  },
}

function contested(kind, tied, line) {
  if (tied.length < 2) return false
  const takers = ALLOCATIONS[kind].takers(tied, line)
  if (kind === 'stop') return takers.length > 0 && sum(tied.map((each) => each.cost)) > line.left
  const paid = takers.filter((each) => each.cost)
  return paid.length > 1 && sum(paid.map((each) => each.cost)) > line.left
}

// One pot counted again: { budget, spent, projects, ties }.
export function recount(projects, budget, tally, method, facts, highest) {
  const { allocation, options, thresholds } = method
  const line = new Line(budget, facts.responses, allocation.reserve_percent)
  const results = []
  const ties = []
  let noted = []
  let measured = ''
  const of = (project) => tally.sums.get(project.key)
  const byAverage = options.measure === 'average'

  function barred(project) {
    const sums = of(project)
    if (Object.hasOwn(facts.withdrawn, project.key)) return 'withdrawn'
    if (score(sums) < thresholds.least_score) return 'below_threshold'
    if (thresholds.ballots_percent !== null && sums.votes * 100 < thresholds.ballots_percent * tally.marked) return 'below_share'
    const percent = thresholds.average_percent
    if (percent !== null && highest !== null) {
      const mean = average(sums)
      if (mean.n * 100n < BigInt(percent * highest) * mean.d) return 'below_average'
    }
    const divisor = thresholds.cost_divisor ?? null
    if (divisor !== null && BigInt(sums.votes) * BigInt(divisor) * BigInt(budget) < BigInt(project.cost) * BigInt(tally.marked)) {
      return 'below_for_cost'
    }
    return byAverage && sums.votes < options.least_scores ? 'too_few_scores' : null
  }

  // [stands above all numbers, the number]
  function measure(project) {
    const sums = of(project)
    if (method.rule === 'greedy-per-cost') {
      return project.cost ? [0, fraction(score(sums), project.cost)] : [Number(score(sums) > 0), fraction(score(sums))]
    }
    return [0, byAverage ? average(sums) : fraction(score(sums))]
  }

  function marks(project) {
    const sums = of(project)
    if (sums.marks === null) throw new CannotTell('it does not say how many ballots gave each mark, and a tie depends on that')
    return sums.marks
  }

  function byMarks(tied, down) {
    const scale = [...new Set(tied.flatMap((each) => [...marks(each).keys()]))].sort((a, b) => (down ? b - a : a - b))
    return (each) => scale.map((mark) => (down ? -1 : 1) * (marks(each).get(mark) || 0))
  }

  function ordinary(project) {
    const found = of(project).ordinary
    if (found === null) throw new CannotTell('it does not say which votes were extra votes, and a tie depends on that')
    return found
  }

  function byLot(tied) {
    const lot = facts.lots.find((order) => tied.every((each) => order.includes(each.key)))
    return (each) => [lot ? lot.indexOf(each.key) : 0]
  }

  const STEPS = {
    top_scores: (tied) => byMarks(tied, true),
    fewest_lowest: (tied) => byMarks(tied, false),
    ordinary_votes: () => (each) => [-ordinary(each)],
    more_votes: () => (each) => [-of(each).votes],
    cheaper: () => (each) => [each.cost],
    dearer: () => (each) => [-each.cost],
    published: () => (each) => [Number(each.number === null), each.number || 0],
    lot: byLot,
  }

  function split(step, tied) {
    const value = STEPS[step](tied)
    const keyed = tied.map((each) => ({ each, values: value(each) }))
    const order = (a, b) => {
      const at = a.values.findIndex((one, i) => one !== b.values[i])
      return at < 0 ? 0 : a.values[at] - b.values[at]
    }
    return grouped(keyed.sort(order), (a, b) => order(a, b) === 0).map((group) => group.map(({ each }) => each))
  }

  function settle(tied, steps) {
    if (!contested(allocation.kind, tied, line)) return together(tied, new Map())
    for (const [at, step] of steps.entries()) {
      if (step === 'lot' && shared(tied)) return undefined
      const groups = split(step, tied)
      if (groups.length > 1) {
        note(step)
        for (const group of groups) settle(group, steps.slice(at + 1))
        return undefined
      }
    }
    if (!shared(tied)) throw new Wrong('projects stand equal, it matters, and nothing that was recorded decides between them')
    return undefined
  }

  function shared(tied) {
    const takers = ALLOCATIONS[allocation.kind].takers(tied, line)
    if (!allocation.share_ties || takers.length < 2) return false
    const part = Math.floor(line.left / takers.length)
    const parts = new Map(takers.map((each) => [each.key, Math.min(part, each.cost)]))
    const content = takers.every((each) => {
      const amount = parts.get(each.key)
      return amount > 0 && needs(each) <= amount && line.answer(each, amount) !== false
    })
    if (!content) return false
    note('equal_shares_of_remainder')
    together(tied, parts)
    return true
  }

  function note(step) {
    if (!noted.includes(step)) noted.push(step)
  }

  function together(tied, parts) {
    const rank = results.length + 1
    for (const each of [...tied].sort(place)) {
      const left = line.left
      const part = parts.get(each.key)
      let given
      if (part === undefined) given = ALLOCATIONS[allocation.kind].give(each, line)
      else given = part === each.cost ? line.pay(each) : line.offer(each, part)
      keep(each, rank, measured, left, given)
    }
  }

  function keep(each, rank, measureText, left, given) {
    const sums = of(each)
    results.push({
      id: each.key, rank, cost: each.cost, votes: sums.votes, score: score(sums), measure: measureText,
      award: given.award, amount: given.amount, reserve: given.reserve, left, final: given.final, top_up: 0,
      reason: given.reason,
    })
  }

  const ordered = [...projects].sort(place)
  const why = new Map(ordered.map((each) => [each.key, barred(each)]))
  const inside = ordered.filter((each) => why.get(each.key) === null).map((each) => ({ each, by: measure(each) }))
  const falling = (a, b) => b.by[0] - a.by[0] || compare(b.by[1], a.by[1])
  for (const tier of grouped(inside.sort(falling), (a, b) => falling(a, b) === 0)) {
    const tied = tier.map(({ each }) => each)
    measured = told(tier[0].by[1])
    noted = []
    const before = results.length
    settle(tied, method.ties)
    if (tied.length > 1) {
      const order = results.slice(before).map((each) => each.id)
      ties.push({ projects: [...tied].sort(place).map((each) => each.key), measure: measured, decided_by: noted, order })
    }
  }
  const out = (reason) => ordered.filter((each) => why.get(each.key) !== null && (why.get(each.key) === 'too_few_scores') === reason)
  const behind = [...out(true), ...out(false).sort((a, b) => score(of(b)) - score(of(a)))]
  for (const each of behind) keep(each, null, '', 0, got('none', 0, why.get(each.key)))
  const spent = sum(results.map((each) => each.amount - each.reserve))
  return { budget, spent, projects: results, ties }
}

function grouped(list, alike) {
  const groups = []
  for (const each of list) {
    const last = groups[groups.length - 1]
    if (last && alike(last[0], each)) last.push(each)
    else groups.push([each])
  }
  return groups
}

// Several pots.
function partsOf(total, weights) {
  const whole = BigInt(sum(weights))
  const shares = weights.map((weight) => BigInt(total) * BigInt(weight))
  const parts = shares.map((share) => Number(share / whole))
  const order = shares.map((share, at) => ({ at, rest: share % whole }))
  order.sort((a, b) => Number(b.rest > a.rest) - Number(b.rest < a.rest))
  for (const { at } of order.slice(0, total - sum(parts))) parts[at] += 1
  return parts
}

const waits = (outcome) => outcome.projects.some((each) => !each.final)

export function countAll(amounts, surplus, count) {
  const outcomes = new Map([...amounts].map(([key, amount]) => [key, count(key, amount)]))
  const moves = surplus === 'share' ? share(amounts, outcomes) : []
  for (const [key, amount] of amounts) {
    const moved = sum(moves.map((each) => (each.target === key ? each.amount : 0) - (each.source === key ? each.amount : 0)))
    if (moved) outcomes.set(key, count(key, amount + moved))
  }
  if (surplus === 'top_up') for (const outcome of outcomes.values()) topUp(outcome)
  const target = surplus === 'carry_forward' ? 'carry_forward' : 'return'
  for (const [source, outcome] of outcomes) {
    const left = outcome.budget - outcome.spent
    if (left && !waits(outcome)) moves.push({ source, target, amount: left })
  }
  return { outcomes, moves }
}

function share(amounts, outcomes) {
  const beyond = [...outcomes].map(([key, outcome]) => {
    const reached = outcome.projects.filter((each) => each.rank !== null).map((each) => each.cost)
    return [key, amounts.get(key) - sum(reached)]
  })
  const spare = beyond.filter(([, amount]) => amount > 0)
  const lack = beyond.filter(([, amount]) => amount < 0).map(([key, amount]) => [key, -amount])
  const moved = Math.min(sum(spare.map(([, amount]) => amount)), sum(lack.map(([, amount]) => amount)))
  if (!moved) return []
  const given = partsOf(moved, spare.map(([, amount]) => amount))
  const wanted = partsOf(moved, lack.map(([, amount]) => amount))
  const moves = []
  spare.forEach(([source], from) => {
    lack.forEach(([target], to) => {
      const amount = Math.min(given[from], wanted[to])
      if (!amount) return
      moves.push({ source, target, amount })
      given[from] -= amount
      wanted[to] -= amount
    })
  })
  return moves
}

function topUp(outcome) {
  const winners = outcome.projects.filter((each) => each.amount)
  const left = outcome.budget - outcome.spent
  if (waits(outcome) || !winners.length || !left) return
  partsOf(left, winners.map((each) => each.amount)).forEach((part, at) => { winners[at].top_up = part })
  outcome.spent += left
}
