/**
 * Whether a stack is as it shall be, and what it shall be brought to if it isn't. It only reads. "Equal" is text of the template,
 * every parameter, tags, and what SSM parameters hold now: only then is no change set needed. A stack that is there is never
 * taken back to its first pass.
 */
import {createHash} from 'node:crypto'
import type {AccountReader, Values} from './account-reader.ts'
import type {WantedStack} from './infra-plan.ts'
import type {StackState} from './ports.ts'
import {isComplete} from './way-on.ts'

/** What a change set is to be made of. */
export interface Goal {
  /** null: keep the value it has. */
  readonly parameters: Readonly<Record<string, string | null>>
  /** Hash of template, parameters, tags, and what SSM parameters hold. */
  readonly fingerprint: string
  /** The same for the same goal and the same state before, so that a second run finds it. */
  readonly changeSet: string
}

export type Compared =
  | {readonly kind: 'same'; readonly goal: Goal}
  | {readonly kind: 'differs'; readonly goal: Goal}
  /** It can be told only once these are there. */
  | {readonly kind: 'later'; readonly waitsFor: readonly string[]}

/** `pass`: which of the two it shall be brought to. */
export async function compareStack(
  reader: AccountReader,
  stack: WantedStack,
  state: StackState,
  pass: 'first' | 'then',
): Promise<Compared> {
  const waitsFor = pass === 'then' ? await absent(reader, stack.thenNeeds) : []
  if (waitsFor.length > 0) return {kind: 'later', waitsFor}
  const {keep} = stack
  const given = Object.fromEntries(
    Object.entries(stack[pass]).filter(([name]) => !(keep.includes(name) && name in state.parameters)),
  )
  const filled = await reader.fill(stack, given)
  if (filled.kind === 'missing') return {kind: 'later', waitsFor: filled.references.map((one) => one.slice(1))}
  const [template, held] = await Promise.all([reader.template(stack.id), heldNow(reader, stack, state)])
  const kept = Object.fromEntries(keep.filter((name) => name in state.parameters).map((name) => [name, null]))
  const parameters = {...filled.parameters, ...kept}
  const fingerprint = hash([stack.templateHash, entries(parameters), entries(stack.tags), held.values])
  const same =
    template === stack.body
    && !held.changed
    && equal(filled.parameters, without(state.parameters, keep))
    && equal(stack.tags, state.tags)
  return {
    kind: same ? 'same' : 'differs',
    goal: {parameters, fingerprint, changeSet: `sluice-${hash([fingerprint, state.id, state.changedAt]).slice(0, 12)}`},
  }
}

/** Of a stack that isn't there yet. */
export const firstFingerprint = ({templateHash, first, tags}: WantedStack): string =>
  hash([templateHash, entries(first), entries(tags)])

/** Whether a stack whose last operation failed had got no further than its first pass. */
export function isAtFirst({first, then}: WantedStack, {status, parameters}: StackState): boolean {
  const changing = Object.keys(then).filter((name) => then[name] !== first[name])
  return status === 'CREATE_FAILED' || (changing.length > 0 && changing.every((name) => parameters[name] === first[name]))
}

/** A stack that is being brought to its second pass has had what others need since its first. */
async function absent(reader: AccountReader, needs: readonly string[]): Promise<readonly string[]> {
  const ids = needs.map((need) => need.replace(/\.then$/, ''))
  const states = await Promise.all(ids.map((id) => reader.state(id)))
  return ids.filter((_, index) => {
    const state = states[index]
    return state === null || state === undefined || !(isComplete(state.status) || state.status === 'UPDATE_IN_PROGRESS')
  })
}

/** Of the root's own SSM parameters and of those that nested stacks read. */
async function heldNow(
  reader: AccountReader,
  stack: WantedStack,
  state: StackState,
): Promise<{readonly changed: boolean; readonly values: readonly unknown[]}> {
  const nested = await Promise.all(
    (stack.watches ?? []).map(async ({path, parameter}) => ({parameter, state: await reader.nested(stack.id, path)})),
  )
  const resolved = [
    ...Object.keys(state.resolved).map((parameter) => ({parameter, state})),
    ...nested.filter((one) => one.state?.resolved[one.parameter] !== undefined),
  ]
    .map(({parameter, state: holder}) => ({name: holder?.parameters[parameter] ?? '', was: holder?.resolved[parameter] ?? ''}))
    .filter(({name}) => name !== '')
  const now = await reader.parameters(
    stack.region,
    resolved.map(({name}) => name),
  )
  return {changed: resolved.some(({name, was}) => now[name] !== undefined && now[name] !== was), values: entries(now)}
}

const entries = (values: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] =>
  Object.entries(values).toSorted(([x], [y]) => (x < y ? -1 : 1))
const without = (values: Values, names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)))
const equal = (one: Values, other: Values): boolean => JSON.stringify(entries(one)) === JSON.stringify(entries(other))
const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')
