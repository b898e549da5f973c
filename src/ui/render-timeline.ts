/** Tells the timeline as it happens: every event once, and each newly judged minute that a step shows in between. */
import {judgingLine, timelineLines} from './timeline.ts'
import type {Live} from './live.ts'
import type {Renderer} from './renderer.ts'

export function timelineRenderer(write: (text: string) => void, options: {readonly color?: boolean} = {}): Renderer {
  let told = 0
  let judged = 0
  return {
    update(events, live, now) {
      for (; told < events.length; told += 1) {
        const event = events[told]!
        for (const line of timelineLines(events, told, options)) write(`${line}\n`)
        if (event.kind === 'verdict') judged = Math.max(judged, event.data.minute)
      }
      const minutes = judgedMinutes(live)
      if (minutes <= judged || live.gates?.some(({verdict}) => verdict === 'fail') === true) return
      const line = judgingLine(events, live, now, options)
      if (line !== null) write(`${line}\n`)
      judged = minutes
    },
    close() {},
  }
}

const judgedMinutes = ({gates = []}: Live): number => Math.max(0, ...gates.map(({curve}) => curve.canary.length))
