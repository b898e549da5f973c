/**
 * The four releases of the demo, as data. Every image is healthy but for what its environment says; the judge can see neither
 * that nor the fault. Parameters are chosen so that each ending is as good as certain and all four take about a minute.
 */

export interface Scenario {
  readonly name: 'healthy' | 'errors' | 'crash' | 'incident'
  readonly title: string
  readonly image: string
  readonly env: Readonly<Record<string, string>>
  /** Fraction of requests that running tasks of both versions fail, from before the release on. */
  readonly incidentRate: number | null
  readonly expected: 'promoted' | 'rolled-back'
}

export const scenarios: readonly Scenario[] = [
  {name: 'healthy', title: 'a good version', image: 'shop/api:1.9.0', env: {}, incidentRate: null, expected: 'promoted'},
  {
    name: 'errors',
    title: 'a version that fails 5 % of its requests',
    image: 'shop/api:1.10.0',
    env: {ERROR_RATE: '0.05'},
    incidentRate: null,
    expected: 'rolled-back',
  },
  {
    name: 'crash',
    title: 'a version that drops half of its connections',
    image: 'shop/api:1.11.0',
    env: {RESET_FRACTION: '0.5'},
    incidentRate: null,
    expected: 'rolled-back',
  },
  {
    name: 'incident',
    title: "a good version in the middle of somebody else's incident",
    image: 'shop/api:1.12.0',
    env: {},
    incidentRate: 0.05,
    expected: 'promoted',
  },
]

export const speed = 60
export const requestsPerMinute = 900
