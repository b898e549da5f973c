/**
 * The one file that wires adapters to ports. Commands come here for anything that reaches AWS or a sandbox; every adapter is
 * imported when it is needed, so that a command loads no service client it doesn't use.
 */
import type {Clock} from './runbooks/engine/clock.ts'
import type {AwsSession} from './infra/aws/session.ts'
import {ExitCode, SluiceError} from './errors.ts'

export interface SessionInput {
  readonly region: string
  /** Name given with `--sandbox`; `SLUICE_SANDBOX` counts when it is undefined. */
  readonly sandbox: string | undefined
  readonly env: NodeJS.ProcessEnv
}

export interface OpenSession {
  readonly session: AwsSession
  readonly clock: Clock
  readonly account: string
  /** Who we are: the caller's ARN. */
  readonly arn: string
}

/** The sandbox a command works on, if it was named. Never guessed: without a name it is AWS. */
export function sandboxName(flag: string | undefined, env: NodeJS.ProcessEnv): string | null {
  const name = flag ?? env['SLUICE_SANDBOX']
  return name === undefined || name === '' ? null : name
}

/** A session whose caller is known: account and identity are asked once, before anything else. */
export async function openSession(input: SessionInput): Promise<OpenSession> {
  const {session, clock} = await connect(input)
  const identity = await session.call('sts', 'GetCallerIdentity', {})
  if (identity.Account === undefined || identity.Arn === undefined) {
    throw new SluiceError({code: 'no-identity', exitCode: ExitCode.credentials, message: 'AWS did not say which account these credentials belong to.', suggestions: ['aws sts get-caller-identity']})
  }
  return {session, clock, account: identity.Account, arn: identity.Arn}
}

/** A session before anybody has asked who we are. */
export async function connect(input: SessionInput): Promise<{readonly session: AwsSession; readonly clock: Clock}> {
  const [{sandboxClock, wallClock}, {awsSession}] = await Promise.all([import('./clocks.ts'), import('./infra/aws/session.ts')])
  const name = sandboxName(input.sandbox, input.env)
  if (name === null) {
    const clock = wallClock()
    const profile = input.env['AWS_PROFILE']
    return {clock, session: awsSession({region: input.region, clock, sandbox: null, ...(profile !== undefined && {profile})})}
  }
  const {readHandle} = await import('./config/sandbox-handle.ts')
  const {endpoint} = await readHandle(name, input.env)
  const clock = await sandboxClock(endpoint)
  return {clock, session: awsSession({region: input.region, clock, sandbox: {endpoint}})}
}
