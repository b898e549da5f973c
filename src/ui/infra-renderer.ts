/**
 * Shows a provisioning run while it happens: a picture on a terminal, a log elsewhere. It is a renderer as the watcher wants one,
 * and keeps by itself what the steps show, because many of them run at once.
 */
import type {RendererChoice} from './choose-renderer.ts'
import {infraFrame} from './infra-frame.ts'
import type {InfraLive} from './infra-live.ts'
import {nothingShown, withShown} from './infra-live.ts'
import {infraLog} from './infra-log.ts'
import {infraView} from './infra-view.ts'
import type {Event} from '../runbooks/engine/event.ts'
import type {Terminal} from './painter.ts'
import {painter} from './painter.ts'
import type {Renderer} from './renderer.ts'

export interface InfraRenderer extends Renderer {
  /** What a step shows; said with the next update. */
  shown(step: string, data: unknown): void
  readonly live: InfraLive
}

export function infraRenderer(choice: RendererChoice, terminal: Terminal, now: () => number): InfraRenderer {
  let events: readonly Event[] = []
  let live = nothingShown
  const log = choice.kind === 'lines' ? infraLog((text) => void terminal.write(text)) : null
  const color = choice.kind === 'tty' && choice.color
  const picture = painter(
    terminal,
    (at, columns) => (events.length === 0 ? null : infraFrame(infraView(events, live, at), columns, {color})),
    now,
  )
  const endOf = (): number => events.findLast(({kind}) => kind === 'ended')?.at ?? now()
  return {
    get live() {
      return live
    },
    shown(step, data) {
      live = withShown(live, step, data)
    },
    update(known, {run, hint}, at) {
      events = known
      live = {...live, ...(run !== undefined && {run}), ...(hint !== undefined && {hint})}
      if (log === null) picture.draw(at)
      else log.update(events, live, at)
    },
    close() {
      if (log === null) picture.close(endOf())
    },
  }
}
