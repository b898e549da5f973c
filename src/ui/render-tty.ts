/**
 * Draws frames in place on a terminal. Writes a picture in one go and only when it differs, so it never flickers; between updates
 * a slow beat keeps the clocks moving. Gives the cursor back whatever happens, and leaves the last picture standing.
 */
import type {Event} from '../runbooks/engine/event.ts'
import type {Live} from './live.ts'
import {releaseView} from './release-view.ts'
import type {Renderer} from './renderer.ts'
import {frame} from './terminal-frame.ts'

/** The part of `process.stderr` a painter needs. */
export interface Terminal {
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

export interface TtyOptions {
  readonly color: boolean
  /** The run's clock, for the beat between updates; left out: the picture changes with updates only. */
  readonly now?: () => number
}

const beatMs = 250
const escape = {
  hideCursor: '\u001b[?25l',
  showCursor: '\u001b[?25h',
  begin: '\u001b[?2026h',
  end: '\u001b[?2026l',
  clearRight: '\u001b[K',
  clearBelow: '\u001b[J',
}

export function ttyRenderer(terminal: Terminal, {color, now}: TtyOptions): Renderer {
  let shown: {readonly events: readonly Event[]; readonly live: Live} | null = null
  let drawn: readonly string[] = []
  let beat: ReturnType<typeof setInterval> | null = null
  let closed = false
  const giveBack = (): void => void terminal.write(escape.showCursor)

  const draw = (at: number, limited: boolean): void => {
    if (shown === null) return
    const columns = terminal.columns ?? 80
    const whole = frame(releaseView(shown.events, shown.live, at), columns, {color})
    const lines = limited ? fitted(whole, terminal.rows ?? 24) : whole
    if (limited && lines.length === drawn.length && lines.every((line, index) => line === drawn[index])) return
    terminal.write(repaint(drawn, lines, columns))
    drawn = lines
  }

  return {
    update(events, live, at) {
      if (closed) return
      if (shown === null) {
        terminal.write(escape.hideCursor)
        process.once('exit', giveBack)
        if (now !== undefined) beat = setInterval(() => draw(now(), true), beatMs).unref()
      }
      shown = {events, live}
      draw(now?.() ?? at, true)
    },
    close() {
      if (closed) return
      closed = true
      if (beat !== null) clearInterval(beat)
      if (shown === null) return
      const end = shown.events.findLast(({kind}) => kind === 'ended')?.at
      draw(now?.() ?? end ?? shown.events.at(-1)?.at ?? 0, false)
      giveBack()
      process.off('exit', giveBack)
    },
  }
}

/** From the old picture to the new one, as one write. A terminal made narrower has wrapped the old lines: count those rows. */
export function repaint(old: readonly string[], next: readonly string[], columns: number): string {
  const up = old.reduce((rows, line) => rows + Math.max(1, Math.ceil(printed(line) / Math.max(1, columns))), 0)
  const body = next.map((line) => `${line}${escape.clearRight}\n`).join('')
  return `${escape.begin}${up > 0 ? `\u001b[${up}A` : ''}\r${body}${escape.clearBelow}${escape.end}`
}

/** A picture taller than the terminal can't be redrawn in place: keep the header and what is newest. */
export function fitted(lines: readonly string[], rows: number): readonly string[] {
  const room = Math.max(4, rows - 1)
  return lines.length <= room ? lines : [...lines.slice(0, 2), ...lines.slice(lines.length - (room - 2))]
}

function printed(line: string): number {
  return Array.from(line.replace(/\u001b\[[0-9;]*m/g, '')).length
}
