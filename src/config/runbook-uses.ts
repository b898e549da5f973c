/** The steps that come with the tool for runbooks of the team's own: what each is told, and which facts it leaves. A table; what they do is in `runbooks/custom/`. */
export interface BuiltInStep {
  readonly about: string
  /** Key of `with` → what it may hold; a `?` at the end: may be left out. */
  readonly with: Readonly<Record<string, WithKind>>
  readonly facts: readonly string[]
  /** Whether it changes something. */
  readonly changes: 'nothing' | 'undone-by-itself'
}

export type WithKind = 'text' | 'text?' | 'region?' | 'duration?' | 'count' | 'count?' | 'paths?' | 'presence'

export const builtInSteps = {
  'replica-replicating': {
    about: "the database's replica replicates, nothing is pending, and its newest lag is known and small",
    with: {region: 'region?', 'lag-at-most': 'duration?'},
    facts: ['status', 'lagSeconds', 'class'],
    changes: 'nothing',
  },
  'recovery-point': {
    about: 'the newest recovery point of the database is young enough',
    with: {region: 'region?', 'age-at-most': 'duration?'},
    facts: ['snapshot', 'createdAt'],
    changes: 'nothing',
  },
  heartbeat: {
    about: "a Region's API reads the newest heartbeat row, and it isn't older than that",
    with: {region: 'region?', 'behind-at-most': 'duration?'},
    facts: ['seq', 'at', 'writable'],
    changes: 'nothing',
  },
  write: {
    about: "one write through the API commits, at a Region's own name or at everybody's",
    with: {region: 'region?'},
    facts: ['region', 'at'],
    changes: 'nothing',
  },
  'serving-from': {
    about: "the API's public name is answered by a Region, so many times in a row",
    with: {region: 'region?', times: 'count?'},
    facts: ['region', 'at'],
    changes: 'nothing',
  },
  warm: {
    about: "asks paths of a Region's API once each, so that the cache holds them",
    with: {region: 'region?', paths: 'paths?'},
    facts: ['answered'],
    changes: 'nothing',
  },
  'switch-is': {
    about: "the object stop, which moves users, is there or isn't",
    with: {stop: 'presence'},
    facts: ['stop'],
    changes: 'nothing',
  },
  hosts: {
    about: 'so many hosts of an Auto Scaling group are registered with their cluster; undone: its size as before',
    with: {region: 'region?', group: 'text', cluster: 'text', count: 'count'},
    facts: ['registered', 'before'],
    changes: 'undone-by-itself',
  },
} as const satisfies Readonly<Record<string, BuiltInStep>>

export type BuiltInName = keyof typeof builtInSteps

export const isBuiltIn = (name: string): name is BuiltInName => Object.hasOwn(builtInSteps, name)
export const factsOfBuiltIn = (name: string): readonly string[] => (isBuiltIn(name) ? builtInSteps[name].facts : [])
