/** A signal that aborts when the caller's does, or after `ms` of real time; `release` forgets both. It never throws by itself. */
export interface BoundedSignal {
  readonly signal: AbortSignal
  /** Rejects when the signal aborts; never resolves. */
  readonly aborted: Promise<never>
  release(): void
}

export function boundedSignal(ms: number, caller: AbortSignal | undefined): BoundedSignal {
  const controller = new AbortController()
  const abort = (reason: string): void => {
    const error = new Error(reason)
    error.name = 'AbortError'
    controller.abort(error)
  }
  const onCaller = (): void => abort('the caller gave up')
  const timer = setTimeout(() => abort(`no answer within ${Math.round(ms)} ms`), ms)
  if (caller?.aborted === true) onCaller()
  else caller?.addEventListener('abort', onCaller, {once: true})
  const aborted = new Promise<never>((_, reject) => {
    const fail = (): void => reject(controller.signal.reason as Error)
    if (controller.signal.aborted) fail()
    else controller.signal.addEventListener('abort', fail, {once: true})
  })
  aborted.catch(() => {})
  return {
    signal: controller.signal,
    aborted,
    release() {
      clearTimeout(timer)
      caller?.removeEventListener('abort', onCaller)
    },
  }
}
