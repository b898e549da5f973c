/** One page of a list. The token is the index at which the next page begins, as text: opaque to clients, readable to people. */
import {AwsFault} from '../../world/contract.ts'

export interface Page<T> {
  /** Fresh: whoever asked may keep it. */
  readonly items: T[]
  readonly next: string | undefined
}

const notValid = (): AwsFault => new AwsFault('InvalidNextToken', 'The token is not valid.')

/** `wrong`: what the service says of a token that none of its answers held. */
export function page<T>(all: readonly T[], token: string | undefined, size: number, wrong: () => AwsFault = notValid): Page<T> {
  const start = token === undefined || token === '' ? 0 : Number(token)
  if (!Number.isInteger(start) || start < 0) throw wrong()
  const end = start + size
  return {items: all.slice(start, end), next: end < all.length ? String(end) : undefined}
}
