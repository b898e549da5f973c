/** Stable names that follow from what they name, as AWS derives some ids: the same input gives the same id in every world. */
import {createHash} from 'node:crypto'

export function digest(of: string, length: number): string {
  return createHash('sha256').update(of).digest('hex').slice(0, length)
}
