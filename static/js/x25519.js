// X25519 (RFC 7748) for browsers whose WebCrypto has none: the same numbers, by whole numbers of any size. How long it
// takes depends on the secret, which is no harm here: each secret is used once, on the tablet that made it.

const P = (1n << 255n) - 19n
const A24 = 121665n // (486662 - 2) / 4
const BITS = 255n
const BYTES = 32

const mod = (number) => {
  const rest = number % P
  return rest < 0n ? rest + P : rest
}

const power = (base, exponent) => {
  let result = 1n
  for (let square = base, left = exponent; left; left >>= 1n, square = mod(square * square)) {
    if (left & 1n) result = mod(result * square)
  }
  return result
}

// Bytes are little-endian.
const numberOf = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
const bytesOf = (number) => Uint8Array.from({ length: BYTES }, (_, at) => Number((number >> BigInt(8 * at)) & 255n))

// 5: which bits of a secret count, and that the highest one of a point does not.
const scalarOf = (bytes) => (numberOf(bytes) & ((1n << 254n) - 8n)) | (1n << 254n)
const pointOf = (bytes) => mod(numberOf(bytes) & ((1n << BITS) - 1n))

// One step of the ladder: of two points that differ by `base`, their sum, and the double of the first.
const step = ([x2, z2], [x3, z3], base) => {
  const a = x2 + z2
  const b = x2 - z2
  const aa = mod(a * a)
  const bb = mod(b * b)
  const e = aa - bb
  const da = mod((x3 - z3) * a)
  const cb = mod((x3 + z3) * b)
  return [[mod(aa * bb), mod(e * (aa + A24 * e))], [mod((da + cb) ** 2n), mod(base * mod((da - cb) ** 2n))]]
}

// The public half of a secret, or with another's public half the secret that the two share; 32 bytes each.
export const x25519 = (secret, point = Uint8Array.of(9, ...new Uint8Array(BYTES - 1))) => {
  const scalar = scalarOf(secret)
  const base = pointOf(point)
  let low = [1n, 0n]
  let high = [base, 1n]
  for (let bit = BITS - 1n; bit >= 0n; bit -= 1n) {
    if ((scalar >> bit) & 1n) [high, low] = step(high, low, base)
    else [low, high] = step(low, high, base)
  }
  return bytesOf(mod(low[0] * power(low[1], P - 2n)))
}
