// The second checker of packages: the checks in order. `examine(bytes, anchor)` gives states, notes and digest.
import { byPoint, marksOf, sum } from './checker-ballots.js'
import { countAll, recount } from './checker-count.js'
import {
  CannotTell, Wrong, decoded, digest, digestFrom, hex, joined, leaf, must, read, root, same, unhex, unpacked, utf8, written
} from './checker-forms.js'

export const CHECKS = [
  'packing', 'manifest', 'anchor', 'files', 'ballot', 'receipts', 'ballots', 'numbers', 'account', 'recount', 'money',
  'result',
]
const ADDITIVE = ['greedy', 'greedy-per-cost']
const MISSHAPEN = 'something is missing, or not of the kind that it should be'

function fileOf(box, name) {
  must(box.files.has(name), MISSHAPEN)
  return box.files.get(name)
}

const once = (box, name, make) => {
  if (!(name in box.kept)) box.kept[name] = make()
  return box.kept[name]
}

const outcomesOf = (box) => box.manifest.count.outcome.pots

function projectsOf(box, pot) {
  return new Map(box.manifest.ballot.projects.filter((each) => each.pot === pot).map((each) => [each.key, each]))
}

function amountsOf(box) {
  const told = new Map(box.manifest.ballot.pots.map((pot) => [pot.key, pot.amount]))
  return new Map(box.manifest.pots.map((pot) => {
    must(Number.isSafeInteger(told.get(pot.key)), MISSHAPEN)
    return [pot.key, told.get(pot.key)]
  }))
}

// The lines of ballots.jsonl: how often each ballot lies in each pot, and the leaf of each line.
function linesOf(box) {
  return once(box, 'lines', () => {
    const text = box.files.has('ballots.jsonl') ? decoded(box.files.get('ballots.jsonl'), 'ballots.jsonl') : ''
    must(!text || text.endsWith('\n'), 'ballots.jsonl breaks off')
    const full = new Map(box.manifest.pots.filter((pot) => pot.level === 'full').map((pot) => [pot.key, new Map()]))
    const leaves = []
    let before = ''
    for (const line of text.split('\n').slice(0, -1)) {
      const found = /^\{"choices":(\{[^\n]*\}),"key":"([0-9a-f]{32})","pot":"([^"\\]*)"\}$/.exec(line)
      must(found && found[2] > before, 'a line of ballots.jsonl is not written, or does not stand, as it should')
      const [, choices, key, pot] = found
      must(full.has(pot), 'there are ballots of a pot whose ballots are not published')
      before = key
      full.get(pot).set(choices, (full.get(pot).get(choices) || 0) + 1)
      leaves.push(leaf(joined([unhex(key), utf8(`|${pot}|${choices}`)])))
    }
    return { full, leaves }
  })
}

function rootOf(box) {
  const { leaves } = linesOf(box)
  if (box.manifest.pots.every((pot) => pot.level === 'full') && box.manifest.pots.length) return root(leaves)
  if (!box.files.has('leaves.txt')) throw new CannotTell('the ballots are not published, so the root over them cannot be worked out')
  const lines = decoded(box.files.get('leaves.txt'), 'leaves.txt').split('\n')
  must(lines.pop() === '' && lines.every((line) => /^[0-9a-f]{64}$/.test(line)), 'leaves.txt is misshapen')
  const rest = new Map()
  for (const line of lines) rest.set(line, (rest.get(line) || 0) + 1)
  for (const each of leaves) {
    const left = (rest.get(hex(each)) || 0) - 1
    must(left >= 0, 'leaves.txt is not that of these ballots')
    rest.set(hex(each), left)
  }
  const withheld = sum(box.manifest.pots.filter((pot) => pot.level !== 'full').map((pot) => pot.ballots))
  must(lines.length - leaves.length === withheld, 'leaves.txt is not that of these ballots')
  return root(lines.map(unhex))
}

const noSums = (marks = new Map(), ordinary = 0) => ({ marks, ordinary, votes: 0, given: 0, unnamed: 0 })

function add(sums, mark, ordinary, times) {
  sums.marks.set(mark, (sums.marks.get(mark) || 0) + times)
  sums.ordinary += ordinary * times
  sums.votes += times
  sums.given += mark * times
}

function tallyOf(box, pot) {
  return once(box, `tally ${pot.key}`, () => {
    const projects = projectsOf(box, pot.key)
    if (pot.level === 'full') return finished(box, fromBallots(box, pot.key, projects))
    if (pot.level === 'histogram') return finished(box, fromHistogram(box, pot, projects))
    if (pot.level === 'order') throw new CannotTell('so few took part in a pot that only the order and the money are published')
    const told = new Map(outcomesOf(box)[pot.key].projects.map((each) => [each.id, each]))
    const sums = new Map([...projects.keys()].map((key) => [key, { ...noSums(null, null), votes: told.get(key).votes }]))
    const tally = finished(box, { sums, ballots: pot.ballots, marked: pot.marked })
    for (const [key, each] of sums) each.given = told.get(key).score - each.unnamed
    return tally
  })
}

function finished(box, tally) {
  const { settings, type } = box.manifest.ballot.ballot
  const unnamed = type === 'scoring' ? settings.default : 0
  for (const sums of tally.sums.values()) sums.unnamed = unnamed * (tally.ballots - sums.votes)
  return tally
}

function fromBallots(box, pot, projects) {
  const tally = { sums: new Map([...projects.keys()].map((key) => [key, noSums()])), ballots: 0, marked: 0 }
  const rules = box.manifest.ballot.ballot
  const { withdrawn } = outcomesOf(box)[pot].options
  const amount = amountsOf(box).get(pot)
  for (const [text, times] of linesOf(box).full.get(pot)) {
    let choices
    try {
      choices = JSON.parse(text)
    } catch {
      throw new Wrong('a ballot is not JSON')
    }
    must(written(choices) === text, 'a ballot is not in canonical form')
    const marks = marksOf(choices, rules, projects, amount)
    if (marks.length && rules.settings.score_all) {
      const given = new Set(marks.map(([id]) => id))
      must([...projects.keys()].every((key) => given.has(key) || Object.hasOwn(withdrawn, key)), 'a ballot leaves out a project')
    }
    tally.ballots += times
    if (marks.length) tally.marked += times
    for (const [id, mark, ordinary] of marks) add(tally.sums.get(id), mark, ordinary, times)
  }
  return tally
}

function fromHistogram(box, pot, projects) {
  const told = read(fileOf(box, 'histogram.json'), 'histogram.json')[pot.key]
  must(same(Object.keys(told).sort(), [...projects.keys()].sort()), 'histogram.json does not tell of the projects on the ballot')
  const tally = { sums: new Map(), ballots: pot.ballots, marked: pot.marked }
  for (const key of projects.keys()) {
    const sums = noSums()
    for (const [mark, times] of Object.entries(told[key].marks)) {
      must(Number.isSafeInteger(times) && times > 0 && String(Number(mark)) === mark, 'histogram.json is misshapen')
      add(sums, Number(mark), 0, times)
    }
    sums.ordinary = told[key].ordinary
    must(sums.votes <= pot.marked && pot.marked <= pot.ballots, 'more ballots name a project than there are')
    tally.sums.set(key, sums)
  }
  return tally
}

function counted(box, key, budget) {
  const { method } = box.manifest.ballot
  if (!ADDITIVE.includes(method.rule)) {
    throw new CannotTell(`this page does not count by the rule “${method.rule}”; the file check_package.py below does`)
  }
  const facts = outcomesOf(box)[key].options
  const fixed = ['options', 'allocation', 'thresholds', 'ties'].every((name) => same(facts[name], method[name]))
  must(fixed, 'a pot was counted by another method than the one that was fixed')
  const highest = box.manifest.ballot.ballot.settings.highest
  const pot = box.manifest.pots.find((each) => each.key === key)
  const projects = [...projectsOf(box, key).values()]
  return recount(projects, budget, tallyOf(box, pot), method, facts, highest === undefined ? null : highest)
}

// Whether other projects may be ranked when a pot has other money.
const reachDependsOnMoney = ({ thresholds, options }) => (thresholds.cost_divisor ?? null) !== null || options.comparison

// How many envelopes were audit cards; the list must be the one that was fixed before the vote.
function audited(box) {
  const { audit, opening } = box.manifest
  const told = opening.audit || 0
  if (!audit || audit.given_up) {
    must(told === 0, 'there are audit cards, and no list of them')
    return 0
  }
  const found = audit.compared
  must(digest(fileOf(box, 'audit-cards.txt')) === audit.sha256, 'the list of audit cards is not the one that was fixed')
  must(found.length === audit.cards, 'an audit card is missing from the comparison, or there is one too many')
  const counts = Object.keys(audit.counts).map((key) => [key, found.filter((each) => each.found === key).length])
  const addUp = counts.every(([key, count]) => audit.counts[key] === count)
  must(addUp && sum(counts.map(([, count]) => count)) === found.length, 'the audit cards do not add up')
  const alike = found.filter((each) => same(each.planned, each.read)).length
  must(alike >= audit.counts.alike && told === found.length - audit.counts.missing, 'the audit cards do not add up')
  return told
}

const TESTS = {
  ballot({ manifest }) {
    const fixed = manifest.ballot
    must(digest(written(fixed)) === manifest.ballot_sha256, 'the fixed ballot has another fingerprint')
    const keys = fixed.projects.map((each) => each.key)
    must(new Set(keys).size === keys.length, 'a project is on the ballot twice')
    if (!('order_seed' in fixed)) return
    const lots = new Map(keys.map((key) => [key, digest(`${fixed.order_seed}|${key}`)]))
    const drawn = [...keys].sort((a, b) => byPoint(lots.get(a), lots.get(b)) || byPoint(a, b))
    const told = [...fixed.projects].sort((a, b) => a.number - b.number).map((each) => each.key)
    must(same(drawn, told), 'the order of the projects is not the one that the seed draws')
  },
  receipts(box) {
    const lines = decoded(fileOf(box, 'receipts.txt'), 'receipts.txt').split('\n')
    const shaped = lines.pop() === '' && lines.every((line, at) => /^[0-9A-Z*~$=]{13}$/.test(line) && (!at || lines[at - 1] < line))
    must(shaped, 'receipts.txt is misshapen, or holds a receipt twice')
    must(lines.length === box.manifest.opening.valid, 'there are not as many receipts as valid ballots')
  },
  ballots(box) {
    for (const pot of box.manifest.pots) if (pot.level === 'full') tallyOf(box, pot)
    must(rootOf(box) === box.manifest.ballot_root, 'the ballots do not have the root that was published')
  },
  numbers(box) {
    const { opening } = box.manifest
    must(opening.valid + sum(Object.values(opening.invalid)) + audited(box) === opening.envelopes, 'envelopes do not add up')
    must(same(Object.keys(outcomesOf(box)).sort(), [...amountsOf(box).keys()].sort()), 'the count is of other pots')
    for (const pot of box.manifest.pots) {
      const outcome = outcomesOf(box)[pot.key]
      const opened = Object.hasOwn(opening.sections, pot.key) ? opening.sections[pot.key] : 0
      must(opened === pot.ballots, 'a pot has other ballots than were opened')
      must(pot.ballots === outcome.ballots, 'ballots do not add up')
      if (pot.level === 'order') {
        const numbers = [outcome.marked, ...outcome.projects.flatMap((each) => [each.votes, each.score])]
        must(numbers.every((each) => each === null), 'a pot tells votes that may not be told')
        continue
      }
      const tally = tallyOf(box, pot)
      const told = [pot.ballots, pot.marked]
      must(same(told, [tally.ballots, tally.marked]) && same(told, [outcome.ballots, outcome.marked]), 'ballots do not add up')
      must(pot.marked <= pot.ballots && pot.ballots <= opening.valid, 'a pot has more ballots than there are')
      for (const each of outcome.projects) {
        const sums = tally.sums.get(each.id)
        must(each.votes === sums.votes && each.score === sums.given + sums.unnamed, 'votes or points do not add up')
      }
    }
  },
  account({ manifest }) {
    must(manifest.account.length > 0, 'there is no ballot account')
    for (const line of manifest.account) {
      const even = line.left.amount === sum(line.right.map((each) => each.amount))
      must(even || line.explained, 'a line of the ballot account does not come out even')
    }
  },
  recount(box) {
    const { ballot, count } = box.manifest
    must(digest(written(count.outcome)) === count.sha256, 'the count has another fingerprint')
    const claimed = outcomesOf(box)
    const doubts = new Map()
    const again = (key, budget) => {
      try {
        return counted(box, key, budget)
      } catch (reason) {
        if (!(reason instanceof CannotTell)) throw reason
        // Nobody knows the count before the money moved.
        if (ballot.surplus === 'share' && reachDependsOnMoney(ballot.method)) throw reason
        doubts.set(key, reason.message)
        return { budget, spent: claimed[key].spent, projects: claimed[key].projects.map((each) => ({ ...each })) }
      }
    }
    const { outcomes, moves } = countAll(amountsOf(box), ballot.surplus, again)
    must(same(moves, count.outcome.moves), 'money moves between the pots in another way')
    for (const [key, outcome] of outcomes) {
      must(outcome.budget === claimed[key].budget, 'a pot has other money')
      if (doubts.has(key)) continue
      const told = claimed[key].projects.map((each) => ({ ...each, reason: each.reason.code }))
      const other = outcome.projects.find((each, at) => !told[at] || !same(each, told[at]))
      must(!other && told.length === outcome.projects.length, `counted again, ${other ? other.id : 'a project'} comes out differently`)
      must(same(outcome.ties, claimed[key].ties), 'counted again, ties come out differently')
      must(outcome.spent === claimed[key].spent, 'counted again, other money is spent')
    }
    for (const [key, reason] of doubts) throw new CannotTell(`${key}: ${reason}`)
  },
  money(box) {
    let budgets = 0
    for (const [key, outcome] of Object.entries(outcomesOf(box))) {
      const given = sum(outcome.projects.map((each) => each.amount + each.top_up - each.reserve))
      must(given === outcome.spent && given <= outcome.budget, `pot ${key} is overspent, or its sums are wrong`)
      for (const each of outcome.projects) must(each.amount >= 0 && each.amount <= each.cost, `${each.id} gets more than it asked for`)
      budgets += outcome.budget
    }
    must(budgets === sum([...amountsOf(box).values()]), 'the pots together have more or less than was fixed')
  },
  result(box) {
    const { manifest } = box
    const result = read(fileOf(box, 'result.json'), 'result.json')
    must(result.count.outcome_sha256 === manifest.count.sha256, 'the result is that of another count')
    for (const name of ['ballot_sha256', 'sealed_root', 'ballot_root']) {
      must(result.round[name] === manifest[name], 'the result names other fingerprints')
    }
    must(result.turnout.ballots === manifest.opening.valid, 'the result tells of other ballots')
    must(same(result.turnout.invalid, manifest.opening.invalid), 'the result tells of other invalid ballots')
    must(same(result.turnout.channels, manifest.channels), 'the result tells of other channels')
    must(same(result.moves, manifest.count.outcome.moves), 'the result moves other money')
    must(same(result.pots.map((pot) => pot.key), [...amountsOf(box).keys()]), 'the result is of other pots')
    for (const pot of result.pots) resultOfPot(pot, outcomesOf(box)[pot.key])
  },
}

function resultOfPot(pot, outcome) {
  const own = new Map(outcome.projects.map((each) => [each.id, each]))
  const keys = new Set(pot.projects.map((each) => each.key))
  const alike = keys.size === own.size && pot.projects.length === own.size && [...keys].every((key) => own.has(key))
  must(alike, 'the result is of other projects, or names one twice')
  for (const each of pot.projects) {
    const told = own.get(each.key)
    for (const name of ['rank', 'votes', 'score', 'measure', 'award', 'cost']) {
      must(same(each[name], told[name]), `the result says something else of ${each.key} than the count`)
    }
    must(each.counted === told.amount + told.top_up, `the result gives ${each.key} another amount`)
    must(each.amount === (each.decision || { amount: 0 }).amount, 'an amount is not the one decided')
  }
  const given = sum(pot.projects.map((each) => each.amount))
  const helped = sum(pot.projects.map((each) => (each.amount ? own.get(each.key).reserve : 0)))
  must(given === pot.awarded && given <= outcome.budget + helped, 'more is given out than the pot holds')
  must(pot.budget === outcome.budget && pot.ballots === outcome.ballots, "a pot's numbers differ")
}

async function make(report, check, what) {
  try {
    await what()
    report.states[check] = 'held'
  } catch (fault) {
    if (fault instanceof CannotTell) {
      report.notes[check] = fault.message
      return false
    }
    report.states[check] = 'failed'
    report.notes[check] = fault instanceof Wrong ? fault.message : MISSHAPEN
  }
  return report.states[check] === 'held'
}

export async function examine(data, anchor = '') {
  const report = { states: Object.fromEntries(CHECKS.map((check) => [check, 'not_made'])), notes: {}, digest: '' }
  const box = { files: new Map(), manifest: null, kept: {} }
  const unpack = async () => {
    box.files = await unpacked(data)
    must(box.files.has('manifest.json'), 'there is no manifest.json in it')
  }
  if (!(await make(report, 'packing', unpack))) return report
  report.digest = digest(box.files.get('manifest.json'))
  await make(report, 'anchor', () => {
    if (!anchor.trim()) throw new CannotTell('no fingerprint was given: compare the words with the minutes yourself')
    must(digestFrom(anchor) === report.digest, 'the fingerprint of this package is another one')
  })
  const readable = await make(report, 'manifest', () => {
    box.manifest = read(box.files.get('manifest.json'), 'manifest.json')
    must(box.manifest.format === 'you-decide-package-1', 'it is a package of another kind than this page knows')
  })
  if (!readable) return report
  const whole = await make(report, 'files', () => {
    const told = box.manifest.files
    const names = [...Object.keys(told), 'manifest.json']
    must(names.length === box.files.size && names.every((name) => box.files.has(name)), 'there are other files in it than the manifest names')
    for (const [name, about] of Object.entries(told)) {
      const content = box.files.get(name)
      must(content.length === about.bytes && digest(content) === about.sha256, `${name} is not the file that the manifest names`)
    }
  })
  if (!whole) return report
  for (const [check, test] of Object.entries(TESTS)) await make(report, check, () => test(box))
  return report
}
