/**
 * As much XML as AWS's protocols use: elements and text. Attributes, comments and the prolog are read over. It must never
 * expand entities other than the predefined ones.
 */
export interface XmlElement {
  readonly name: string
  readonly text: string
  readonly children: readonly XmlElement[]
}

const ESCAPES: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;'}
const ENTITIES: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character)
}

/** The root element; null when there is none or the tags don't match. */
export function parseXml(source: string): XmlElement | null {
  interface Open {
    readonly name: string
    text: string
    readonly children: XmlElement[]
  }
  const root: Open = {name: '', text: '', children: []}
  const open: Open[] = [root]
  for (const [, tag, text] of source.matchAll(/<([^>]*)>|([^<]+)/g)) {
    const current = open.at(-1)
    if (current === undefined) return null
    if (text !== undefined) {
      current.text += unescape(text)
    } else if (tag === undefined || tag.startsWith('?') || tag.startsWith('!')) {
      continue
    } else if (tag.startsWith('/')) {
      const closed = open.pop()
      if (closed === undefined || closed.name !== tag.slice(1).trim() || open.length === 0) return null
      open.at(-1)?.children.push(closed)
    } else {
      const name = tag.replace(/\/$/, '').trim().split(/\s/)[0] ?? ''
      const element: Open = {name, text: '', children: []}
      if (tag.endsWith('/')) current.children.push(element)
      else open.push(element)
    }
  }
  return open.length === 1 ? (root.children[0] ?? null) : null
}

function unescape(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, entity: string) => {
    if (entity.startsWith('#x')) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16))
    if (entity.startsWith('#')) return String.fromCodePoint(Number(entity.slice(1)))
    return ENTITIES[entity] ?? whole
  })
}
