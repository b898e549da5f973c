import {describe, expect, test} from 'vitest'
import {StoreUnavailable} from '../../src/runbooks/engine/store.ts'
import type {Lease} from '../../src/runbooks/engine/lease.ts'
import type {Standing} from '../../src/runbooks/recovery/input.ts'
import {judgeSigns, refuseReleaseElsewhere, situationNow} from '../../src/runbooks/recovery/situation.ts'
import type {Signs, Situation} from '../../src/runbooks/recovery/situation.ts'
import {Unreachable} from '../../src/runbooks/recovery/unreachable.ts'
import {leftAlone, recoveryFindings} from '../../src/runbooks/provision/preflight-recovery.ts'
import {aStackConfig} from '../support/recovery-bench.ts'
import {startOfTests as now} from '../support/leaping-clock.ts'

const [home, recovery] = ['eu-west-1', 'eu-central-1']
const lease: Lease = {
  run: 'r-1',
  owner: 'alice-1',
  host: 'laptop',
  operation: 'dr promote',
  epoch: 1,
  since: now - 60_000,
  expiresAt: now + 60_000,
  released: false,
}
const standing: Standing = {
  schema: 1,
  region: recovery,
  since: now - 3_600_000,
  run: 'r-1',
  settled: false,
  replicatedUntil: null,
  fence: 'fenced',
}
const quiet: Signs = {lease: null, standing: null, stopped: false}

describe('what lies in the recovery Region says', () => {
  const rows: readonly [string, Partial<Signs>, Situation['kind']][] = [
    ['nothing: users are at home', {}, 'peace'],
    ['somebody recovers now', {lease}, 'recovering'],
    ['a recovery that is over gave its lease back', {lease: {...lease, released: true}}, 'peace'],
    ['a recovery whose owner died long ago', {lease: {...lease, expiresAt: now - 1}}, 'peace'],
    ['the database was promoted there', {standing}, 'away'],
    ["users were sent there, whatever else isn't written", {stopped: true}, 'away'],
    ['users stay there, settled', {standing: {...standing, settled: true}}, 'away'],
    ["users are back, and the stacks weren't looked at", {standing: {...standing, region: home}}, 'unsettled'],
    ['users are back for good', {standing: {...standing, region: home, settled: true}}, 'peace'],
    [
      "users are at home, and what was promoted elsewhere is nobody's",
      {standing: {...standing, region: home, settled: true, withdrawn: {at: now, setAside: []}}},
      'in-vain',
    ],
    ['a recovery under way comes before where users are', {lease, standing}, 'recovering'],
  ]
  test.each(rows)('%s', (_, signs, kind) => expect(judgeSigns({...quiet, ...signs}, home, now).kind).toBe(kind))
  test("what it says when it answers late: one answer that didn't come isn't a lost Region", async () => {
    let asked = 0
    const late = async (): Promise<Signs> => {
      asked += 1
      if (asked < 3) throw new StoreUnavailable('no answer within 900 ms')
      return {...quiet, standing}
    }
    expect((await situationNow(late, home, now)).kind).toBe('away')
  })
  test("nothing when it can't be asked", async () => {
    const failing = (error: Error) => situationNow(async () => Promise.reject(error), home, now)
    expect(await failing(new Unreachable('s3:GetObject', recovery, "eu-central-1 doesn't answer"))).toEqual({
      kind: 'unknown',
      because: "eu-central-1 doesn't answer",
    })
    expect((await failing(new StoreUnavailable('no state'))).kind).toBe('unknown')
    await expect(failing(new Error('a bug'))).rejects.toThrow('a bug')
  })
})

describe('infra up after a promotion in vain', () => {
  test('leaves the replica alone, which its template would replace, and names the way to mend it', () => {
    const situation: Situation = {kind: 'in-vain', since: now}
    const stacks = (['foundation', 'main', 'replica'] as const).map((kind) => ({id: `${kind}@${recovery}`, kind}))
    const left = leftAlone(situation, aStackConfig(), stacks)
    expect(left).toEqual([`replica@${recovery}`])
    expect(recoveryFindings(situation, aStackConfig(), left)).toMatchObject([
      {level: 'warns', text: expect.stringContaining('promoted in vain') as unknown, suggestions: ['sluice dr failback']},
    ])
  })
})

describe('a release at home', () => {
  test("goes on while what was promoted elsewhere is nobody's", () => {
    expect(refused({standing: {...standing, region: home, settled: true, withdrawn: {at: now, setAside: []}}})).toBeNull()
  })

  const refused = (signs: Partial<Signs>): unknown => {
    try {
      refuseReleaseElsewhere(judgeSigns({...quiet, ...signs}, home, now), {home, recovery})
      return null
    } catch (error) {
      return error
    }
  }
  test('waits for whoever recovers, and says who and since when', () => {
    expect(refused({lease})).toMatchObject({
      code: 'lease-held',
      exitCode: 7,
      message:
        'dr promote r-1 by alice-1 on laptop, since 2026-11-22T18:29:00Z, has the recovery lease: a recovery and changes at home exclude each other.',
    })
  })
  test('reaches nobody while users are elsewhere', () => {
    expect(refused({standing})).toMatchObject({
      code: 'users-elsewhere',
      exitCode: 2,
      message: 'Users are in eu-central-1 since 2026-11-22T17:30:00Z (r-1): a release in eu-west-1 would reach nobody.',
    })
    expect(refused({stopped: true})).toMatchObject({
      message: 'Users are in eu-central-1: a release in eu-west-1 would reach nobody.',
    })
  })
  test('begins in peace, and when users are back before the stacks are settled', () => {
    expect([refused({}), refused({standing: {...standing, region: home}})]).toEqual([null, null])
  })
  test("begins when the recovery Region can't be asked: a second Region that is down mustn't stop the first", () => {
    expect(() => refuseReleaseElsewhere({kind: 'unknown', because: 'silence'}, {home, recovery})).not.toThrow()
  })
})
