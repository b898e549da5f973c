/** A Region that may be dead, over real connections on this machine. */
import {createServer} from 'node:http'
import type {Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, describe, expect, test} from 'vitest'
import {recoveryReach} from '../../../../src/infra/aws/recovery/reach.ts'
import {awsSession} from '../../../../src/infra/aws/session.ts'
import type {AwsSession} from '../../../../src/infra/aws/session.ts'
import {Unavailable} from '../../../../src/runbooks/engine/unavailable.ts'
import {Unreachable} from '../../../../src/runbooks/recovery/unreachable.ts'
import {standingClock} from '../a-session.ts'
import type {StandingClock} from '../a-session.ts'

type Behaviour = 'hangs' | 'cuts' | 'answers' | 'throttles' | 'denies'
const page =
  '<DescribeDBInstancesResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult></DescribeDBInstancesResponse>'
const refusal = (code: string): string =>
  `<ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`

let server: Server | undefined
let requests: number
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

interface Bench {
  readonly session: AwsSession
  readonly clock: StandingClock
  readonly behave: (how: Behaviour) => void
  readonly ask: (region: string) => Promise<unknown>
}

async function aRegion(first: Behaviour): Promise<Bench> {
  let behaviour = first
  requests = 0
  server = createServer((_, response) => {
    requests += 1
    if (behaviour === 'hangs') return
    if (behaviour === 'cuts') return void response.destroy()
    if (behaviour === 'answers') return void response.end(page)
    response
      .writeHead(400, {'content-type': 'text/xml'})
      .end(refusal(behaviour === 'throttles' ? 'Throttling' : 'InvalidDBInstanceState'))
  })
  await new Promise<void>((resolve) => void server?.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const clock = standingClock(0, 60)
  const session = awsSession({
    region: 'eu-central-1',
    clock,
    sandbox: {endpoint: `http://127.0.0.1:${port}`},
    reach: recoveryReach({clock, own: 'eu-central-1'}),
  })
  return {
    session,
    clock,
    behave: (how) => void (behaviour = how),
    ask: (region) =>
      session
        .inRegion(region)
        .call('rds', 'DescribeDBInstances', {})
        .then(
          () => 'answered',
          (error: unknown) => error,
        ),
  }
}

describe('a Region that may be dead', () => {
  test.each(['hangs', 'cuts'] as const)('and %s is unreachable, by its name', async (behaviour) => {
    const {ask} = await aRegion(behaviour)
    const error = await ask('eu-west-1')
    expect(error).toBeInstanceOf(Unreachable)
    expect(error).toMatchObject({region: 'eu-west-1', action: 'rds:DescribeDBInstances'})
    expect((error as Error).message).toMatch(/^eu-west-1 doesn't answer \(rds:DescribeDBInstances: /)
  })

  test("isn't asked again for 15 seconds, and is after that", async () => {
    const {ask, clock, behave} = await aRegion('cuts')
    await ask('eu-west-1')
    const before = requests
    behave('answers')
    clock.forward(14_999)
    expect(await ask('eu-west-1')).toBeInstanceOf(Unreachable)
    expect(requests).toBe(before)
    clock.forward(1)
    expect(await ask('eu-west-1')).toBe('answered')
  })

  test('has one more try when a connection was cut, not three', async () => {
    const {ask} = await aRegion('cuts')
    await ask('eu-west-1')
    expect(requests).toBe(2)
  })

  test('and throttles is there: asked later, not unreachable', async () => {
    const {ask} = await aRegion('throttles')
    const error = await ask('eu-west-1')
    expect(error).toBeInstanceOf(Unavailable)
    expect(error).not.toBeInstanceOf(Unreachable)
    expect(await ask('eu-west-1')).not.toBeInstanceOf(Unreachable)
  })

  test('and refuses is there', async () => {
    const {ask} = await aRegion('denies')
    expect(await ask('eu-west-1')).toMatchObject({code: 'aws-refused'})
    expect(await ask('eu-west-1')).toMatchObject({code: 'aws-refused'})
  })

  test('and answered a moment ago is only slow at first; silent once more, it is unreachable', async () => {
    const {ask, behave, clock} = await aRegion('answers')
    await ask('eu-west-1')
    clock.forward(1000)
    behave('hangs')
    const slow = await ask('eu-west-1')
    expect(slow).toBeInstanceOf(Unavailable)
    expect(slow).not.toBeInstanceOf(Unreachable)
    expect(await ask('eu-west-1')).toBeInstanceOf(Unreachable)
  })

  test('keeps nobody from the others', async () => {
    const {ask, behave} = await aRegion('cuts')
    await ask('eu-west-1')
    behave('answers')
    expect(await ask('us-east-1')).toBe('answered')
  })
})

test('the Region that a recovery works in is asked every time', async () => {
  const {ask, behave} = await aRegion('cuts')
  expect(await ask('eu-central-1')).toBeInstanceOf(Unreachable)
  behave('answers')
  expect(await ask('eu-central-1')).toBe('answered')
})

test('a caller that gives up says nothing about the Region', async () => {
  const {session, ask, behave} = await aRegion('hangs')
  const gone = session.inRegion('eu-west-1').call('rds', 'DescribeDBInstances', {}, {signal: AbortSignal.abort()})
  await expect(gone).rejects.not.toBeInstanceOf(Unreachable)
  behave('answers')
  expect(await ask('eu-west-1')).toBe('answered')
})

test('what must not happen twice is sent once, whatever becomes of its answer', async () => {
  const {session} = await aRegion('cuts')
  await expect(session.call('rds', 'PromoteReadReplica', {DBInstanceIdentifier: 'shop'}, {once: true})).rejects.toBeInstanceOf(
    Unavailable,
  )
  expect(requests).toBe(1)
})
