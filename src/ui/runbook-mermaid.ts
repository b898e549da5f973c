/**
 * The plan as a Mermaid graph: the critical path thick, the point of no return marked. Nothing that somebody named may be read as Mermaid's
 * own: `end` or `graph` as a node's name, a backtick that begins its Markdown. Pure.
 */
import {span} from './format.ts'
import type {Sheet} from './runbook-sheet.ts'

export function runbookMermaid({steps, criticalPath}: Sheet): string {
  const node = (id: string): string => `s_${id.replaceAll('-', '_')}`
  const onPath = new Set(criticalPath.ids)
  const boxes = steps.map(({id, title, usual, pointOfNoReturn}) => {
    const label = [id, ...(title === id ? [] : [title]), ...(usual === null ? [] : [`about ${span(usual.p50Seconds * 1000)}`])]
      .map(escaped)
      .join('<br/>')
    return pointOfNoReturn ? `  ${node(id)}{{"${label}<br/>no way back"}}` : `  ${node(id)}["${label}"]`
  })
  const arrows = steps.flatMap(({id, needs}) =>
    needs.map((need) => `  ${node(need)} ${onPath.has(id) && onPath.has(need) ? '==>' : '-->'} ${node(id)}`),
  )
  const styled = [
    ...(onPath.size === 0 ? [] : [`  classDef critical stroke-width:3px`, `  class ${[...onPath].map(node).join(',')} critical`]),
    ...(steps.filter(({own}) => own).length === 0 || steps.every(({own}) => own)
      ? []
      : [
          '  classDef own stroke-dasharray:4 3',
          `  class ${steps
            .filter(({own}) => own)
            .map(({id}) => node(id))
            .join(',')} own`,
        ]),
  ]
  return ['flowchart TD', ...boxes, ...arrows, ...styled].join('\n')
}

/** Everything but letters, digits and plain punctuation, as Mermaid's own character references. */
const escaped = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[^\p{L}\p{N} .,:;!?'()/+=·–…→-]/gu, (character) => `#${character.codePointAt(0) ?? 32};`)
