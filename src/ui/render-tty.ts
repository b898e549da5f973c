/** A release on a terminal: its frame, drawn in place. */
import type {Event} from '../runbooks/engine/event.ts'
import type {Live} from './live.ts'
import type {Terminal} from './painter.ts'
import {painter} from './painter.ts'
import {releaseView} from './release-view.ts'
import type {Renderer} from './renderer.ts'
import {frame} from './terminal-frame.ts'

export interface TtyOptions {
  readonly color: boolean
  /** The run's clock, for the beat between updates; left out: the picture changes with updates only. */
  readonly now?: () => number
}

export function ttyRenderer(terminal: Terminal, {color, now}: TtyOptions): Renderer {
  let shown: {readonly events: readonly Event[]; readonly live: Live} | null = null
  const painted = painter(
    terminal,
    (at, columns) => (shown === null ? null : frame(releaseView(shown.events, shown.live, at), columns, {color})),
    now,
  )
  return {
    update(events, live, at) {
      shown = {events, live}
      painted.draw(at)
    },
    close() {
      painted.close(shown?.events.findLast(({kind}) => kind === 'ended')?.at ?? shown?.events.at(-1)?.at ?? 0)
    },
  }
}
