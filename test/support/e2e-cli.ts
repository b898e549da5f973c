/**
 * The built command line as a person has it: a process of its own, in a directory and with a state home of its own. Every process
 * started here is remembered and ended by `tidyUp`, also when a test fails. It knows no command and looks into no journal.
 */
import {spawn} from 'node:child_process'
import {mkdir, mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'

const entry = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** What stdout holds, which must be one JSON document. */
  json(): Record<string, unknown>
}

export interface Running {
  readonly pid: number
  /** Resolves when the process has ended and its output is complete. */
  readonly ended: Promise<Ran>
  isOver(): boolean
  signal(signal: NodeJS.Signals): void
  output(): {readonly stdout: string; readonly stderr: string}
}

/** Somebody's computer: a working directory, and a state home that nobody else has. */
export interface Machine {
  readonly directory: string
  readonly stateHome: string
  start(argv: readonly string[], options?: StartOptions): Running
  sluice(...argv: readonly string[]): Promise<Ran>
}

export interface StartOptions {
  readonly stdin?: string
}

const cleanups: (() => Promise<void> | void)[] = []

/** Last come, first tidied. */
export function tidyLater(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup)
}

/** For `afterAll`: whatever is still there goes, and what can't be tidied is told at the end. */
export async function tidyUp(): Promise<void> {
  const failures: unknown[] = []
  for (const cleanup of cleanups.splice(0).toReversed()) {
    try {
      await cleanup()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'something was left behind')
}

export async function aMachine(): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-e2e-'))
  tidyLater(() => rm(root, {recursive: true, force: true}))
  const [directory, stateHome] = [join(root, 'work'), join(root, 'state')]
  await Promise.all([mkdir(directory), mkdir(stateHome)])
  const start = (argv: readonly string[], options: StartOptions = {}): Running => launch(argv, {directory, stateHome}, options)
  return {directory, stateHome, start, sluice: (...argv) => start(argv).ended}
}

function launch(
  argv: readonly string[],
  {directory, stateHome}: Pick<Machine, 'directory' | 'stateHome'>,
  {stdin}: StartOptions,
): Running {
  // Nothing of this machine's own: no credentials, no sandbox that happens to be named, no CI.
  const env = {PATH: process.env['PATH'] ?? '', HOME: directory, XDG_STATE_HOME: stateHome, TMPDIR: stateHome}
  const child = spawn(process.execPath, [entry, ...argv], {cwd: directory, env, stdio: 'pipe'})
  const said = {stdout: '', stderr: ''}
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  child.stdin.on('error', () => undefined).end(stdin ?? '')
  let over = false
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', () => {
      over = true
    })
    child.on('close', (code, signal) => {
      resolve({code, signal, ...said, json: () => oneDocument(said.stdout)})
    })
  })
  tidyLater(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {pid: child.pid ?? 0, ended, isOver: () => over, signal: (signal) => void child.kill(signal), output: () => said}
}

function oneDocument(stdout: string): Record<string, unknown> {
  if (!/^\{.*\}\n$/.test(stdout)) throw new Error(`expected one line of JSON on stdout, got: ${stdout.slice(0, 500)}`)
  return JSON.parse(stdout) as Record<string, unknown>
}

/** Looks again until `look` answers something; throws with `what` when it never does. For other processes, whose time isn't ours. */
export async function until<T>(what: string, look: () => Promise<T | null> | T | null, withinMs = 60_000): Promise<T> {
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; await pause(20)) {
    const seen = await look()
    if (seen !== null) return seen
  }
  throw new Error(`waited ${withinMs / 1000} s in vain for ${what}`)
}

/** A process that has ended and waits to be collected is gone. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null)
  if (stat !== null) return !/^\d+ \(.*\) [ZX] /s.test(stat)
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
