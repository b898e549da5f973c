/** The first so many blocks of an address range, each with so many host bits: Fn::Cidr. Pure. */
import {refuse} from './template-fault.ts'

export function cidrs(block: string, count: number, hostBits: number): readonly string[] {
  const [address = '', prefixText = ''] = block.split('/')
  const width = address.includes(':') ? 128 : 32
  const prefix = Number(prefixText)
  const size = width - hostBits
  const base = width === 32 ? fromFour(address) : fromSix(address)
  if (base === null || !Number.isInteger(prefix) || prefixText === '') {
    throw refuse(`Template error: Fn::Cidr requires a CIDR block, not ${block}`)
  }
  if (!Number.isInteger(count) || count < 1 || count > 256) throw refuse('Template error: Fn::Cidr makes 1 to 256 blocks')
  if (size < prefix || 2n ** BigInt(size - prefix) < BigInt(count)) {
    throw refuse(`Template error: Fn::Cidr can't make ${count} blocks of ${hostBits} bits out of ${block}`)
  }
  const step = 1n << BigInt(hostBits)
  const start = (base >> BigInt(width - prefix)) << BigInt(width - prefix)
  return Array.from({length: count}, (_, index) => `${(width === 32 ? toFour : toSix)(start + BigInt(index) * step)}/${size}`)
}

function fromFour(address: string): bigint | null {
  const parts = address.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return null
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n)
}
const toFour = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')

function fromSix(address: string): bigint | null {
  const [head = '', tail] = address.split('::')
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))
  const front = groups(head)
  const back = groups(tail ?? '')
  const all = tail === undefined ? front : [...front, ...Array.from({length: 8 - front.length - back.length}, () => '0'), ...back]
  if (all.length !== 8 || all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}

function toSix(value: bigint): string {
  const groups = Array.from({length: 8}, (_, index) => ((value >> BigInt(112 - 16 * index)) & 65_535n).toString(16))
  return groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::')
}
