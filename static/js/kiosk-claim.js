// Who votes, as far as a tablet can tell without the roll and without any list of codes: the code's check character, and a
// declaration with the round's own table of postcodes. The server looks at everything again when the ballot comes in.
import { tidyCode, withCheck } from './kiosk-seal.js'

const CODE = 17
const OLDEST = 120
const POSTCODE = /^([A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-Z]?|GIR)([0-9][ABD-HJLNP-UW-Z]{2})$/

// A code as typed or scanned: { code } or { fault }.
export const readCode = (text) => {
  const code = tidyCode(text)
  if (!code) return { fault: { code: 'code_missing' } }
  const strange = [...new Set(code.replace(/[0-9A-HJKMNP-TV-Z]/g, ''))].sort()
  if (strange.length) return { fault: { code: 'code_characters', values: { characters: strange.slice(0, 5).join(' ') } } }
  const missing = CODE - code.length
  if (missing) {
    const kind = `${missing > 0 ? 'code_too_short' : 'code_too_long'}${Math.abs(missing) === 1 ? '_one' : ''}`
    return { fault: { code: kind, values: { count: Math.abs(missing), length: CODE } } }
  }
  return withCheck(code.slice(0, -1)) === code ? { code } : { fault: { code: 'code_check' } }
}

const asFigure = (letter) => letter.replace('O', '0').replace(/[IL]/, '1')

// A postcode as the post writes it, or nothing. No district ends in O, I or L after a figure.
export const readPostcode = (text) => {
  const found = text.normalize('NFKC').toUpperCase().replace(/[^A-Z0-9]/g, '')
  const outward = found.slice(0, -3).replace(/(?<=[0-9])[OIL]$/, asFigure)
  const match = POSTCODE.exec(outward + asFigure(found.slice(-3, -2)) + found.slice(-2))
  return match ? `${match[1]} ${match[2]}` : ''
}

// The area of the longest line that a postcode begins with: its id, or 0 outside the round.
const areaOf = (postcode, table) => {
  const [outward, inward] = postcode.split(' ')
  const prefixes = [postcode, `${outward} ${inward[0]}`, outward, /^[A-Z]+/.exec(outward)?.[0] || outward]
  const line = prefixes.find((prefix) => prefix in table.lines)
  const area = line === undefined ? 0 : table.lines[line]
  return !table.own.length || table.own.includes(area) ? area : 0
}

const place = (said) => readPostcode(said.link === 'live' ? said.postcode : said.place_postcode)

// What is wrong with a declaration, field by field; nothing where all is well.
export const declarationFaults = (said, rules) => {
  const faults = []
  const fault = (code, field, values = {}) => faults.push({ code, field, values })
  const turns = rules.year - said.year_of_birth
  if (!/[\p{L}\p{N}]/u.test(said.name)) fault('name_missing', 'name')
  else if (said.name.trim().length > rules.longestName) fault('name_too_long', 'name', { most: rules.longestName })
  if (!said.postcode.trim()) fault('postcode_missing', 'postcode')
  else if (!readPostcode(said.postcode)) fault('postcode_shape', 'postcode')
  if (said.year_of_birth === null) fault('year_missing', 'year_of_birth')
  else if (turns < 0 || turns > OLDEST) fault('year_unlikely', 'year_of_birth')
  else if (turns < rules.leastAge) fault('too_young', 'year_of_birth', { least: rules.leastAge })
  if (!rules.links.includes(said.link)) fault('link_missing', 'link')
  else faults.push(...placeFaults(said, rules))
  if (!said.declared) fault('not_declared', 'declared')
  return faults
}

const placeFaults = (said, rules) => {
  if (!rules.table.known) return []
  const field = said.link === 'live' ? 'postcode' : 'place_postcode'
  const postcode = place(said)
  if (!postcode) {
    if (said.link === 'live') return []
    return [{ code: said.place_postcode.trim() ? 'postcode_shape' : 'postcode_missing', field, values: {} }]
  }
  return areaOf(postcode, rules.table) === 0 ? [{ code: 'postcode_outside', field, values: { postcode } }] : []
}

// The wards to choose from: one where the declaration says it or else the station's cards, two where two fit, all where
// nothing says it.
export const wardsOf = (said, contents) => {
  const wards = contents.wards.map((ward) => ward.id)
  if (!wards.length) return []
  const { table, links } = contents.rules
  const fitting = []
  if (said && table.known) {
    const places = said.link !== 'live' && links.includes('live') ? [place(said), readPostcode(said.postcode)] : [place(said)]
    fitting.push(...places.filter(Boolean).map((postcode) => areaOf(postcode, table)))
  }
  const found = [...new Set(fitting.filter(Boolean))]
  if (!found.length) return contents.area === null ? wards : [contents.area]
  const own = found.filter((ward) => wards.includes(ward))
  return own.length ? own : found.slice(0, 1)
}
