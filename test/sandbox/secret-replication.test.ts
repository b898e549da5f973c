import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
} from '@aws-sdk/client-secrets-manager'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {aLeapingClock} from './a-leaping-clock.ts'
import type {LeapingClock} from './a-leaping-clock.ts'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'

const [HOME, AWAY] = ['eu-west-1', 'eu-central-1'] as const
const SECRET = 'shop/database'
let wire: RecordsWire
let clock: LeapingClock
let home: SecretsManagerClient
let away: SecretsManagerClient

beforeEach(async () => {
  clock = aLeapingClock(Date.parse('2031-05-06T07:08:09Z'))
  wire = await aRecordsWire({clock})
  home = wire.kept(new SecretsManagerClient(wire.client(HOME)))
  away = wire.kept(new SecretsManagerClient(wire.client(AWAY)))
  await home.send(new CreateSecretCommand({Name: SECRET, SecretString: 'first'}))
})
afterEach(async () => {
  await wire.close()
})

const replicate = async (
  more: {readonly ForceOverwriteReplicaSecret?: boolean; readonly kmsKey?: string} = {},
): Promise<unknown> => {
  const {kmsKey, ...rest} = more
  return await home.send(
    new ReplicateSecretToRegionsCommand({
      SecretId: SECRET,
      AddReplicaRegions: [{Region: AWAY, ...(kmsKey !== undefined && {KmsKeyId: kmsKey})}],
      ...rest,
    }),
  )
}
const status = async (): Promise<unknown> =>
  ((await home.send(new DescribeSecretCommand({SecretId: SECRET}))).ReplicationStatus ?? []).map((one) => one.Status)
const valueThere = async (): Promise<unknown> => (await away.send(new GetSecretValueCommand({SecretId: SECRET}))).SecretString
const write = async (client: SecretsManagerClient, SecretString: string): Promise<unknown> =>
  await client.send(new PutSecretValueCommand({SecretId: SECRET, SecretString}))

describe('a replica of a secret', () => {
  it('is in progress first, and in sync once it has the value', async () => {
    await replicate()
    expect(await status()).toEqual(['InProgress'])
    await clock.leap(6000)
    expect([await status(), await valueThere()]).toEqual([['InSync'], 'first'])
    expect((await away.send(new DescribeSecretCommand({SecretId: SECRET}))).PrimaryRegion).toBe(HOME)
  })

  it("follows every change, and can't be written by itself", async () => {
    await replicate()
    await clock.leap(6000)
    await write(home, 'second')
    expect(await valueThere()).toBe('second')
    await expect(write(away, 'mine')).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining(HOME) as string,
    })
  })

  it('made standalone in its own Region keeps its value and its name, can be written, and follows nobody', async () => {
    await replicate()
    await clock.leap(6000)
    wire.world.setFault({kind: 'region-down', region: HOME})
    await away.send(new StopReplicationToReplicaCommand({SecretId: SECRET}))
    await write(away, 'after the failover')
    wire.world.clearFault()
    await write(home, 'of the old home')
    expect([await valueThere(), await status()]).toEqual(['after the failover', []])
    await expect(away.send(new StopReplicationToReplicaCommand({SecretId: SECRET}))).rejects.toMatchObject({
      name: 'InvalidRequestException',
    })
  })

  it('waits for a Region that is down and has the newest value when it is back', async () => {
    await replicate()
    await clock.leap(6000)
    wire.world.setFault({kind: 'region-down', region: AWAY})
    await write(home, 'second')
    await write(home, 'third')
    expect(await status()).toEqual(['InProgress'])
    wire.world.clearFault()
    await clock.leap(20_000)
    expect([await status(), await valueThere()]).toEqual([['InSync'], 'third'])
  })

  it("can't take the place of a secret of its name, unless it is told to", async () => {
    await away.send(new CreateSecretCommand({Name: SECRET, SecretString: 'of the other Region'}))
    await replicate()
    expect(await status()).toEqual(['Failed'])
    expect(await valueThere()).toBe('of the other Region')
    await replicate({ForceOverwriteReplicaSecret: true})
    await clock.leap(6000)
    expect([await status(), await valueThere()]).toEqual([['InSync'], 'first'])
  })

  it('that was made standalone is overwritten at failback', async () => {
    await replicate()
    await clock.leap(6000)
    await away.send(new StopReplicationToReplicaCommand({SecretId: SECRET}))
    await write(away, 'after the failover')
    await write(home, 'after the failover')
    await replicate({ForceOverwriteReplicaSecret: true})
    await clock.leap(6000)
    expect(await status()).toEqual(['InSync'])
    await expect(write(away, 'mine')).rejects.toMatchObject({name: 'InvalidRequestException'})
  })

  it("with a key that isn't in its Region fails alone, and says why", async () => {
    await replicate({kmsKey: 'alias/nobody'})
    const {ReplicationStatus} = await home.send(new DescribeSecretCommand({SecretId: SECRET}))
    expect(ReplicationStatus?.[0]).toMatchObject({
      Status: 'Failed',
      StatusMessage: expect.stringContaining('alias/nobody') as string,
    })
  })

  it('is removed by its primary only', async () => {
    await replicate()
    await clock.leap(6000)
    await expect(
      away.send(new RemoveRegionsFromReplicationCommand({SecretId: SECRET, RemoveReplicaRegions: [AWAY]})),
    ).rejects.toMatchObject({name: 'InvalidRequestException'})
    await home.send(new RemoveRegionsFromReplicationCommand({SecretId: SECRET, RemoveReplicaRegions: [AWAY]}))
    await expect(valueThere()).rejects.toMatchObject({name: 'ResourceNotFoundException'})
  })
})
