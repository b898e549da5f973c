/**
 * A sandbox of a story's own: an empty account in two Regions on a fast clock, used through the same doors as any account, and
 * gone at the end, whatever happens. Nothing of this machine's own state is read or written.
 */
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {SessionInput} from '../compose.ts'
import {writeHandle} from '../config/sandbox-handle.ts'
import {askSandbox, endSandbox, startDaemon} from '../sandbox/remote.ts'
import {regions} from './demo-stack.ts'
import {speed} from './scenarios.ts'

const name = 'demo'

export interface Stage {
  readonly where: SessionInput
  /** The sandbox's own routes: what AWS has no call for. */
  readonly ask: <Answer>(method: 'GET' | 'POST' | 'DELETE', route: string, body?: object) => Promise<Answer>
}

export async function onStage<Answer>(
  {seed, env: given}: {readonly seed: number; readonly env: NodeJS.ProcessEnv},
  act: (stage: Stage) => Promise<Answer>,
): Promise<Answer> {
  const home = await mkdtemp(join(tmpdir(), 'sluice-demo-'))
  const env = {...given, XDG_STATE_HOME: home}
  const world = {speed, seed, world: 'empty', regions, services: []} as const
  const sandbox = await startDaemon({name, ...world}, join(home, 'sandbox.log'), 'attached')
  try {
    await writeHandle(name, {...sandbox, ...world}, env)
    return await act({
      where: {region: regions[0], sandbox: name, env},
      ask: (method, route, body) => askSandbox(sandbox.endpoint, method, route, body),
    })
  } finally {
    await endSandbox(sandbox.endpoint, sandbox.pid, 10_000)
    await rm(home, {recursive: true, force: true})
  }
}
