/**
 * Reads stacks, outputs and parameters, each once, and puts them in the place of references. It never makes a value up: what
 * isn't there yet is named, so that whoever asked can wait for it.
 */
import type {WantedStack} from './infra-plan.ts'
import type {ProvisionWorld, StackRef, StackState} from './ports.ts'

export type Values = Readonly<Record<string, string>>

export type Filled =
  | {readonly kind: 'filled'; readonly parameters: Values}
  /** References that can't be filled in yet. */
  | {readonly kind: 'missing'; readonly references: readonly string[]}

export interface AccountReader {
  /** By id: `main@eu-west-1`. */
  state(id: string): Promise<StackState | null>
  template(id: string): Promise<string | null>
  /** A stack nested in a root, by its logical id. */
  nested(id: string, logicalId: string): Promise<StackState | null>
  /** Values of a Region's parameters; what isn't there is left out. */
  parameters(region: string, names: readonly string[]): Promise<Values>
  fill(stack: Pick<WantedStack, 'region'>, values: Values): Promise<Filled>
}

export interface Reference {
  /** `main@eu-west-1`; null: a parameter of the stack's own Region. */
  readonly stack: string | null
  /** `Edge`; null: the root's own output. */
  readonly nested: string | null
  /** Name of the output or parameter. */
  readonly name: string
}

/** null: an ordinary value. */
export function referenceIn(value: string): Reference | null {
  if (value.startsWith('@parameter:')) return {stack: null, nested: null, name: value.slice('@parameter:'.length)}
  const found = /^@([a-z]+@[a-z0-9-]+)(?:\/(\w+))?:(\w+)$/.exec(value)
  return found === null ? null : {stack: found[1] ?? '', nested: found[2] ?? null, name: found[3] ?? ''}
}

/** `all`: the stacks that ids and references may name. */
export function accountReader(world: ProvisionWorld, all: readonly WantedStack[], signal?: AbortSignal): AccountReader {
  const read = new Map<string, Promise<unknown>>()
  const once = <T>(key: string, reading: () => Promise<T>): Promise<T> => {
    const before = read.get(key) as Promise<T> | undefined
    if (before !== undefined) return before
    const begun = reading()
    read.set(key, begun)
    // What couldn't be read is asked again; what could isn't.
    begun.catch(() => read.delete(key))
    return begun
  }
  const refOf = (id: string): StackRef => {
    const stack = all.find((one) => one.id === id)
    if (stack === undefined) throw new Error(`no stack is called ${id}`)
    return {name: stack.name, region: stack.region}
  }
  const reader: AccountReader = {
    state: (id) => once(id, () => world.stacks.describe(refOf(id), signal)),
    template: (id) => once(`${id} template`, () => world.stacks.template(refOf(id), signal)),
    async nested(id, logicalId) {
      const resources = await once(`${id} resources`, () => world.stacks.resources(refOf(id), signal))
      const name = resources.find((one) => one.logicalId === logicalId)?.physicalId ?? ''
      return name === ''
        ? null
        : once(`${id}/${logicalId}`, () => world.stacks.describe({name, region: refOf(id).region}, signal))
    },
    async parameters(region, names) {
      const wanted = [...new Set(names)].toSorted()
      return wanted.length === 0
        ? {}
        : once(`${region} ${wanted.join(' ')}`, () => world.ground.parameters(region, wanted, signal))
    },
    async fill({region}, values) {
      const entries = await Promise.all(
        Object.entries(values).map(async ([name, value]) => ({name, value, held: await held(region, value)})),
      )
      const missing = entries.filter((one) => one.held === null).map(({value}) => value)
      if (missing.length > 0) return {kind: 'missing', references: missing}
      return {kind: 'filled', parameters: Object.fromEntries(entries.map((one) => [one.name, one.held ?? '']))}
    },
  }
  async function held(region: string, value: string): Promise<string | null> {
    const reference = referenceIn(value)
    if (reference === null) return value
    const {stack, nested, name} = reference
    if (stack === null) return (await reader.parameters(region, [name]))[name] ?? null
    const state = nested === null ? await reader.state(stack) : await reader.nested(stack, nested)
    return state?.outputs[name] ?? null
  }
  return reader
}
