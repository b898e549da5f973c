import {describe, expect, it} from 'vitest'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {failbackPlan} from '../../src/runbooks/recovery/failback-plan.ts'
import {slotThatServes} from '../../src/runbooks/recovery/failback-input.ts'
import {switchBucket} from '../../src/runbooks/recovery/place.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {aSide} from '../support/recovery-bench.ts'
import {aFailback, away, failback, Killed} from '../support/failback-bench.ts'

const factsOf = (events: readonly Event[], step: string) =>
  events
    .flatMap((event) =>
      event.kind === 'step-ended' && event.data.step === step && event.data.how !== 'failed' ? [event.data.facts ?? {}] : [],
    )
    .at(-1)

/** What both Regions are, without what time alone changes. */
const shapeOf = ({place, databases, compute, names, secrets, stores}: FakeRecovery) => ({
  databases: databases.all
    .map(({id, region, source, status, tags, class: klass}) => ({
      id,
      region,
      role: source === null ? 'primary' : 'replica',
      status,
      backedUp: tags['sluice:backup'] !== undefined,
      class: klass,
    }))
    .toSorted((x, y) => x.region.localeCompare(y.region)),
  rules: [...compute.rules].map(([region, {forwards, fixed}]) => ({region, forwards, fixed})),
  open: [...compute.ingress].map(([group, rules]) => [group, rules !== '[]']),
  services: compute.services.map(({name, region, desired, bounds}) => ({name, region, desired, bounds})),
  objects: [...names.objects.keys()].filter((key) => !key.endsWith('/alive')),
  leads: names.leads(),
  secrets: [...secrets].map(([key, {primaryRegion, version}]) => ({key, primaryRegion, version})),
  standing: JSON.parse(stores[place.recovery]?.objects.get(`recovery/shop.production/standing.json`)?.body ?? 'null') as unknown,
})

describe('a failback', () => {
  it.each(['planned', 'unplanned'] as const)('after a %s failover brings both Regions back to what they were', async (mode) => {
    const gone = await away(mode)
    const {events, end} = await failback(gone, aFailback(gone))
    expect(end).toBe('done')
    expect(shapeOf(gone.fake)).toMatchObject({
      databases: [
        {
          id: 'shop-production',
          region: 'eu-central-1',
          role: 'replica',
          status: 'available',
          backedUp: false,
          class: 'db.m7g.large',
        },
        {id: 'shop-production', region: 'eu-west-1', role: 'primary', status: 'available', backedUp: true, class: 'db.m7g.large'},
      ],
      rules: [
        {region: 'eu-west-1', forwards: {a: 100, b: 0}, fixed: null},
        {region: 'eu-central-1', forwards: {a: 100, b: 0}, fixed: null},
      ],
      open: [
        ['eu-west-1/sg-database-eu-west-1', true],
        ['eu-central-1/sg-database-eu-central-1', true],
      ],
      objects: [],
      leads: 'eu-west-1',
      secrets: [{primaryRegion: null}, {primaryRegion: 'eu-west-1'}],
      standing: {region: 'eu-west-1', settled: true},
    })
    expect(gone.fake.service('eu-central-1')).toMatchObject({desired: 2, connected: 'read-only'})
    // Hosts that ECS protects from scaling in go too.
    expect(gone.fake.compute.hosts.get('eu-central-1')).toMatchObject({min: 1, desired: 1, registered: 1})
    expect(factsOf(events, 'report')).toMatchObject({lossMs: 0, fence: 'fenced'})
    expect(gone.fake.databases.accepted.filter((call) => call.startsWith('promote'))).toEqual([
      'promote shop-production@eu-central-1',
      'promote shop-production@eu-west-1',
    ])
  })

  it("after a settled stay tells home's stacks that home is active before anybody is refused: their record is never healthy until then", async () => {
    const gone = await away('planned')
    const needsOf = (settled: boolean) =>
      new Map(failbackPlan(aFailback(gone, {standing: {...gone.standing, settled}})).steps.map(({id, needs}) => [id, needs]))
    const [stayed, passing] = [needsOf(true), needsOf(false)]
    expect(stayed.get('approve')).toEqual(expect.arrayContaining(['active-home', 'active-away']))
    expect(stayed.get('settle')).toContain('policy-back')
    expect([...passing.keys()].filter((id) => /^(active|replica)-/.test(id))).toEqual([])
  })

  it.each(['planned', 'unplanned'] as const)(
    "after a %s failover both databases are maintained when their stacks say, which a new replica isn't by itself",
    async (mode) => {
      const gone = await away(mode)
      gone.fake.database('eu-central-1').maintenanceWindow = 'sat:01:00-sat:02:00'
      await failback(gone, aFailback(gone))
      expect(['eu-west-1', 'eu-central-1'].map((region) => gone.fake.database(region).maintenanceWindow)).toEqual([
        'sun:03:00-sun:04:00',
        'sat:01:00-sat:02:00',
      ])
    },
  )

  it('a maintenance window that RDS refuses is told, and holds nothing up', async () => {
    const gone = await away('planned')
    const refused = new Set<string>()
    gone.watch((moment, call, region) => {
      const replica = gone.fake.databases.find(region, 'shop-production')
      if (moment !== 'before' || call !== 'database.modify' || replica?.status !== 'available' || replica.source === null) return
      // Later ones take the protection off what was set aside.
      if (refused.has(region)) return
      refused.add(region)
      throw new SluiceError({
        code: 'aws-refused',
        exitCode: ExitCode.unexpected,
        message: 'The backup window and maintenance window must not overlap.',
      })
    })
    const {events, end} = await failback(gone, aFailback(gone))
    expect(end).toBe('done')
    expect(factsOf(events, 'reverse-replica')).toMatchObject({
      windowKept:
        'thu:22:08-thu:22:38 instead of sun:03:00-sun:04:00: The backup window and maintenance window must not overlap.',
    })
  })

  it('loses no row of a user', async () => {
    const gone = await away('planned')
    await failback(gone, aFailback(gone))
    expect(gone.fake.write(4)).toBe(true)
    expect(gone.fake.database('eu-west-1').written.map(({id}) => id)).toEqual([1, 3, 4])
  })

  it('lists the rows that only the old primary had, and keeps it in a final snapshot', async () => {
    const gone = await away('unplanned')
    gone.fake.compute.taskLines = (region, {SLUICE_ASK: ask}) =>
      region === 'eu-west-1' && ask?.startsWith('writes-after:') === true
        ? ['{"id":2,"at":1763836221000}', "a word of the image's own", '{"done":true,"rows":1}']
        : []
    const {events} = await failback(gone, aFailback(gone))
    expect(factsOf(events, 'report')).toMatchObject({orphans: 1, orphanRows: [{id: 2, at: 1763836221000}]})
    expect(
      gone.fake.databases.snapshots.map(({region, name, of}) => `${name} ${region} ${of.split(':').at(-1) ?? ''}`),
    ).toContain('shop-production-final-20261122-1900 eu-west-1 shop-production-fenced-20261122-1900')
  })

  it("says that nobody knows when the old primary can't be asked, and goes on", async () => {
    const gone = await away('unplanned')
    gone.fake.compute.taskLines = () => ['{"id":2,"at":1}']
    const {events, end} = await failback(gone, aFailback(gone))
    expect(end).toBe('done')
    expect(factsOf(events, 'report')).toMatchObject({
      orphans: null,
      orphanRows: [],
      orphansUnknown: expect.stringContaining('the task that lists them') as unknown,
    })
  })

  it('refuses users only between the fence and the flip', async () => {
    const gone = await away('planned')
    const {events} = await failback(gone, aFailback(gone))
    expect(factsOf(events, 'report')?.['rtoSeconds']).toBeLessThan(600)
    const took = (events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0)
    expect(took / 1000).toBeGreaterThan(1200)
  })

  it('waits for consent when it was asked to, while everything else is ready', async () => {
    const gone = await away('planned')
    const {events, end} = await failback(gone, aFailback(gone, {askWhenReady: true}), 'stays')
    expect(end).toBe('paused')
    expect(gone.fake.names.leads()).toBe('eu-central-1')
    expect(gone.fake.write(5)).toBe(true)
    expect(events.some((event) => event.kind === 'step-started' && event.data.step === 'fence-away')).toBe(false)
  })

  it("home's own fence stands down only for a replica, and stands guard again afterwards", async () => {
    const gone = await away('unplanned')
    const {place, names} = gone.fake
    const seen: boolean[] = []
    gone.watch((moment, call) => {
      if (moment === 'after' && call === 'switches.put' && names.objects.has(`${switchBucket(place, place.recovery)}/returning`))
        seen.push(gone.fake.database(place.home).source !== null)
    })
    await failback(gone, aFailback(gone))
    expect(seen).toEqual([true])
    expect([...names.objects.keys()].some((key) => key.endsWith('/returning'))).toBe(false)
  })
})

describe('killed, refused, failing', () => {
  const moments = async (): Promise<readonly string[]> => {
    const seen = new Set<string>()
    const gone = await away('unplanned')
    gone.watch((moment, call, region) => {
      if (!call.startsWith('store.')) seen.add(`${moment} ${call} ${region}`)
    })
    await failback(gone, aFailback(gone))
    return [...seen]
  }
  /** What must never happen, whatever else does: a database that serves users, or will, is removed or renamed. */
  const guarded = (fake: FakeRecovery): string[] => {
    const wrong: string[] = []
    const {database} = fake.world
    const check = (what: string, region: string, id: string): void => {
      const there = fake.databases.find(region, id)
      const standing = (shapeOf(fake).standing as {region: string} | null)?.region
      if (there !== undefined && id === fake.place.database && standing === region && fake.databases.writable(there))
        wrong.push(`${what} ${id}@${region}`)
    }
    Object.assign(fake.world, {
      database: {
        ...database,
        remove: (region: string, id: string, snapshot: string | null, signal?: AbortSignal) => {
          check('remove', region, id)
          if (!id.includes('-fenced-') || snapshot === null) wrong.push(`remove ${id}@${region}`)
          return database.remove(region, id, snapshot, signal)
        },
        modify: (region: string, id: string, change: Parameters<typeof database.modify>[2], signal?: AbortSignal) => {
          if (change.id !== undefined) check('rename', region, id)
          return database.modify(region, id, change, signal)
        },
      },
    })
    return wrong
  }

  it(
    'before and after any call, it ends the same way, promotes once each way, and removes nothing that serves',
    {timeout: 240_000},
    async () => {
      const first = await away('unplanned')
      await failback(first, aFailback(first))
      const expected = JSON.stringify(shapeOf(first.fake), (key, value: unknown) =>
        key === 'run' || key === 'since' || key === 'replicatedUntil' ? undefined : value,
      )
      const wrong: string[] = []
      for (const at of await moments()) {
        const gone = await away('unplanned')
        const bad = guarded(gone.fake)
        let armed = true
        gone.watch((moment, call, region) => {
          if (!armed || `${moment} ${call} ${region}` !== at) return
          armed = false
          throw new Killed()
        })
        const {end} = await failback(gone, aFailback(gone))
        const shape = JSON.stringify(shapeOf(gone.fake), (key, value: unknown) =>
          key === 'run' || key === 'since' || key === 'replicatedUntil' ? undefined : value,
        )
        const promotions = gone.fake.databases.accepted.filter((call) => call.startsWith('promote')).length
        if (end !== 'done' || bad.length > 0 || shape !== expected || promotions !== 2)
          wrong.push(`${at}: ${end} ${promotions} ${bad.join(' ')} ${shape === expected ? '' : shape}`)
      }
      expect(wrong).toEqual([])
    },
  )

  it(
    'at any changing call that AWS refuses once, before or after its effect, it ends somewhere that has a name and users are served',
    {timeout: 240_000},
    async () => {
      const changing = (await moments()).filter((one) =>
        /\.(promote|modify|createReplica|remove|removeTags|setTags|put|runTask|openIngress|closeIngress|refuseAll|forward|size\w+|bound\w+|roll\w+|copyValue|replicate) /.test(
          one,
        ),
      )
      const wrong: string[] = []
      for (const at of changing) {
        const gone = await away('unplanned')
        const bad = guarded(gone.fake)
        let armed = true
        gone.watch((moment, call, region) => {
          if (!armed || `${moment} ${call} ${region}` !== at) return
          armed = false
          throw new SluiceError({code: 'aws-refused', exitCode: ExitCode.unexpected, message: 'refused once'})
        })
        const {end, events} = await failback(gone, aFailback(gone))
        gone.fake.clock.leap(gone.fake.clock.now() + 600_000)
        const served = gone.fake.write(99)
        if (!['done', 'failed'].includes(end) || bad.length > 0 || !served)
          wrong.push(
            `${at}: ${end}, ${served ? 'served' : 'not served'} ${bad.join(' ')} ${events.flatMap((event) => (event.kind === 'asked' ? [event.data.why] : [])).join('|')}`,
          )
      }
      expect(wrong).toEqual([])
      expect(changing.length).toBeGreaterThan(20)
    },
  )

  it('when the replica never drains, users get their Region back and nothing is promoted', async () => {
    const gone = await away('planned')
    const {fake} = gone
    gone.watch((moment, call) => {
      if (moment === 'after' && call === 'fence.refuseAll') fake.database(fake.place.home).drained = false
    })
    const {end, events} = await failback(gone, aFailback(gone))
    expect(end).toBe('failed')
    expect(events.findLast((event) => event.kind === 'ended')?.data).toMatchObject({
      because: expect.stringContaining('what was received to be applied') as unknown,
    })
    fake.clock.leap(fake.clock.now() + 600_000)
    expect(fake.write(99)).toBe(true)
    expect(fake.names.leads()).toBe('eu-central-1')
    expect(fake.databases.accepted.filter((call) => call.startsWith('promote'))).toHaveLength(1)
    // And it can be begun again, from where the databases are.
    fake.database(fake.place.home).drained = true
    gone.watch(() => undefined)
    expect((await failback(gone, aFailback(gone))).end).toBe('done')
  })

  it("a Region that doesn't answer is waited for, and nothing is done to what serves", async () => {
    const gone = await away('planned')
    gone.fake.kill('eu-west-1')
    const {end} = await failback(gone, aFailback(gone), 'stays')
    expect(end).toBe('paused')
    expect(gone.fake.write(7)).toBe(true)
  })
})

describe('the slot that home is opened with', () => {
  it('is the one that has the version that serves elsewhere, whatever its registry is called', async () => {
    const gone = await away('planned')
    const {fake} = gone
    for (const slot of ['a', 'b'] as const)
      fake.service('eu-west-1', slot).image =
        slot === 'b' ? '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/api@sha256:2222' : 'shop/api@sha256:1111'
    fake.service('eu-central-1').image = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop/api@sha256:2222'
    const asked = () => slotThatServes(fake.world, fake.place, aSide('eu-west-1'), aSide('eu-central-1'), async () => null)
    expect(await asked()).toEqual({kind: 'slot', serving: 'b'})
    fake.service('eu-central-1').image = 'shop/api@sha256:3333'
    expect(await asked()).toMatchObject({kind: 'neither', serves: 'shop/api@sha256:3333'})
  })

  it('is the one that a release promoted by a tag, whose digest only its journal tells any more', async () => {
    const {fake} = await away('unplanned')
    fake.service('eu-west-1', 'a').image = 'shop/api:1.8.2'
    fake.service('eu-west-1', 'b').image = 'shop/api:1.9.0'
    fake.service('eu-central-1').image = 'shop/api@sha256:2222'
    const promoted = {slot: 'b', image: 'shop/api@sha256:2222', named: 'shop/api:1.9.0', run: 'r-1'} as const
    const asked = () => slotThatServes(fake.world, fake.place, aSide('eu-west-1'), aSide('eu-central-1'), async () => promoted)
    expect(await asked()).toEqual({kind: 'slot', serving: 'b'})
    // Somebody has put another version into the slot by hand since.
    fake.service('eu-west-1', 'b').image = 'shop/api:1.9.1'
    expect(await asked()).toMatchObject({kind: 'neither', there: ['shop/api:1.8.2', 'shop/api:1.9.1']})
    // What serves isn't what was promoted.
    fake.service('eu-west-1', 'b').image = 'shop/api:1.9.0'
    fake.service('eu-central-1').image = 'shop/api@sha256:3333'
    expect(await asked()).toMatchObject({kind: 'neither'})
  })
})
