/**
 * One task's process: forked, listened to, stopped. Its end is always reported exactly once, however it came. It inherits
 * nothing of this process's environment but the path.
 */
import {fork} from 'node:child_process'
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
}

const SIGNALS: Readonly<Record<string, number>> = {SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15}

export function startTask({env, speed, seed, listening}: TaskProcessOptions): TaskProcess {
  const child = fork(sibling(import.meta.url, 'demo-api'), [], {
    env: {PATH: process.env['PATH'] ?? '', ...env, SANDBOX_SPEED: String(speed), SANDBOX_SEED: String(seed)},
    execArgv: ['--max-old-space-size=64', '--max-semi-space-size=2'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let kept: string[] = []
  const keep = (chunk: Buffer): void => {
    kept = [...kept, ...chunk.toString().split('\n').filter((line) => line !== '')].slice(-KEPT_LINES)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  child.on('message', (message: {kind: string, port: number}) => { if (message.kind === 'listening') listening(message.port) })
  const ended = new Promise<TaskEnd>((resolve) => {
    child.on('error', (error) => {
      keep(Buffer.from(error.message))
      if (child.pid === undefined) resolve({exitCode: 127})
    })
    child.on('exit', (code, signal) => { resolve({exitCode: code ?? 128 + (SIGNALS[signal ?? ''] ?? 0)}) })
  })
  return {
    pid: child.pid,
    lines: () => kept,
    incident: (rate) => { if (child.connected) child.send({kind: 'incident', rate}, () => {}) },
    terminate: () => { child.kill('SIGTERM') },
    kill: () => { child.kill('SIGKILL') },
    ended,
  }
}
