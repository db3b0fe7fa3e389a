// The second checker of packages, written apart from the one in Python: canonical JSON, SHA-256, roots, the zip file.
export class Wrong extends Error {}
export class CannotTell extends Error {}

export const must = (holds, otherwise) => {
  if (!holds) throw new Wrong(otherwise)
}

// SHA-256 (FIPS 180-4), since a page without https has no crypto.subtle.
const primes = (count) => {
  const found = []
  for (let n = 2; found.length < count; n += 1) if (found.every((p) => n % p)) found.push(n)
  return found
}
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0
const START = primes(8).map((p) => fraction(Math.sqrt(p)))
const ROUND = primes(64).map((p) => fraction(Math.cbrt(p)))

function padded(data) {
  const blocks = new Uint8Array(((data.length + 72) >> 6) << 6)
  blocks.set(data)
  blocks[data.length] = 0x80
  const view = new DataView(blocks.buffer)
  view.setUint32(blocks.length - 8, Math.floor(data.length / 2 ** 29))
  view.setUint32(blocks.length - 4, (data.length << 3) >>> 0)
  return view
}

const turn = (x, by) => (x >>> by) | (x << (32 - by))

export function sha256(data) {
  const view = padded(data)
  const state = Int32Array.from(START)
  const w = new Int32Array(64)
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(at + 4 * i)
    for (let i = 16; i < 64; i += 1) {
      const a = w[i - 15]
      const b = w[i - 2]
      w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))
    }
    compress(state, w)
  }
  const out = new Uint8Array(32)
  const written = new DataView(out.buffer)
  state.forEach((word, i) => written.setInt32(4 * i, word))
  return out
}

function compress(state, w) {
  let [a, b, c, d, e, f, g, h] = state
  for (let i = 0; i < 64; i += 1) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0]
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word })
}

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
export const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16))
export const utf8 = (text) => new TextEncoder().encode(text)
export const digest = (text) => hex(sha256(typeof text === 'string' ? utf8(text) : text))

export function decoded(bytes, name) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Wrong(`${name} is not text in UTF-8`)
  }
}

// RFC 8785 for text, whole numbers, true, false, null, lists and objects.
export function written(value) {
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value).sort()
    return `{${keys.map((key) => `${written(key)}:${written(value[key])}`).join(',')}}`
  }
  if (typeof value === 'number') must(Number.isSafeInteger(value), 'a number is not a whole number')
  const text = JSON.stringify(value)
  must(text !== undefined && !/\\ud[89a-f]/.test(text), 'a text holds half a character')
  return text
}

export function read(bytes, name) {
  const text = decoded(bytes, name)
  let value
  try {
    value = JSON.parse(text)
  } catch {
    throw new Wrong(`${name} is not JSON`)
  }
  must(written(value) === text, `${name} is not in the canonical form of RFC 8785`)
  return value
}

export const same = (one, other) => written(one) === written(other)

const STARTS = ['ch', 'dr', 'fr', 'g', 'h', 'j', 'k', 'm', 'p', 'r', 's', 'sh', 't', 'v', 'w', 'z']
const ENDS = ['a', 'e', 'i', 'o', 'u', 'an', 'en', 'in', 'on', 'un', 'al', 'el', 'il', 'ol', 'ul', 'ay']

export function words(figures) {
  const syllables = Array.from(unhex(figures), (byte) => STARTS[byte >> 4] + ENDS[byte & 15])
  return Array.from({ length: 8 }, (_, at) => syllables.slice(4 * at, 4 * at + 4).join('')).join(' ')
}

export function digestFrom(text) {
  const letters = text.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (/^[0-9a-f]{64}$/.test(letters)) return letters
  const found = [...letters.matchAll(/(ch|dr|fr|sh|[ghjkmprstvwz])(a[nly]|[eiou][nl]|[aeiou])/g)]
  const whole = found.length === 32 && found.map((each) => each[0]).join('') === letters
  must(whole, 'what you entered is neither the eight words nor the 64 figures of a fingerprint')
  return hex(Uint8Array.from(found, (each) => (STARTS.indexOf(each[1]) << 4) | ENDS.indexOf(each[2])))
}

export function joined(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export const leaf = (data) => sha256(joined([new Uint8Array([0]), data]))

export function root(leaves) {
  if (!leaves.length) return digest('')
  let row = leaves
  while (row.length > 1) {
    const above = []
    for (let at = 0; at + 1 < row.length; at += 2) above.push(sha256(joined([new Uint8Array([1]), row[at], row[at + 1]])))
    if (row.length % 2) above.push(row[row.length - 1])
    row = above
  }
  return hex(row[0])
}

const TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
  return c
})

function crc(data) {
  let c = -1
  for (const byte of data) c = TABLE[(c ^ byte) & 255] ^ (c >>> 8)
  return ~c >>> 0
}

// All files together; a file that was made to fill a computer's memory says more, or holds more than it says.
const LARGEST = 2 ** 29

async function inflated(data, size) {
  const parts = []
  let left = size
  try {
    const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value)
      left -= next.value.length
      if (left < 0) await reader.cancel()
    }
  } catch {
    left = -1
  }
  must(left === 0, 'the zip file is damaged')
  return joined(parts)
}

// Every byte of the zip file is accounted for: what the directory must say follows from the files themselves.
export async function unpacked(data) {
  const files = new Map()
  const directory = []
  let at = 0
  let left = LARGEST
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const strange = 'the zip file is not packed as packages are'
  while (at + 30 <= data.length && view.getUint32(at, true) === 0x04034b50) {
    const [version, flags, method, time, day] = [4, 6, 8, 10, 12].map((by) => view.getUint16(at + by, true))
    const [check, packed, size] = [14, 18, 22].map((by) => view.getUint32(at + by, true))
    const [length, extra] = [26, 28].map((by) => view.getUint16(at + by, true))
    must(version === 20 && !flags && method === 8 && !time && day === 0x21 && !extra, strange)
    must(size <= left, 'the zip file unpacks to more than any package holds')
    left -= size
    const start = at + 30 + length
    must(start + packed <= data.length, 'the zip file breaks off')
    const rawName = data.subarray(at + 30, start)
    must(rawName.every((byte) => byte < 128), strange)
    const name = decoded(rawName, 'a name')
    must(!files.has(name), `the zip file holds ${name} twice`)
    const content = await inflated(data.subarray(start, start + packed), size)
    must(crc(content) === check, 'the zip file is damaged')
    files.set(name, content)
    directory.push(entry(data.subarray(at + 4, at + 28), rawName, at))
    at = start + packed
  }
  const listed = joined(directory)
  const rest = joined([listed, end(files.size, listed.length, at)])
  const agrees = files.size && rest.length === data.length - at && rest.every((byte, i) => byte === data[at + i])
  must(agrees, `${strange}: something in it was changed, added or left out`)
  return files
}

function entry(head, rawName, at) {
  const out = new DataView(new ArrayBuffer(46))
  out.setUint32(0, 0x02014b50, true)
  out.setUint16(4, (3 << 8) | 20, true)
  head.forEach((byte, i) => out.setUint8(6 + i, byte))
  out.setUint32(38, (0o100644 << 16) >>> 0, true)
  out.setUint32(42, at, true)
  return joined([new Uint8Array(out.buffer), rawName])
}

function end(count, length, at) {
  const out = new DataView(new ArrayBuffer(22))
  out.setUint32(0, 0x06054b50, true)
  out.setUint16(8, count, true)
  out.setUint16(10, count, true)
  out.setUint32(12, length, true)
  out.setUint32(16, at, true)
  return new Uint8Array(out.buffer)
}
