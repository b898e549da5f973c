/** IPv4 ranges, as far as a network is checked: whether one lies within another, and whether two share an address. */
interface Range {
  readonly from: number
  readonly to: number
}

function rangeOf(cidr: string): Range {
  const [address = '', bits = '32'] = cidr.split('/')
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - Number(bits))
  const from = Math.floor(number / size) * size
  return {from, to: from + size - 1}
}

export function within(inner: string, outer: string): boolean {
  const [one, other] = [rangeOf(inner), rangeOf(outer)]
  return one.from >= other.from && one.to <= other.to
}

export function overlap(first: string, second: string): boolean {
  const [one, other] = [rangeOf(first), rangeOf(second)]
  return one.from <= other.to && other.from <= one.to
}

/** Addresses a subnet has to give away: EC2 keeps five for itself. */
export function freeAddresses(cidr: string): number {
  return 2 ** (32 - Number(cidr.split('/')[1] ?? '32')) - 5
}
