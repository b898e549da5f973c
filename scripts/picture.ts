/**
 * Draws the picture of the README from the journal of a real run: `picture.ts EVENTS.ndjson MINUTE > docs/release.svg`. The frame
 * is the one `sluice release` draws, at that minute of the run.
 */
import {readFile} from 'node:fs/promises'
import type {Event} from '../src/runbooks/engine/event.ts'
import {releaseView} from '../src/ui/release-view.ts'
import {frame} from '../src/ui/terminal-frame.ts'

const [file = '', minute = '12', run = ''] = process.argv.slice(2)
const all = (await readFile(file, 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Event)
const at = (all[0]?.at ?? 0) + Number(minute) * 60_000
const events = all.filter((event) => event.at <= at)
const lines = frame(
  releaseView(events, {run, actual: events.findLast((event) => event.kind === 'verdict')?.data.weight ?? 0}, at),
  80,
  {color: true},
)

const [charWidth, lineHeight, margin] = [8.4, 19, 16]
// SGR codes as the renderer writes them, to the colours of a dark terminal.
const colors: Readonly<Record<string, string>> = {1: '#ffffff', 2: '#7d8590', 31: '#ff7b72', 32: '#3fb950', 33: '#d29922'}
const escape = (text: string): string => text.replace(/[&<>]/g, (c) => ({'&': '&amp;', '<': '&lt;', '>': '&gt;'})[c] ?? c)

const rows = lines.map((line, index) => {
  let [column, color] = [0, '#c9d1d9']
  const spans = line.split(/(\u001b\[[0-9;]*m)/).flatMap((part) => {
    const code = /^\u001b\[([0-9;]*)m$/.exec(part)?.[1]
    if (code !== undefined) {
      color = colors[code.split(';')[0] ?? ''] ?? '#c9d1d9'
      return []
    }
    if (part === '') return []
    const x = margin + column * charWidth
    column += Array.from(part).length
    return part.trim() === ''
      ? []
      : [
          `<tspan x="${x.toFixed(1)}" fill="${color}" textLength="${(Array.from(part).length * charWidth).toFixed(1)}">${escape(part)}</tspan>`,
        ]
  })
  return `<text y="${margin + 14 + index * lineHeight}" xml:space="preserve">${spans.join('')}</text>`
})
const [width, height] = [margin * 2 + 80 * charWidth, margin * 2 + lines.length * lineHeight]
process.stdout
  .write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A release being watched in a terminal">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">
${rows.join('\n')}
</g>
</svg>
`)
