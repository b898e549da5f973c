/** The acts of the recovery story, in order, as data: what happens to the Region before, and what is done about it. */

export interface Act {
  readonly name: 'unplanned' | 'failback' | 'planned' | 'back' | 'drill'
  readonly title: string
  /** What a person would type. */
  readonly command: string
  /** What happens before it. */
  readonly before: 'home-dies' | 'home-returns' | 'night' | null
}

export const acts: readonly Act[] = [
  {
    name: 'unplanned',
    title: 'the home Region is gone',
    command: 'sluice dr promote --unplanned --accept-loss 10m',
    before: 'home-dies',
  },
  {name: 'failback', title: 'it has come back, and so does everybody', command: 'sluice dr failback', before: 'home-returns'},
  {name: 'planned', title: 'a switchover in peace', command: 'sluice dr promote --planned', before: null},
  {name: 'back', title: 'and home again', command: 'sluice dr failback', before: null},
  {name: 'drill', title: 'a rehearsal beside production', command: 'sluice dr drill', before: 'night'},
]

/** In virtual minutes: enough to see that nobody fails, few enough for a small machine beside everything else. */
export const load = {requestsPerMinute: 60, rowsPerMinute: 30, stragglers: 0.05}

/** What is accepted up front where a Region is lost. */
export const acceptedLossMs = 10 * 60_000
