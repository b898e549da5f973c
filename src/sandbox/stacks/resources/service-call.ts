/**
 * How a handler of this family speaks to its service: through the operations a client would call, so that whatever a stack makes
 * can be described, changed and deleted by anybody.
 */
import {AwsFault} from '../../world/contract.ts'
import type {ResourceRequest} from '../contract.ts'

export async function call<Output>(
  {world, region}: Pick<ResourceRequest, 'world' | 'region'>,
  service: string,
  operation: string,
  input: object,
): Promise<Output> {
  return (await world.invoke(service, operation, input, region)) as Output
}

/** The answer, or null when what was asked for isn't there (any more). */
export async function unlessMissing<Output>(ask: () => Promise<Output>, codes: readonly string[]): Promise<Output | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof AwsFault && codes.includes(error.code)) return null
    throw error
  }
}

/** Tags as most services write them. */
export const keyValueTags = (tags: Readonly<Record<string, string>>): {Key: string; Value: string}[] =>
  Object.entries(tags).map(([Key, Value]) => ({Key, Value}))

/** Of two sets of tags: what must be set, and the keys that must go. */
export function tagChanges(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): {readonly set: Readonly<Record<string, string>>; readonly gone: readonly string[]} {
  return {
    set: Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value)),
    gone: Object.keys(before).filter((key) => !Object.hasOwn(after, key)),
  }
}

/** It was changed or deleted behind the stack's back: drift says so. */
export const missing = (request: {readonly type: string; readonly physicalId: string}): AwsFault =>
  new AwsFault(
    'NotFoundException',
    `Resource of type '${request.type}' with identifier '${request.physicalId}' was not found.`,
    404,
  )
