/**
 * Draws pictures in place on a terminal. Writes a picture in one go and only when it differs, so it never flickers; between
 * updates a slow beat keeps the clocks moving. Gives the cursor back whatever happens, and leaves the last picture standing.
 * Knows nothing of what it draws.
 */

/** The part of `process.stderr` a painter needs. */
export interface Terminal {
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

/** A picture at this time (epoch ms, the run's clock) and width; null while there is nothing to draw. */
export type Picture = (at: number, columns: number) => readonly string[] | null

export interface Painter {
  /** Draws what changed. `at` counts when there is no clock. */
  draw(at: number): void
  /** Draws the whole picture once more, as it stands at `at`. */
  close(at: number): void
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

/** `now` is the run's clock, for the beat between updates; left out: the picture changes with updates only. */
export function painter(terminal: Terminal, picture: Picture, now?: () => number): Painter {
  let drawn: readonly string[] = []
  let begun = false
  let beat: ReturnType<typeof setInterval> | null = null
  let closed = false
  const giveBack = (): void => void terminal.write(escape.showCursor)

  const paintAt = (at: number, limited: boolean): void => {
    const columns = terminal.columns ?? 80
    const whole = picture(at, columns)
    if (whole === null) return
    if (!begun) {
      begun = true
      terminal.write(escape.hideCursor)
      process.once('exit', giveBack)
      if (now !== undefined) beat = setInterval(() => paintAt(now(), true), beatMs).unref()
    }
    const lines = limited ? fitted(whole, terminal.rows ?? 24) : whole
    if (limited && lines.length === drawn.length && lines.every((line, index) => line === drawn[index])) return
    terminal.write(repaint(drawn, lines, columns))
    drawn = lines
  }

  return {
    draw(at) {
      if (!closed) paintAt(now?.() ?? at, true)
    },
    close(at) {
      if (closed) return
      closed = true
      if (beat !== null) clearInterval(beat)
      if (!begun) return
      paintAt(now?.() ?? at, false)
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
