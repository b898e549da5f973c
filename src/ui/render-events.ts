/** The journal as NDJSON while it happens, for `--events FILE|-`: every event once, as it was written, and nothing else. */
import type {Renderer} from './renderer.ts'

export function eventsRenderer(write: (text: string) => void): Renderer {
  let told = 0
  return {
    update(events) {
      for (; told < events.length; told += 1) write(`${JSON.stringify(events[told])}\n`)
    },
    close() {},
  }
}
