/**
 * Something fails once in every nested stack, in the order in which `infra up` comes to them. Each time it says what failed and what
 * AWS said of it, and the next `infra up` goes on from there; in the end everything stands as if nothing had ever happened.
 */
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {tidyUp} from '../support/e2e-cli.ts'
import type {Ran} from '../support/e2e-cli.ts'
import {anAccount, home} from '../support/e2e-infra.ts'
import type {InfraAccount} from '../support/e2e-infra.ts'
import {plannedFor, standing, whole} from '../support/e2e-standing.ts'
import type {Planned} from '../support/e2e-standing.ts'

let sandbox: InfraAccount
let planned: Planned

beforeAll(async () => {
  sandbox = await anAccount({speed: 60})
  planned = await plannedFor(sandbox)
}, 60_000)
afterAll(tidyUp, 60_000)

const up = (...more: readonly string[]): Promise<Ran> => sandbox.sluice('infra', 'up', '--yes', '--json', ...more)

interface Cause {
  readonly path: string
  readonly reason: string
  readonly evidence: readonly string[]
}

/** Everything that a failed run names: its root cause first. */
function named(ran: Ran): readonly string[] {
  const {rootCause} = ran.json() as {readonly rootCause?: Cause}
  return rootCause === undefined ? [] : [`${rootCause.path}: ${rootCause.reason}`, ...rootCause.evidence]
}

describe('infra up, when something in a nested stack fails', () => {
  it.each([
    ['foundation', ['shop-production-foundation/PreviewSecret'], []],
    ['Vpc, Backup and Edge, that need nothing', ['Vpc/PublicRoute', 'Backup/Vault', 'Edge/SiteBucketPolicy'], []],
    ['SecurityGroups and Nat', ['SecurityGroups/CacheFromTasks', 'Nat/RouteB'], []],
    [
      'LoadBalancer, Api, Cache, Database and Images',
      ['LoadBalancer/PreviewB', 'Api/Association', 'Cache/ReplicationGroup', 'Database/Database', 'Images/Replication'],
      [],
    ],
    ['Names, Monitoring and Observability', ['Names/OriginRecord', 'Monitoring/Prometheus', 'Observability/Dashboard'], []],
    // Without the recovery Region, because its replica would be made meanwhile.
    ['certificate, in its second pass', ['shop-production-certificate/Flipped'], ['--only', 'home']],
    ['replica', ['shop-production-replica/Replica'], []],
  ] as const)(
    "%s: it exits 1 and names each failure with AWS's reason",
    async (_, targets, only) => {
      for (const target of targets) {
        const region = /certificate|replica|foundation/.test(target) ? [] : ['--region', home]
        await sandbox.fault(
          'resource-fails',
          '--target',
          target,
          '--times',
          '1',
          ...region,
          '--message',
          `${target} is out of luck.`,
        )
      }
      const ran = await up(...only)
      expect([ran.code, ran.json()['outcome']], ran.stdout + ran.stderr).toEqual([1, 'failed'])
      const said = named(ran)
      for (const target of targets) {
        const path = target.replace(/^shop-production-\w+\//, '')
        expect(
          said.filter((line) => line.includes(`${path}:`) || line.includes(`${path} (`)).join('\n'),
          said.join('\n'),
        ).toContain(`${target} is out of luck.`)
      }
      expect(ran.stderr).toContain('is out of luck.')
    },
    120_000,
  )

  it('converges: every resource that was planned is there once, and nothing of a failed try is left beside it', async () => {
    const ran = await up()
    expect([ran.code, ran.json()['outcome']], ran.stdout + ran.stderr).toEqual([0, 'done'])
    expect(await standing(sandbox, planned)).toEqual(whole(planned))
    expect((await up()).json()).toMatchObject({outcome: 'unchanged'})
    expect((await sandbox.sluice('infra', 'drift', '--json')).json()).toMatchObject({outcome: 'in-sync'})
  }, 120_000)
})
