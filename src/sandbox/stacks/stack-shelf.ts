/** All stacks of the account by Region. A name is taken until its stack is deleted; a deleted stack is found by its id alone. */
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'
import {uuid} from '../world/uuid.ts'
import type {Stack} from './stack-state.ts'

export interface StackShelf {
  add(stack: Pick<Stack, 'name' | 'region' | 'parent' | 'path'>): Stack
  /** By id, or by the name of one that isn't deleted. */
  find(region: string, nameOrId: string): Stack | undefined
  /** Throws what CloudFormation says when there is none. */
  get(region: string, nameOrId: string): Stack
  /** Newest first, deleted ones included. */
  list(region: string): readonly Stack[]
}

export function createStackShelf(world: World): StackShelf {
  const byId = new Map<string, Stack>()
  const find: StackShelf['find'] = (region, nameOrId) => {
    if (nameOrId.startsWith('arn:')) {
      const stack = byId.get(nameOrId)
      return stack?.region === region ? stack : undefined
    }
    let found: Stack | undefined
    for (const stack of byId.values()) {
      if (stack.region === region && stack.name === nameOrId && stack.status !== 'DELETE_COMPLETE') found = stack
    }
    return found
  }
  return {
    find,
    get: (region, nameOrId) => {
      const stack = find(region, nameOrId)
      if (stack === undefined) throw new AwsFault('ValidationError', `Stack with id ${nameOrId} does not exist`)
      return stack
    },
    list: (region) => [...byId.values()].filter((stack) => stack.region === region).reverse(),
    add: ({name, region, parent, path}) => {
      const stack = newStack(world, name, region, parent, path)
      byId.set(stack.id, stack)
      return stack
    },
  }
}

function newStack(world: World, name: string, region: string, parent: Stack | null, path: readonly string[]): Stack {
  return {
    id: `arn:aws:cloudformation:${region}:${world.account}:stack/${name}/${uuid(world)}`,
    name,
    region,
    parent,
    path,
    root: parent === null ? null : (parent.root ?? parent),
    createdAt: world.clock.now(),
    status: 'CREATE_IN_PROGRESS',
    reason: null,
    updatedAt: null,
    deletedAt: null,
    recipe: null,
    resources: new Map(),
    outputs: [],
    stable: null,
    leftOver: [],
    events: [],
    operations: [],
    protected: false,
    policy: null,
    onFailure: 'ROLLBACK',
    role: null,
    timeoutMinutes: null,
    changeSet: null,
    unsettled: false,
    running: Promise.resolve(),
    drift: {status: 'NOT_CHECKED', at: null},
  }
}
