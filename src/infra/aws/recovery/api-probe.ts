/**
 * Asking the API itself, as a user would: the name is looked up each time, the connection is new each time, redirects aren't
 * followed. Whoever doesn't answer within the bound is null, whatever the reason; it never asks twice.
 */
import {request as plainRequest} from 'node:http'
import type {ClientRequest, RequestOptions} from 'node:http'
import {request as secureRequest} from 'node:https'
import type {ApiPort, ProbeTarget} from '../../../runbooks/recovery/ports/api-port.ts'
import {realBound} from '../real-bound.ts'
import type {AwsSession} from '../session.ts'
import {httpAnswer} from './http-answer.ts'
import type {SandboxNames} from './sandbox-names.ts'

/** Run time. */
const boundMs = 2000

export interface Tls {
  readonly port: number
  /** Certificate of an authority besides the machine's own. */
  readonly ca?: string
}

/** `regionHeader`: lower case. `names`: those of a sandbox, null on AWS. */
export function apiProbe(session: AwsSession, regionHeader: string, names: SandboxNames | null, tls: Tls = {port: 443}): ApiPort {
  const bound = realBound(session.clock, boundMs)
  return {
    async ask(target, signal) {
      if (signal?.aborted === true) return null
      const whole = AbortSignal.any([AbortSignal.timeout(bound), ...(signal === undefined ? [] : [signal])])
      try {
        const started = names === null ? overTls(target, tls, whole) : await overLoopback(target, names, bound, whole)
        if (started === null) return null
        const {status, headers, body} = await httpAnswer(started)
        return {status, region: headers[regionHeader] ?? null, body, at: session.clock.now()}
      } catch {
        return null
      }
    },
  }
}

const common = ({method, path, hostHeader, host, headers}: ProbeTarget, signal: AbortSignal): RequestOptions => ({
  method: method ?? 'GET',
  path,
  signal,
  agent: false,
  headers: {'user-agent': 'sluice', accept: '*/*', ...headers, host: hostHeader ?? host},
})

/** The certificate has to be good for the name that is connected to, whatever the Host header says. */
function overTls(target: ProbeTarget, tls: Tls, signal: AbortSignal): ClientRequest {
  return secureRequest({...common(target, signal), ...tls, host: target.host, servername: target.host})
}

async function overLoopback(
  target: ProbeTarget,
  names: SandboxNames,
  bound: number,
  signal: AbortSignal,
): Promise<ClientRequest | null> {
  const base = await names.baseOf(target.host, bound, signal)
  return base === null ? null : plainRequest({...common(target, signal), host: base.hostname, port: base.port})
}
