/** Shows a recovery while it happens: a picture on a terminal, a log elsewhere. A renderer as the watcher wants one. */
import type {Event} from '../runbooks/engine/event.ts'
import type {RendererChoice} from './choose-renderer.ts'
import type {Live} from './live.ts'
import type {Terminal} from './painter.ts'
import {painter} from './painter.ts'
import {recoveryFrame} from './recovery-frame.ts'
import {recoveryLog} from './recovery-log.ts'
import {recoveryView} from './recovery-view.ts'
import type {Renderer} from './renderer.ts'

export interface RecoveryRenderer extends Renderer {
  /** A run that had begun before it was shown here. */
  goOn(known: readonly Event[], live: Live, now: number): void
}

export function recoveryRenderer(choice: RendererChoice, terminal: Terminal, now: () => number): RecoveryRenderer {
  let events: readonly Event[] = []
  let live: Live = {}
  const log = choice.kind === 'lines' ? recoveryLog((text) => void terminal.write(text)) : null
  const color = choice.kind === 'tty' && choice.color
  const picture = painter(
    terminal,
    (at, columns) => (events.length === 0 ? null : recoveryFrame(recoveryView(events, live, at), columns, {color})),
    now,
  )
  return {
    goOn: (known, shown, at) => log?.goOn(known, shown, at),
    update(known, shown, at) {
      events = known
      live = shown
      if (log === null) picture.draw(at)
      else log.update(events, live, at)
    },
    close() {
      if (log === null) picture.close(events.findLast(({kind}) => kind === 'ended')?.at ?? now())
    },
  }
}
