/** How long it will take: usual seconds along the longest way of one graph. */
import {describe, expect, it} from 'vitest'
import {forecast, longestSeconds, slotSeconds} from '../../src/runbooks/provision/forecast.ts'
import type {
  ForecastResource,
  PlannedSlot,
  PlannedStack,
  StackVerdict,
  WantedStack,
} from '../../src/runbooks/provision/infra-plan.ts'

const resource = (path: string, seconds: number, needs: readonly string[] = []): ForecastResource => ({
  path,
  type: 'AWS::X',
  seconds,
  needs,
})
const stack = (id: string, seconds: number, change: Partial<WantedStack> = {}): WantedStack => ({
  id,
  kind: 'main',
  name: id,
  region: id.split('@')[1] ?? '',
  body: '',
  templateHash: '',
  first: {},
  then: {},
  needs: [],
  thenNeeds: [],
  tags: {},
  role: 'caller',
  keep: [],
  resources: [resource('Only', seconds)],
  ...change,
})
const planned = (id: string, verdict: StackVerdict): PlannedStack => ({
  id,
  name: id,
  region: '',
  templateHash: '',
  fingerprint: '',
  verdict,
})
const create: StackVerdict = {kind: 'create', resources: 1}
const slots = (region: string, verdict: PlannedSlot['verdict']): readonly PlannedSlot[] => [{region, what: 'slot-a', verdict}]

describe('within a stack', () => {
  it("what doesn't wait for each other goes on at once", () => {
    expect(longestSeconds([resource('Cache', 712), resource('Database', 595), resource('Balancer', 116)])).toBe(712)
  })

  it('what waits comes after', () => {
    expect(longestSeconds([resource('Vpc', 10), resource('Nat', 106, ['Vpc']), resource('Hosts', 60, ['Nat'])])).toBe(176)
  })

  it('nothing takes no time', () => {
    expect(longestSeconds([])).toBe(0)
  })
})

describe('over all', () => {
  it('the longest way is named, with the seconds of each', () => {
    const all = [stack('foundation@a', 21), stack('main@a', 741, {needs: ['foundation@a']}), stack('certificate@b', 239)]
    expect(
      forecast(
        all,
        all.map(({id}) => planned(id, create)),
        [],
      ),
    ).toEqual({
      criticalPath: [
        {id: 'foundation@a', seconds: 21},
        {id: 'main@a', seconds: 741},
      ],
      etaSeconds: 762,
    })
  })

  it('slots come after their main stack', () => {
    const all = [stack('main@a', 100)]
    expect(forecast(all, [planned('main@a', create)], slots('a', 'create'))).toEqual({
      criticalPath: [
        {id: 'main@a', seconds: 100},
        {id: 'slots@a', seconds: slotSeconds},
      ],
      etaSeconds: 100 + slotSeconds,
    })
  })

  it('a second pass comes after what it needs, and only what it adds counts', () => {
    const all = [
      stack('certificate@b', 400),
      stack('main@a', 100, {then: {C: '@x'}, thenNeeds: ['certificate@b'], thenResources: [resource('Distribution', 266)]}),
    ]
    const {criticalPath, etaSeconds} = forecast(
      all,
      all.map(({id}) => planned(id, create)),
      [],
    )
    expect(criticalPath.map(({id}) => id)).toEqual(['certificate@b', 'main@a'])
    expect(etaSeconds).toBeGreaterThanOrEqual(666)
  })

  it('what is there already takes no time', () => {
    const all = [stack('foundation@a', 21), stack('main@a', 741, {needs: ['foundation@a']})]
    expect(forecast(all, [planned('foundation@a', {kind: 'unchanged'}), planned('main@a', create)], []).etaSeconds).toBe(741)
    expect(
      forecast(
        all,
        all.map(({id}) => planned(id, {kind: 'unchanged'})),
        slots('a', 'exists'),
      ),
    ).toEqual({criticalPath: [], etaSeconds: 0})
  })

  it('stacks that need each other in their second pass are no circle', () => {
    const all = [
      stack('main@a', 10, {then: {x: '1'}, thenNeeds: ['main@b']}),
      stack('main@b', 20, {then: {x: '1'}, thenNeeds: ['main@a.then']}),
    ]
    expect(
      forecast(
        all,
        all.map(({id}) => planned(id, create)),
        [],
      ).etaSeconds,
    ).toBeGreaterThan(20)
  })
})
