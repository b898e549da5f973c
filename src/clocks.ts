/**
 * The two clocks a command runs by: the machine's own, and the sandbox's faster one. Everything else takes a `Clock` as an
 * argument. Both only move forward: a machine whose clock is set back mid-release must not see a lease come alive again.
 */
import {ExitCode, SluiceError} from './errors.ts'
import type {Clock} from './runbooks/engine/clock.ts'

/** Real waits longer than this are taken in pieces: timers overflow, and laptops sleep. */
const longestWaitMs = 60_000

/** Real time, started from the machine's clock and carried on by its monotonic one. */
export const wallClock = (): Clock => runningClock({epochMs: Date.now(), speed: 1}, performance.now())

/** The clock of the sandbox at `endpoint`, extrapolated from one reading. Throws when nobody answers. */
export async function sandboxClock(endpoint: string): Promise<Clock> {
  const before = performance.now()
  try {
    const answer = await fetch(new URL('/_sluice/clock', endpoint), {signal: AbortSignal.timeout(5000)})
    const reading = (await answer.json()) as {readonly epochMs: number; readonly speed: number}
    if (!Number.isFinite(reading.epochMs) || !(reading.speed > 0)) throw new Error('it answered something else')
    // The reading was taken somewhere between asking and hearing: the middle is off by the least.
    return runningClock(reading, (before + performance.now()) / 2)
  } catch (cause) {
    throw new SluiceError({
      code: 'sandbox-silent',
      exitCode: ExitCode.usage,
      message: `The sandbox at ${endpoint} doesn't answer: ${(cause as Error).message}`,
      suggestions: ['sluice sandbox status', 'sluice sandbox up'],
      cause,
    })
  }
}

/** The same clock, `offMs` ahead: the machine's, put right by somebody who knows better. */
export const shiftedClock = (clock: Clock, offMs: number): Clock => ({
  speed: clock.speed,
  now: () => clock.now() + offMs,
  until: (epochMs, signal) => clock.until(epochMs - offMs, signal),
})

function runningClock(start: {readonly epochMs: number; readonly speed: number}, startedAt: number): Clock {
  const now = (): number => Math.floor(start.epochMs + (performance.now() - startedAt) * start.speed)
  return {
    now,
    speed: start.speed,
    async until(epochMs, signal) {
      for (let left = epochMs - now(); left > 0; left = epochMs - now())
        await wait(Math.min(left / start.speed, longestWaitMs), signal)
      signal?.throwIfAborted()
    },
  }
}

function wait(realMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      },
      Math.max(1, Math.ceil(realMs)),
    )
    if (signal?.aborted === true) stop()
    else signal?.addEventListener('abort', stop, {once: true})
  })
}
