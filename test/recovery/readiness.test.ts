import {describe, expect, test} from 'vitest'
import {keepCapacity} from '../../src/runbooks/recovery/capacity.ts'
import {readStanding, writeStanding} from '../../src/runbooks/recovery/standing.ts'
import {checks, readinessExit, readReadiness, scored} from '../../src/runbooks/recovery/readiness/read-readiness.ts'
import type {ReadinessInput} from '../../src/runbooks/recovery/readiness/read-readiness.ts'
import type {Finding, Level} from '../../src/runbooks/recovery/readiness/finding.ts'
import {callsOf} from '../../src/runbooks/recovery/port-calls.ts'
import {siteBucket, switchBucket} from '../../src/runbooks/recovery/place.ts'
import {fakeRecovery} from '../support/fake-recovery-world.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {aPlace, aSettings, aSide, aStackConfig} from '../support/recovery-bench.ts'

const [home, away] = [aPlace().home, aPlace().recovery]

/** An environment in which a failover would go well, as far as the fake world goes; a row changes one thing. */
async function bench() {
  const clock = leapingClock()
  const place = aPlace()
  const fake = fakeRecovery({clock, place})
  Object.assign(fake.readiness, {
    certificate: async () => ({days: 200, status: 'ISSUED', names: [place.api, place.site]}),
    alarms: async () => [{name: 'shop-production-lag', state: 'OK', actions: true}],
    quotas: async () => [{service: 'ec2', code: 'L-1216C47A', name: 'vCPUs', value: 64, used: 8}],
  })
  await keepCapacity(fake.world, place, aSide(home), {now: clock.now(), by: 'hourly'})
  const read = async (change: Partial<ReadinessInput> = {}) =>
    readReadiness(fake.world, {
      config: aStackConfig(),
      place,
      settings: aSettings({breakGlassRole: 'break-glass'}),
      now: clock.now(),
      signal: new AbortController().signal,
      standing: await readStanding(fake.world.store(away), place).catch(() => null),
      lastDrillAt: clock.now() - 86_400_000,
      forecast: {p50Seconds: 900, p90Seconds: 1500},
      sides: {home: fake.isDead(home) ? null : aSide(home), recovery: aSide(away)},
      ...change,
    })
  return {clock, place, fake, read}
}

const of = (findings: readonly Finding[], id: string): readonly string[] =>
  findings.filter((one) => one.id === id).map(({level, text}) => `${level}: ${text}`)

describe('readiness', () => {
  test('looks at everything, and says each thing once at least', async () => {
    const {read} = await bench()
    const {findings} = await read()
    expect(new Set(findings.map(({id}) => id))).toEqual(new Set([...checks.map(({id}) => id), 'rto']))
    expect(of(findings, 'replica-state')).toEqual([`ok: shop-production replicates ${home}.`])
    expect(of(findings, 'replica-lag')[0]).toMatch(/^ok: The newest heartbeat row/)
    expect(of(findings, 'images')).toEqual(['ok: Both Regions run api@sha256:1111.'])
    expect(of(findings, 'capacity')[0]).toMatch(/^ok/)
    expect(of(findings, 'rto')).toEqual([expect.stringMatching(/^ok|^warn/)])
  })
  test('changes nothing', async () => {
    const {fake, read} = await bench()
    fake.calls.length = 0
    await read()
    const writing = fake.calls.filter((call) =>
      /\.(promote|modify|create|remove|put|size|bound|roll|run|refuse|close|open|forward|standAlone|copy|replicate|write|move|prefer|ensure|set|replace)/i.test(
        call,
      ),
    )
    expect(writing).toEqual([])
  })
  test.each<[string, (fake: FakeRecovery) => void, string, RegExp]>([
    [
      "a release that wasn't carried",
      (fake) => {
        fake.service(away).image = 'shop/api@sha256:2222'
      },
      'images',
      /^warn: eu-central-1 runs another image/,
    ],
    [
      'a site that differs',
      (fake) => {
        fake.manifests.set(siteBucket(fake.place, home), {'index.html': 'e2'})
      },
      'site',
      /^fail: 1 of 1 objects/,
    ],
    [
      'a secret that failed',
      (fake) => {
        fake.secrets.set(`${home}/secret-${home}`, {
          arn: `secret-${home}`,
          primaryRegion: null,
          version: 'v1',
          replicas: [{region: away, status: 'Failed', message: ''}],
        })
      },
      'secret',
      /^fail: .* is Failed/,
    ],
    [
      'a TTL of 300',
      (fake) => {
        fake.names.ttlSeconds = 300
      },
      'dns-ttl',
      /^warn: TTL 300/,
    ],
    [
      'an expired certificate',
      (fake) => {
        Object.assign(fake.readiness, {certificate: async () => ({days: -1, status: 'EXPIRED', names: []})})
      },
      'certificates',
      /^fail: .* has expired/,
    ],
    [
      'a disabled key',
      (fake) => {
        Object.assign(fake.readiness, {key: async () => ({enabled: false, state: 'Disabled'})})
      },
      'keys',
      /^fail: The key .* is Disabled/,
    ],
    [
      'a role that is gone',
      (fake) => {
        Object.assign(fake.readiness, {role: async () => null})
      },
      'break-glass',
      /^fail: The break-glass role/,
    ],
  ])('finds %s', async (_, change, id, text) => {
    const {fake, read} = await bench()
    change(fake)
    const {findings, score} = await read()
    expect(
      of(findings, id).some((one) => text.test(one)),
      of(findings, id).join(),
    ).toBe(true)
    expect(score).toBeLessThan((await (await bench()).read()).score)
  })
  test('a dead home Region makes what only it knows unknown, never ok, and the rest is still said', async () => {
    const {fake, read} = await bench()
    fake.kill(home)
    const {findings} = await read()
    expect(of(findings, 'site')).toEqual([`unknown: Couldn't be asked: ${home} doesn't answer`])
    expect(of(findings, 'secret')[0]).toMatch(/^unknown/)
    expect(of(findings, 'replica-state')[0]).toMatch(/^ok/)
    // The snapshot tells what the primary was.
    expect(of(findings, 'class-parity')[0]).toMatch(/^ok/)
    expect(of(findings, 'images')).toEqual(['ok: Both Regions run api@sha256:1111.'])
  })
  test('a port that never answers holds up nothing but its own check', async () => {
    const {fake, read} = await bench()
    const over = new AbortController()
    Object.assign(fake.readiness, {
      alarms: async () => {
        over.abort()
        return new Promise(() => undefined)
      },
    })
    const {findings} = await read({signal: over.signal})
    expect(of(findings, 'alarms')).toEqual(["unknown: Couldn't be asked: no answer in time."])
  })
  test('of a pilot light the image is told by its registry, or by its name: it costs no time until they differ', async () => {
    const {fake, read} = await bench()
    const images = async () =>
      (await read()).findings.filter(({id}) => id === 'images').map(({level, rtoMinutes}) => [level, rtoMinutes])
    fake.service(home).image = 'ghcr.io/acme/shop:1.0'
    Object.assign(fake.service(away), {image: 'ghcr.io/acme/shop:1.0', running: 0, desired: 0})
    Object.assign(fake.readiness, {
      runningDigest: async (region: string) => (region === home ? `sha256:${'1'.repeat(64)}` : null),
      imageDigest: async () => null,
    })
    expect(await images()).toEqual([['warn', 0]])
    Object.assign(fake.readiness, {imageDigest: async () => `sha256:${'1'.repeat(64)}`})
    expect(await images()).toEqual([['ok', 0]])
  })
  test('after a failover it looks the other way round', async () => {
    const {fake, read, place, clock} = await bench()
    await writeStanding(fake.world.store(away), place, {
      schema: 1,
      region: away,
      since: clock.now(),
      run: 'r-1',
      settled: false,
      replicatedUntil: null,
      fence: 'fenced',
    })
    await fake.world.switches.put(away, switchBucket(place, away), 'stop', '{}')
    const {from, to, findings} = await read()
    expect([from, to]).toEqual([away, home])
    expect(of(findings, 'standing')[0]).toMatch(/^fail: Users have been in eu-central-1/)
    expect(of(findings, 'replica-state')[0]).toMatch(/^fail: .* nobody's replica/)
  })
  test('every call it makes is in the table that rights are made of', async () => {
    const {fake, read} = await bench()
    fake.calls.length = 0
    await read()
    const methods = [
      ...new Set(fake.calls.map((call) => (call.split(' ')[0] ?? '').replace(/^store\.(get|list)$/, 'store.read'))),
    ]
    for (const method of methods) expect(() => callsOf(home, method as Parameters<typeof callsOf>[1]), method).not.toThrow()
  })
})

describe('the score', () => {
  const finding = (level: Level, rtoMinutes = 0): Finding => ({
    id: 'x',
    title: 'x',
    level,
    text: 't',
    rtoMinutes,
    suggestions: [],
    evidence: {},
  })
  const score = (findings: readonly Finding[], change = {}) =>
    scored(findings, {
      now: 0,
      from: home,
      to: away,
      forecast: {p50Seconds: 900, p90Seconds: 1500},
      rtoMs: 1_800_000,
      rpoMs: 60_000,
      lag: {seconds: 2, source: 'heartbeat'},
      ...change,
    })
  test('adds what findings cost to the forecast', () => {
    expect(score([finding('warn', 12), finding('warn', 4)]).rto).toEqual({
      p50Seconds: 1860,
      p90Seconds: 2460,
      objectiveSeconds: 1800,
      findingsSeconds: 960,
    })
  })
  test("objectives that can't be met fail; those that are missed once in ten warn", () => {
    expect(score([finding('warn', 16)]).findings[0]).toMatchObject({
      id: 'rto',
      level: 'fail',
      text: 'A failover would usually take 31 min, and 30 are allowed.',
    })
    expect(score([finding('warn', 6)]).findings.find(({id}) => id === 'rto')).toMatchObject({level: 'warn'})
    expect(score([]).findings).toMatchObject([{id: 'rto', level: 'ok'}])
  })
  test('is 100 when nothing is found and never less than 0', () => {
    expect(score([finding('ok')]).score).toBe(100)
    expect(score([finding('warn'), finding('unknown')]).score).toBe(90)
    expect(score(Array.from({length: 9}, () => finding('fail'))).score).toBe(0)
  })
  test('puts the worst first, and the dearest among equals', () => {
    expect(
      score([finding('ok'), finding('warn', 1), finding('fail'), finding('warn', 2), finding('unknown')]).findings.map(
        ({level, rtoMinutes}) => [level, rtoMinutes],
      ),
    ).toEqual([
      ['fail', 0],
      ['unknown', 0],
      ['warn', 2],
      ['warn', 1],
      ['ok', 0],
      ['ok', 0],
    ])
  })
  test.each<[Level[], number]>([
    [['ok'], 0],
    [['ok', 'warn'], 0],
    [['unknown', 'warn'], 8],
    [['unknown', 'fail'], 9],
  ])('%j exits %i', (levels, code) => {
    expect(readinessExit({findings: levels.map((level) => finding(level))})).toBe(code)
  })
})
