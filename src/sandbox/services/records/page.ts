/** One page of a list. The token is the index at which the next page begins, as text: opaque to clients, readable to people. */
import {AwsFault} from '../../world/contract.ts'

export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
}

export function page<T>(all: readonly T[], token: string | undefined, size: number): Page<T> {
  const start = token === undefined || token === '' ? 0 : Number(token)
  if (!Number.isInteger(start) || start < 0) throw new AwsFault('InvalidNextToken', 'The token is not valid.')
  const end = start + size
  return {items: all.slice(start, end), next: end < all.length ? String(end) : undefined}
}
