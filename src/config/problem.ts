/** One thing wrong with a configuration, before anybody knows on which line it stands. */
export type Path = readonly (string | number)[]

export interface Problem {
  readonly path: Path
  readonly message: string
  /** Which end of `key: value` is at fault. */
  readonly on: 'key' | 'value'
}

/** `steps[1].weight`; empty for the whole file. */
export function pathText(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')
}

export function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Readonly<Record<string | number, unknown>>)[part]
  }
  return value
}
