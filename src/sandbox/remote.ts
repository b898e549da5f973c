/** The commands' way to a sandbox that runs in another process: its admin routes, and starting and ending that process. */
import {spawn} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {mkdir, open, readFile} from 'node:fs/promises'
import {dirname, extname, join} from 'node:path'
import {createInterface} from 'node:readline'
import type {Socket} from 'node:net'
import type {Readable} from 'node:stream'
import {setTimeout as pause} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import type {SandboxOptions} from './options.ts'

export interface Started {
  readonly endpoint: string
  readonly pid: number
  readonly account: string
  readonly regions: readonly string[]
}

const READY_WITHIN_MS = 90_000
const ANSWER_WITHIN_MS = 5000

/** Whether the sandbox outlives this process, or ends with it however it ends: its stdin is a pipe that nobody holds any more. */
export type Bond = 'on-its-own' | 'attached'

/** Starts the daemon; resolves once it is ready. What it writes to stderr goes to `log`. */
export async function startDaemon(options: SandboxOptions, log: string, bond: Bond = 'on-its-own'): Promise<Started> {
  await mkdir(dirname(log), {recursive: true, mode: 0o700})
  const file = await open(log, 'w', 0o600)
  const here = fileURLToPath(import.meta.url)
  const entry = join(dirname(here), `main${extname(here)}`)
  const attached = bond === 'attached'
  const child: ChildProcess = spawn(process.execPath, [entry, JSON.stringify({...options, attached})], {
    detached: true,
    stdio: [attached ? 'pipe' : 'ignore', 'pipe', file.fd],
  })
  await file.close()
  const stdout = child.stdout as Readable
  const lines = createInterface({input: stdout})
  const first = await new Promise<string | null>((resolve) => {
    lines.once('line', resolve)
    child.once('exit', () => {
      resolve(null)
    })
    child.once('error', () => {
      resolve(null)
    })
    setTimeout(() => {
      resolve(null)
    }, READY_WITHIN_MS).unref()
  })
  lines.close()
  stdout.destroy()
  child.unref()
  // The pipe stays open as long as this process lives, and doesn't keep it alive.
  if (child.stdin !== null) (child.stdin as unknown as Socket).unref()
  const said = first === null ? {error: `it said nothing; see ${log}`} : (JSON.parse(first) as Started | {readonly error: string})
  if (!('error' in said)) return said
  child.kill('SIGTERM')
  throw new Error(said.error)
}

export class AdminRefused extends Error {}

/** One admin route. Throws `AdminRefused` with the sandbox's sentence, or whatever `fetch` throws when nobody listens. */
export async function askSandbox<Answer>(
  endpoint: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${endpoint}/_sluice/${path}`, {
    method,
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    ...(body !== undefined && {body: JSON.stringify(body), headers: {'content-type': 'application/json'}}),
  })
  const answer = (await response.json()) as Answer & {readonly message?: string}
  if (!response.ok) throw new AdminRefused(answer.message ?? `the sandbox answered ${response.status}`)
  return answer
}

/** Whether a sandbox answers there. A process id alone proves nothing: it may be somebody else's by now. */
export async function isUp(endpoint: string): Promise<boolean> {
  try {
    await askSandbox(endpoint, 'GET', 'clock')
    return true
  } catch {
    return false
  }
}

/** Asks the sandbox to end and waits until its process is gone; true when it is. */
export async function endSandbox(endpoint: string, pid: number, withinMs: number): Promise<boolean> {
  try {
    await askSandbox(endpoint, 'POST', 'down', {})
  } catch {
    if (!(await isRunning(pid))) return true
  }
  for (let waited = 0; waited < withinMs; waited += 50) {
    if (!(await isRunning(pid))) return true
    await pause(50)
  }
  return false
}

/** A process that has ended but that nobody has collected yet (in containers that can take seconds) is gone. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  return !/^\d+ \(.*\) [ZX] /s.test(stat)
}
