/** What makes a second call of the same step of the same run the same call, in the shape of a UUID, which is what SSM takes. Pure. */
import {createHash} from 'node:crypto'

export function tokenOf(run: string, step: string): string {
  const hex = createHash('sha256').update(`${run}/${step}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}
