/**
 * One task's process: forked, listened to, stopped. Its end is always reported exactly once, however it came. It inherits
 * nothing of this process's environment but the path.
 */
import {fork} from 'node:child_process'
import {createInterface} from 'node:readline'
import type {Answer, Ask} from './database-asks.ts'
import {sibling} from './sibling.ts'

const KEPT_LINES = 20

export interface TaskEnd {
  /** 128 + signal number when a signal ended it, as a container runtime reports it. */
  readonly exitCode: number
}

export interface TaskProcess {
  readonly pid: number | undefined
  /** The last lines it wrote. */
  lines(): readonly string[]
  /** Fraction of requests to answer with 500 whatever the image does. */
  incident(rate: number): void
  terminate(): void
  kill(): void
  readonly ended: Promise<TaskEnd>
}

export interface TaskProcessOptions {
  readonly env: Readonly<Record<string, string>>
  readonly speed: number
  readonly seed: number
  readonly listening: (port: number) => void
  /** Its database answers. */
  readonly ask: (ask: Ask) => Answer
  /** Line by line, as they come. */
  readonly wrote: (line: string) => void
}

type FromTask =
  {readonly kind: 'listening'; readonly port: number} | {readonly kind: 'ask'; readonly n: number; readonly ask: Ask}

const SIGNALS: Readonly<Record<string, number>> = {SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15}

export function startTask({env, speed, seed, listening, ask, wrote}: TaskProcessOptions): TaskProcess {
  const child = fork(sibling(import.meta.url, 'demo-api'), [], {
    env: {PATH: process.env['PATH'] ?? '', ...env, SANDBOX_SPEED: String(speed), SANDBOX_SEED: String(seed)},
    execArgv: ['--max-old-space-size=64', '--max-semi-space-size=2'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let kept: string[] = []
  const keep = (line: string): void => {
    if (line === '') return
    kept = [...kept, line].slice(-KEPT_LINES)
    wrote(line)
  }
  for (const stream of [child.stdout, child.stderr]) if (stream !== null) createInterface(stream).on('line', keep)
  child.on('message', (message: FromTask) => {
    if (message.kind === 'listening') listening(message.port)
    else if (child.connected) child.send({kind: 'answer', n: message.n, answer: ask(message.ask)}, () => {})
  })
  const ended = new Promise<TaskEnd>((resolve) => {
    child.on('error', (error) => {
      keep(error.message)
      if (child.pid === undefined) resolve({exitCode: 127})
    })
    // Not at its exit: what it wrote last is read first.
    child.on('close', (code, signal) => {
      resolve({exitCode: code ?? 128 + (SIGNALS[signal ?? ''] ?? 0)})
    })
  })
  return {
    pid: child.pid,
    lines: () => kept,
    incident: (rate) => {
      if (child.connected) child.send({kind: 'incident', rate}, () => {})
    },
    terminate: () => {
      child.kill('SIGTERM')
    },
    kill: () => {
      child.kill('SIGKILL')
    },
    ended,
  }
}
