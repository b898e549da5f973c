/**
 * A stack in two Regions with users on it: load and a counter through the API's name, and a database that really takes its rows.
 * What became of the counter is asked of the sandbox's data plane, never of the tool.
 */
import {DescribeDBInstancesCommand, RDSClient} from '@aws-sdk/client-rds'
import type {DBInstance} from '@aws-sdk/client-rds'
import {HeadObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {anAccount, away, home, stackConfig} from './e2e-infra.ts'
import type {Config, InfraAccount} from './e2e-infra.ts'
import type {Ran} from './e2e-cli.ts'

export const api = 'origin-api.example.com'

export interface Counted {
  readonly sent: number
  readonly acknowledged: number
  readonly present: number
  readonly lostCount: number
  readonly duplicates: number
}

export interface SeenCall {
  readonly region: string
  readonly service: string
  readonly operation: string
}

export interface RecoveryAccount extends InfraAccount {
  /** What one command said as JSON, whatever its exit code; throws when it said none. */
  told(
    ...argv: readonly string[]
  ): Promise<{readonly code: number | null; readonly json: Readonly<Record<string, unknown>>; readonly ran: Ran}>
  counted(): Promise<Counted>
  /** Virtual time passes until it holds. */
  until(what: string, holds: () => Promise<boolean>, atMostMs?: number): Promise<void>
  dies(region: string, how?: 'refuse' | 'hang'): Promise<void>
  returns(): Promise<void>
  /** The backup plan's nightly run, until its copy is in the other Region. Asks `dr check`, which writes down what production needs. */
  backsUp(): Promise<void>
  /** Calls that reached the endpoint since a moment of the virtual clock, those to a dead Region too. */
  callsSince(at: number): Promise<readonly SeenCall[]>
  database(region: string, id?: string): Promise<DBInstance | null>
  isStopped(): Promise<boolean>
}

/** With `infra up` done, users coming, and the counter counting. */
export async function aStandingService({
  seed = 1,
  config = stackConfig(),
  speed = 60,
}: {readonly seed?: number; readonly config?: Config; readonly speed?: number} = {}): Promise<RecoveryAccount> {
  const account = await anAccount({speed, seed, config})
  const up = await account.sluice('infra', 'up', '--yes', '--json')
  if (up.code !== 0)
    throw new Error(`infra up ended with ${String(up.code)}: ${up.stdout.slice(0, 2000)}${up.stderr.slice(-2000)}`)
  const ask = async (method: string, route: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${account.endpoint}/_sluice/${route}`, {
      method,
      ...(body !== undefined && {body: JSON.stringify(body)}),
    })
    if (!answer.ok) throw new Error(`${method} ${route}: ${await answer.text()}`)
    return answer.json()
  }
  const self: RecoveryAccount = {
    ...account,
    async told(...argv) {
      const ran = await account.sluice(...argv, '--json')
      return {code: ran.code, json: ran.json(), ran}
    },
    counted: async () => (await ask('GET', 'counter')) as Counted,
    async until(what, holds, atMostMs = 30 * 60_000) {
      const end = (await account.now()) + atMostMs
      while (!(await holds())) {
        if ((await account.now()) > end) throw new Error(`waited in vain: ${what}`)
        await new Promise((resolve) => {
          setTimeout(resolve, 200)
        })
      }
    },
    dies: async (region, how = 'refuse') => {
      await ask('POST', 'faults', {kind: 'region-down', region, ...(how === 'hang' && {message: 'hang'})})
    },
    returns: async () => {
      await ask('DELETE', 'faults?kind=region-down')
    },
    async backsUp() {
      await ask('POST', 'backup')
      await self.until(
        'the other Region has a recovery point',
        async () => {
          const {findings = []} = (await self.told('dr', 'check')).json as {
            readonly findings?: readonly {readonly id: string; readonly level: string}[]
          }
          return findings.some(({id, level}) => id === 'recovery-points' && level === 'ok')
        },
        60 * 60_000,
      )
    },
    callsSince: async (at) => ((await ask('GET', `calls?since=${at}`)) as {readonly calls: readonly SeenCall[]}).calls,
    async database(region, id = 'shop-production') {
      const answer = await account
        .client(RDSClient, region)
        .send(new DescribeDBInstancesCommand({DBInstanceIdentifier: id}))
        .catch((error: unknown) => {
          if (error instanceof Error && error.name === 'DBInstanceNotFound') return null
          throw error
        })
      return answer?.DBInstances?.[0] ?? null
    },
    isStopped: () =>
      account
        .client(S3Client, away)
        .send(new HeadObjectCommand({Bucket: `shop-production-switch-${account.account}-${away}`, Key: 'stop'}))
        .then(
          () => true,
          () => false,
        ),
  }
  await ask('POST', 'traffic', {host: api, perMinute: 600, stragglers: 0.05})
  await ask('POST', 'counter', {host: api, perMinute: 60})
  await self.until('the counter counts', async () => (await self.counted()).acknowledged > 30)
  await self.until('the replica follows', async () => (await self.database(away))?.StatusInfos?.[0]?.Status === 'replicating')
  return self
}

export {away, home}
