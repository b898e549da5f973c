/** What steps of a team's own ask: calls become JSON, probes bring status, headers and body, minutes come in their order. */
import {createServer} from 'node:http'
import type {IncomingMessage, Server, ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {CloudWatchClient, GetMetricDataCommand} from '@aws-sdk/client-cloudwatch'
import {DescribeDBInstancesCommand, RDSClient} from '@aws-sdk/client-rds'
import {mockClient} from 'aws-sdk-client-mock'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {runbookPorts} from '../../../../src/infra/aws/recovery/runbook-world.ts'
import type {SandboxNames} from '../../../../src/infra/aws/recovery/sandbox-names.ts'
import {Unavailable} from '../../../../src/runbooks/engine/unavailable.ts'
import {aSession, awsError, standingClock} from '../a-session.ts'

const rds = mockClient(RDSClient)
const cloudwatch = mockClient(CloudWatchClient)
beforeEach(() => {
  rds.reset()
  cloudwatch.reset()
})

const now = Date.UTC(2026, 10, 23, 12)
const session = aSession({clock: standingClock(now)})
const ports = runbookPorts(session, null)

describe('an AWS call', () => {
  const look = () => ports.call('eu-central-1', 'rds', 'DescribeDBInstances', {DBInstanceIdentifier: 'shop'})

  test("is made with its input, and its answer is JSON: dates as texts, nothing of the SDK's own", async () => {
    const made = new Date(now)
    rds.on(DescribeDBInstancesCommand, {DBInstanceIdentifier: 'shop'}).resolves({
      $metadata: {requestId: 'r'},
      DBInstances: [{DBInstanceStatus: 'available', InstanceCreateTime: made, bytes: new Uint8Array(3)} as never],
    })
    expect(await look()).toEqual({DBInstances: [{DBInstanceStatus: 'available', InstanceCreateTime: '2026-11-23T12:00:00.000Z'}]})
  })

  test('goes to the Region it is given', async () => {
    rds.on(DescribeDBInstancesCommand).resolves({})
    await look()
    expect(await (rds.call(0).thisValue as RDSClient).config.region()).toBe('eu-central-1')
  })

  test.each([
    ["that AWS can't serve now is Unavailable", awsError('ThrottlingException'), Unavailable, {}],
    ['that AWS refuses says so', awsError('InvalidParameterValue', 400, 'no'), Error, {code: 'aws-refused'}],
    [
      "whose input the SDK can't send is the runbook's fault, and no bug of ours",
      new TypeError('x.toISOString is not a function'),
      Error,
      {code: 'runbook-call', exitCode: 2},
    ],
  ])('%s', async (_, error, kind, fields) => {
    rds.on(DescribeDBInstancesCommand).rejects(error)
    const thrown: unknown = await look().catch((caught: unknown) => caught)
    expect(thrown).toBeInstanceOf(kind)
    expect(thrown).toMatchObject(fields)
  })
})

describe('minutes of a metric', () => {
  test('are asked for by the minute, and come oldest first', async () => {
    cloudwatch
      .on(GetMetricDataCommand)
      .resolves({MetricDataResults: [{Timestamps: [new Date(now), new Date(now - 60_000)], Values: [2, 1]}]})
    const query = {namespace: 'Shop', metric: 'Errors', dimensions: {Service: 'api'}, stat: 'p99'}
    expect(await ports.minutes('eu-central-1', query, now - 120_000, now)).toEqual([
      {at: now - 60_000, value: 1},
      {at: now, value: 2},
    ])
    expect(cloudwatch.call(0).args[0].input).toMatchObject({
      StartTime: new Date(now - 120_000),
      EndTime: new Date(now),
      MetricDataQueries: [
        {
          MetricStat: {
            Metric: {Namespace: 'Shop', MetricName: 'Errors', Dimensions: [{Name: 'Service', Value: 'api'}]},
            Period: 60,
            Stat: 'p99',
          },
        },
      ],
    })
  })

  test("are none where there are none, and an interval that hasn't begun isn't an error", async () => {
    cloudwatch.on(GetMetricDataCommand).resolves({})
    expect(
      await ports.minutes('eu-central-1', {namespace: 'A', metric: 'M', dimensions: {}, stat: 'Sum'}, now + 30_000, now),
    ).toEqual([])
    const {StartTime, EndTime} = cloudwatch.call(0).args[0].input as {readonly StartTime: Date; readonly EndTime: Date}
    expect(EndTime.getTime()).toBeGreaterThan(StartTime.getTime())
  })
})

describe('a probe', () => {
  let server: Server
  let base = ''
  const serve = async (handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> => {
    server = createServer(handler)
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })
  const get = (path: string, on = ports) => on.ask({url: `${base}${path}`, method: 'GET', headers: {}, body: null, variables: []})

  test('sends method, headers and body, and brings status, headers in lower case, and body', async () => {
    const seen: unknown[] = []
    await serve((request, response) => {
      request.on('data', (chunk: Buffer) =>
        seen.push([request.method, request.url, request.headers['x-token'], chunk.toString()]),
      )
      request.on('end', () => response.writeHead(202, {'X-Region': 'eu-central-1'}).end('{"ok":true}'))
    })
    const answer = await ports.ask({
      url: `${base}/hook?a=1`,
      method: 'POST',
      headers: {'x-token': 't'},
      body: 'hello',
      variables: [],
    })
    expect(answer).toMatchObject({status: 202, body: '{"ok":true}', headers: {'x-region': 'eu-central-1'}})
    expect(seen).toEqual([['POST', '/hook?a=1', 't', 'hello']])
  })

  test('fills in the variables that it names, and no others: what an answer brought is a text like any other', async () => {
    const seen: unknown[] = []
    await serve((request, response) => {
      request.on('data', (chunk: Buffer) => seen.push([request.url, request.headers.authorization, chunk.toString()]))
      request.on('end', () => response.end())
    })
    const on = runbookPorts(session, null, {TOKEN: 't-1', HOOK: 'h-1', OTHER: 'secret'})
    await on.ask({
      url: `${base}/\${env.HOOK}`,
      method: 'POST',
      headers: {authorization: 'Bearer ${env.TOKEN}'},
      body: 'found ${env.OTHER}',
      variables: ['TOKEN', 'HOOK'],
    })
    expect(seen).toEqual([['/h-1', 'Bearer t-1', 'found ${env.OTHER}']])
  })

  test("sends nothing while a variable isn't set, and names it", async () => {
    await serve((_, response) => void response.end())
    const on = runbookPorts(session, null, {})
    const asked = on.ask({url: base, method: 'GET', headers: {a: '${env.TOKEN}'}, body: null, variables: ['TOKEN']})
    await expect(asked).rejects.toMatchObject({code: 'variable-unset', message: "TOKEN isn't set here; nothing was sent."})
  })

  test("doesn't follow a redirect, and reads no more than 64 KiB", async () => {
    await serve(
      (request, response) =>
        void (request.url === '/far' ? response.writeHead(301, {location: '/'}).end() : response.end('x'.repeat(200_000))),
    )
    expect(await get('/far')).toMatchObject({status: 301})
    expect((await get('/long'))?.body).toHaveLength(65_536)
  })

  test('is null when nobody listens, and when nobody answers within the bound', async () => {
    await serve(() => undefined)
    expect(await get('/', runbookPorts(aSession({clock: standingClock(now, 60)}), null))).toBeNull()
    server.closeAllConnections()
    await new Promise((resolve) => void server.close(resolve))
    expect(await get('/')).toBeNull()
    await serve((_, response) => void response.end())
  })

  test('in a sandbox goes where the sandbox has a name for, and nowhere else', async () => {
    await serve((request, response) => void response.end(request.headers.host))
    const names: SandboxNames = {
      servers: () => Promise.resolve([]),
      baseOf: (host) => Promise.resolve(host === 'api.example.com' ? new URL(base) : null),
    }
    const inSandbox = runbookPorts(session, names)
    const ask = (url: string) => inSandbox.ask({url, method: 'GET', headers: {}, body: null, variables: []})
    expect(await ask('https://api.example.com/')).toMatchObject({body: 'api.example.com'})
    await expect(ask('https://status.example.com/')).rejects.toMatchObject({code: 'outside-sandbox', exitCode: 2})
  })
})
