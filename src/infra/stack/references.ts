/** Which names a piece of a template refers to: `Ref`, `GetAtt`, `Sub`. Branches of `If` that aren't taken don't count. Pure. */

/** `taken`: whether a condition holds; null when it can't be told, then both branches count. */
export function references(value: unknown, taken: (condition: string) => boolean | null): ReadonlySet<string> {
  const found = new Set<string>()
  collect(value, taken, found)
  return found
}

function collect(value: unknown, taken: (condition: string) => boolean | null, into: Set<string>): void {
  if (Array.isArray(value)) return value.forEach((one) => collect(one, taken, into))
  if (typeof value !== 'object' || value === null) return
  for (const [name, argument] of Object.entries(value)) {
    if (name === 'Ref' && typeof argument === 'string') into.add(argument)
    else if (name === 'Fn::GetAtt') into.add(attributeOwner(argument))
    else if (name === 'Fn::Sub') substituted(argument, taken, into)
    else if (name === 'Fn::If' && Array.isArray(argument)) collect(branch(argument as readonly unknown[], taken), taken, into)
    else collect(argument, taken, into)
  }
}

const attributeOwner = (argument: unknown): string =>
  Array.isArray(argument) ? String(argument[0]) : (String(argument).split('.')[0] ?? '')

function branch([condition, yes, no]: readonly unknown[], taken: (condition: string) => boolean | null): unknown {
  const holds = taken(String(condition))
  return holds === null ? [yes, no] : holds ? yes : no
}

/** `${Name}` and `${Name.Attribute}`; `${!Name}` is meant literally, and a Sub's own variables hide names. */
function substituted(argument: unknown, taken: (condition: string) => boolean | null, into: Set<string>): void {
  const [text, variables] = Array.isArray(argument) ? (argument as readonly unknown[]) : [argument, {}]
  const own = Object.keys(variables ?? {})
  for (const [, name] of String(text).matchAll(/\$\{([^!}][^}]*)\}/g)) {
    const owner = name?.split('.')[0]?.trim() ?? ''
    if (!own.includes(owner)) into.add(owner)
  }
  collect(variables, taken, into)
}
