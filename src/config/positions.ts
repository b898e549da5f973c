/** Where in the YAML text a path stands: line and column, from the parser's own tree. Pure. */
import type {Document, LineCounter, Node} from 'yaml'
import {isAlias, isMap, isNode, isScalar, isSeq} from 'yaml'
import type {Problem} from './problem.ts'

export interface Position {
  readonly line: number
  readonly column: number
}

/** The place of a problem; the nearest thing around it when the path leads nowhere (a missing key). */
export function positionOf(problem: Problem, document: Document, lines: LineCounter): Position {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const [index, part] of problem.path.entries()) {
    const found = child(node, part, document)
    if (found === null) break
    const last = index === problem.path.length - 1
    const at = last && problem.on === 'key' ? found.key : (found.value ?? found.key)
    offset = at?.range?.[0] ?? offset
    node = found.value
  }
  const {line, col} = lines.linePos(offset)
  return {line: Math.max(1, line), column: Math.max(1, col)}
}

function child(
  node: unknown,
  part: string | number,
  document: Document,
): {readonly key: Node | null; readonly value: Node | null} | null {
  const resolved = isAlias(node) ? node.resolve(document) : node
  if (isMap(resolved)) {
    const pair = resolved.items.find(({key}) => String(isScalar(key) ? key.value : key) === String(part))
    return pair === undefined ? null : {key: isNode(pair.key) ? pair.key : null, value: isNode(pair.value) ? pair.value : null}
  }
  if (isSeq(resolved) && typeof part === 'number') {
    const item = resolved.items[part]
    return isNode(item) ? {key: null, value: item} : null
  }
  return null
}
