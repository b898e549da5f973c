/** What an instance is called that was set aside, and the snapshot it ends with. Pure. */
import type {FailbackInput} from '../input.ts'

export const fencedId = ({place, stamp}: Pick<FailbackInput, 'place' | 'stamp'>): string => `${place.database}-fenced-${stamp}`

/** Also those that an earlier failback set aside before it was taken back. */
export const setAsideIds = (input: Pick<FailbackInput, 'place' | 'stamp' | 'standing'>): readonly string[] => [
  ...new Set([fencedId(input), ...(input.standing.withdrawn?.setAside ?? [])]),
]

export const finalSnapshotOf = (fenced: string): string => fenced.replace('-fenced-', '-final-')
