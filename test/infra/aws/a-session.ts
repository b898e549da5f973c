/** A session whose clock stands still unless moved; the clients' `send` is mocked by each test, so nothing leaves the process. */
import {expect} from 'vitest'
import type {Clock} from '../../../src/runbooks/engine/clock.ts'
import {awsSession} from '../../../src/infra/aws/session.ts'
import type {AwsSession, ObservedCall} from '../../../src/infra/aws/session.ts'

export interface StandingClock extends Clock {
  forward(ms: number): void
  readonly waits: readonly number[]
}

export function standingClock(start = Date.UTC(2026, 0, 2, 3, 4, 5), speed = 1): StandingClock {
  let now = start
  const waits: number[] = []
  return {
    speed,
    waits,
    now: () => now,
    async until(epochMs, signal) {
      signal?.throwIfAborted()
      waits.push(epochMs - now)
      now = Math.max(now, epochMs)
    },
    forward: (ms) => void (now += ms),
  }
}

export interface SessionOptions {
  readonly region?: string
  readonly endpoint?: string
  readonly clock?: Clock
  readonly profile?: string
  readonly onCall?: (call: ObservedCall) => void
}

export function aSession(options: SessionOptions = {}): AwsSession {
  const {region = 'eu-west-1', endpoint = 'http://127.0.0.1:9', clock = standingClock(), ...rest} = options
  return awsSession({region, clock, sandbox: {endpoint}, ...rest})
}

export const signal = new AbortController().signal

const elb = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333'
export const arns = {
  loadBalancer: `${elb}:loadbalancer/app/shop/50dc6c495c0c9188`,
  listener: `${elb}:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2`,
  rule: `${elb}:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee`,
  a: `${elb}:targetgroup/shop-api-a/73e2d6bc24d8a067`,
  b: `${elb}:targetgroup/shop-api-b/83e2d6bc24d8a068`,
  other: `${elb}:targetgroup/other/93e2d6bc24d8a069`,
} as const
export const groups = {a: arns.a, b: arns.b} as const

/** An error as the SDK throws it. */
export function awsError(name: string, status = 400, message = name): Error {
  return Object.assign(new Error(message), {
    name,
    $fault: status >= 500 ? 'server' : 'client',
    $metadata: {httpStatusCode: status, requestId: 'req-1'},
  })
}

/** Matches any text that has this in it. */
export const containing = (text: string): unknown => expect.stringContaining(text)
