/**
 * What steps of a team's own ask of AWS and of anybody over HTTP. It makes what it is told to: which calls may be made at all is decided
 * where the runbook is loaded. Answers are JSON and nothing else: streams, bytes and the SDK's own words are left out.
 */
import {request as plainRequest} from 'node:http'
import type {ClientRequest, RequestOptions} from 'node:http'
import {request as secureRequest} from 'node:https'
import {ExitCode, SluiceError} from '../../../errors.ts'
import type {Json} from '../../../runbooks/engine/event.ts'
import {Unavailable} from '../../../runbooks/engine/unavailable.ts'
import type {HttpRequest, OwnPorts} from '../../../runbooks/custom/ports.ts'
import {isLoopback} from '../clients.ts'
import type {ServiceName} from '../clients.ts'
import {realBound} from '../real-bound.ts'
import type {AwsSession} from '../session.ts'
import {httpAnswer} from './http-answer.ts'
import type {SandboxNames} from './sandbox-names.ts'

/** Run time. */
const boundMs = 5000
const minuteMs = 60_000

/** `session`: of any Region; every call goes to the one it is given. `names`: those of a sandbox, null on AWS. */
export function runbookPorts(
  session: AwsSession,
  names: SandboxNames | null,
  env: Readonly<Record<string, string | undefined>> = process.env,
): OwnPorts {
  const bound = realBound(session.clock, boundMs)
  return {
    call: async (region, service, action, input, signal) =>
      asJson(await callAny(session.inRegion(region), service, action, input, signal)),
    async ask(asked, signal) {
      if (signal?.aborted === true) return null
      const request = withVariables(asked, env)
      const whole = AbortSignal.any([AbortSignal.timeout(bound), ...(signal === undefined ? [] : [signal])])
      const begun = await begin(request, names, bound, whole).catch((error: unknown) => {
        if (error instanceof SluiceError) throw error
        return null
      })
      return begun === null ? null : httpAnswer(begun, request.body).catch(() => null)
    },
    async minutes(region, {namespace, metric, dimensions, stat}, from, to, signal) {
      const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({Name, Value}))
      const {MetricDataResults: [series] = []} = await session.inRegion(region).call(
        'cloudwatch',
        'GetMetricData',
        {
          StartTime: new Date(from),
          EndTime: new Date(Math.max(to, from + minuteMs)),
          ScanBy: 'TimestampAscending',
          MetricDataQueries: [
            {
              Id: 'm',
              ReturnData: true,
              MetricStat: {Metric: {Namespace: namespace, MetricName: metric, Dimensions}, Period: 60, Stat: stat},
            },
          ],
        },
        {signal, resource: metric},
      )
      const values = series?.Values ?? []
      return (series?.Timestamps ?? [])
        .flatMap((at, index) => {
          const value = values[index]
          return value === undefined ? [] : [{at: at.getTime(), value}]
        })
        .toSorted((one, other) => one.at - other.at)
    },
  }
}

/** The names come from the allow-list, so the SDK knows them; their inputs are the team's, and may not be what it expects. */
async function callAny(
  session: AwsSession,
  service: string,
  action: string,
  input: object,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  try {
    return await session.call(service as ServiceName, action as never, input as never, {signal})
  } catch (error) {
    if (error instanceof SluiceError || error instanceof Unavailable) throw error
    throw new SluiceError({
      code: 'runbook-call',
      exitCode: ExitCode.usage,
      cause: error,
      message: `${service}:${action} can't be made with this input: ${(error as Error).message}`,
      suggestions: ['correct the input in the runbook'],
    })
  }
}

/** Dates become texts; what can't be JSON, and what only the SDK cares about, is left out. */
function asJson(answer: unknown): Json {
  const text = JSON.stringify(answer, (key, value: unknown) => {
    if (key === '$metadata' || value instanceof Uint8Array || typeof value === 'function') return undefined
    if (typeof value === 'bigint') return value.toString()
    return typeof value === 'object' && value !== null && 'pipe' in value ? undefined : value
  }) as string | undefined
  return text === undefined ? null : (JSON.parse(text) as Json)
}

async function begin(
  {url, method, headers}: HttpRequest,
  names: SandboxNames | null,
  bound: number,
  signal: AbortSignal,
): Promise<ClientRequest | null> {
  const to = new URL(url)
  const options: RequestOptions = {
    method,
    signal,
    agent: false,
    headers: {'user-agent': 'sluice', accept: '*/*', ...headers, host: to.host},
  }
  const path = `${to.pathname}${to.search}`
  if (names === null)
    return (to.protocol === 'https:' ? secureRequest : plainRequest)({...options, host: to.hostname, port: to.port, path})
  // In a sandbox only what is on this machine is asked, or what the sandbox itself has a name for.
  if (isLoopback(to.hostname)) return plainRequest({...options, host: to.hostname, port: to.port, path})
  const base = await names.baseOf(to.hostname, bound, signal)
  if (base === null) throw outside(to.hostname)
  return plainRequest({...options, host: base.hostname, port: base.port, path})
}

/** Only what the runbook itself names: an answer that holds `${env.X}` is a text like any other. */
function withVariables(request: HttpRequest, env: Readonly<Record<string, string | undefined>>): HttpRequest {
  const {variables} = request
  const missing = variables.filter((name) => env[name] === undefined || env[name] === '')
  if (missing.length > 0) throw unset(missing)
  const filled = (text: string): string =>
    text.replace(/\$\{env\.([A-Za-z_][A-Za-z0-9_]*)\}/g, (all, name: string) =>
      variables.includes(name) ? (env[name] ?? '') : all,
    )
  return {
    ...request,
    url: filled(request.url),
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, filled(value)])),
    body: request.body === null ? null : filled(request.body),
  }
}

const unset = (names: readonly string[]): SluiceError =>
  new SluiceError({
    code: 'variable-unset',
    exitCode: ExitCode.usage,
    message: `${names.join(' and ')} ${names.length === 1 ? "isn't" : "aren't"} set here; nothing was sent.`,
    details: [`Set ${names.length === 1 ? 'it' : 'them'} in this shell and resume.`],
    suggestions: ['sluice runbook resume'],
  })

const outside = (host: string): SluiceError =>
  new SluiceError({
    code: 'outside-sandbox',
    exitCode: ExitCode.usage,
    message: `A runbook in sandbox mode asks ${host}, which the sandbox has no name for; nothing was sent.`,
    suggestions: ['leave out --sandbox (and SLUICE_SANDBOX) to ask the real one'],
  })
