/**
 * The object that says where users are by right, in the recovery Region's state. Written at the point of no return and by nobody
 * who hasn't promoted a database; read by releases and `infra up`. Two writers can't both think that theirs stands.
 */
import type {Store} from '../engine/store.ts'
import type {Standing} from './input.ts'
import {standingKey} from './place.ts'
import type {Place} from './place.ts'

type Whose = Pick<Place, 'service' | 'environment'>

/** Users are at home, and the other Region's database was promoted in vain: nobody must be sent to it. */
export const isInVain = ({region, withdrawn}: Standing, {home}: Pick<Place, 'home'>): boolean =>
  region === home && withdrawn !== undefined

/** null: users have never left home. */
export async function readStanding(store: Store, whose: Whose, signal?: AbortSignal): Promise<Standing | null> {
  const stored = await store.get(standingKey(whose), signal)
  return stored === null ? null : (JSON.parse(stored.body) as Standing)
}

/** Writes it where it isn't the same already; the run's lease is what keeps two of them apart. */
export async function writeStanding(store: Store, whose: Whose, standing: Standing, signal?: AbortSignal): Promise<void> {
  const key = standingKey(whose)
  const body = JSON.stringify(standing)
  for (;;) {
    const present = await store.get(key, signal)
    if (present?.body === body) return
    const put = present === null ? await store.create(key, body, signal) : await store.replace(key, body, present.etag, signal)
    if (put.kind === 'written') return
  }
}
