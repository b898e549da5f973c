/**
 * How a stack is called on screens: `main@eu-west-1` is `main eu-west-1`, and so is its second pass (`.then`) or an output of it.
 */
export function placed(id: string): string {
  const [, kind, region] = /^(\w+)@([a-z0-9-]+)/.exec(id) ?? []
  return kind === undefined || region === undefined ? id : `${kind} ${region}`
}
