/**
 * Change sets: made under a name that says what is in them, read with values before and after and with those nested in them, and
 * executed. A name that is taken by what can't be executed any more is freed first; a change set that is ready is never remade.
 */
import type {
  Change,
  DescribeChangeSetOutput,
  ResourceChange as CfnChange,
  ResourceChangeDetail,
} from '@aws-sdk/client-cloudformation'
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import type {
  ChangeSet,
  ChangeSetStatus,
  PropertyChange,
  ResourceChange,
  ResourceToImport,
  StackInput,
  StackRef,
} from '../../runbooks/provision/ports.ts'
import type {AwsSession} from './session.ts'
import {stackCall} from './stack-call.ts'
import {awsErrorName} from './translate-error.ts'
import {describeStack, unlessAbsent} from './read-stacks.ts'

type Signal = AbortSignal | undefined

export async function makeChangeSet(
  session: AwsSession,
  input: StackInput & {readonly changeSet: string; readonly imports?: readonly ResourceToImport[]},
  signal?: Signal,
): Promise<{readonly id: string}> {
  const {stack, changeSet, imports} = input
  const [present, state] = await Promise.all([
    describeOnce(session, stack, changeSet, undefined, signal),
    describeStack(session, stack, signal),
  ])
  if (present !== null) {
    const status = statusOf(present)
    if (status === 'pending' || status === 'ready') return {id: present.ChangeSetId ?? ''}
    await deleteChangeSet(session, stack, changeSet, signal)
  }
  try {
    const answer = await session.inRegion(stack.region).call(
      'cloudformation',
      'CreateChangeSet',
      {
        ...stackCall(input),
        ChangeSetName: changeSet,
        ClientToken: input.token,
        ...(imports === undefined
          ? {
              ChangeSetType: state === null || state.status === 'REVIEW_IN_PROGRESS' ? 'CREATE' : 'UPDATE',
              IncludeNestedStacks: true,
            }
          : {
              ChangeSetType: 'IMPORT',
              ResourcesToImport: imports.map(({type, logicalId, identifier}) => ({
                ResourceType: type,
                LogicalResourceId: logicalId,
                ResourceIdentifier: identifier,
              })),
            }),
      },
      {signal, resource: stack.name},
    )
    return {id: answer.Id ?? ''}
  } catch (error) {
    // The one that was deleted a moment ago still has the name: deletion of nested ones takes a while.
    if (awsErrorName(error)?.replace(/Exception$/, '') !== 'AlreadyExists') throw error
    throw new Unavailable(
      'cloudformation:CreateChangeSet',
      `the change set ${changeSet} of ${stack.name} is still being deleted`,
      {cause: error},
    )
  }
}

export async function readChangeSet(
  session: AwsSession,
  stack: StackRef,
  nameOrId: string,
  signal?: Signal,
): Promise<ChangeSet | null> {
  const pages: DescribeChangeSetOutput[] = []
  do {
    const page = await describeOnce(session, stack, nameOrId, pages.at(-1)?.NextToken, signal)
    if (page === null) return null
    pages.push(page)
  } while (pages.at(-1)?.NextToken !== undefined)
  const [first] = pages
  if (first === undefined || first.Status === 'DELETE_COMPLETE') return null
  const own = pages.flatMap((page) => (page.Changes ?? []).flatMap(resourceChange))
  return {
    id: first.ChangeSetId ?? '',
    name: first.ChangeSetName ?? '',
    status: statusOf(first),
    reason: statusOf(first) === 'failed' ? await whyFailed(session, stack, first, signal) : (first.StatusReason ?? null),
    changes: await withNested(session, stack.region, own, signal),
  }
}

/** Of a nested one the root says only that it failed, and which it was. */
const nestedFailure = /nested change set (arn:\S+) was not successfully created/i

/**
 * What CloudFormation's early validation found is told by its events alone; without the right
 * to read them its own words have to do.
 */
async function whyFailed(
  session: AwsSession,
  stack: StackRef,
  {ChangeSetId, StatusReason}: DescribeChangeSetOutput,
  signal: Signal,
): Promise<string | null> {
  const inner = nestedFailure.exec(StatusReason ?? '')?.[1]
  if (inner !== undefined && inner !== ChangeSetId) {
    const nested = await describeOnce(session, stack, inner, undefined, signal)
    const why = nested === null ? null : await whyFailed(session, stack, nested, signal)
    return why === null ? (StatusReason ?? null) : `${nested?.StackName ?? inner}: ${why}`
  }
  if (StatusReason?.includes('EarlyValidation') !== true) return StatusReason ?? null
  const events = await session
    .inRegion(stack.region)
    .call('cloudformation', 'DescribeEvents', {ChangeSetName: ChangeSetId}, {signal})
    .then(
      ({OperationEvents = []}) => OperationEvents,
      (error: unknown) => {
        if (error instanceof Unavailable) throw error
        return []
      },
    )
  const found = events.flatMap(({LogicalResourceId, ValidationStatusReason}) =>
    ValidationStatusReason === undefined ? [] : [`${LogicalResourceId ?? ''}: ${ValidationStatusReason}`],
  )
  return found.length === 0 ? StatusReason : found.join('; ')
}

/** Each stack is followed by what changes in it, with the stack's logical id before their paths. */
async function withNested(
  session: AwsSession,
  region: string,
  own: readonly ResourceChange[],
  signal: Signal,
): Promise<readonly ResourceChange[]> {
  const all = await Promise.all(
    own.map(async (change) => {
      if (change.nested === null) return [change]
      const inner = await readChangeSet(session, {name: '', region}, change.nested, signal)
      return [change, ...(inner?.changes ?? []).map((one) => ({...one, path: `${change.path}/${one.path}`}))]
    }),
  )
  return all.flat()
}

export async function executeChangeSet(
  session: AwsSession,
  stack: StackRef,
  changeSet: string,
  token: string,
  signal?: Signal,
): Promise<void> {
  const state = await describeStack(session, stack, signal)
  // A stack whose last operation was left where it failed can only go on in the same manner.
  const unfinished = state?.status === 'CREATE_FAILED' || state?.status === 'UPDATE_FAILED'
  await session.inRegion(stack.region).call(
    'cloudformation',
    'ExecuteChangeSet',
    {
      ...named(stack, changeSet),
      ClientRequestToken: token,
      DisableRollback: unfinished,
      RetainExceptOnCreate: true,
    },
    {signal, resource: changeSet},
  )
}

export async function deleteChangeSet(session: AwsSession, stack: StackRef, changeSet: string, signal?: Signal): Promise<void> {
  await unlessAbsent(() =>
    session
      .inRegion(stack.region)
      .call('cloudformation', 'DeleteChangeSet', named(stack, changeSet), {signal, resource: changeSet}),
  )
}

async function describeOnce(
  session: AwsSession,
  stack: StackRef,
  changeSet: string,
  NextToken: string | undefined,
  signal: Signal,
): Promise<DescribeChangeSetOutput | null> {
  return unlessAbsent(() =>
    session.inRegion(stack.region).call(
      'cloudformation',
      'DescribeChangeSet',
      {
        ...named(stack, changeSet),
        IncludePropertyValues: true,
        ...(NextToken !== undefined && {NextToken}),
      },
      {signal, resource: changeSet},
    ),
  )
}

/** An id says itself whose it is. */
function named(stack: StackRef, changeSet: string): {readonly ChangeSetName: string; readonly StackName?: string} {
  return changeSet.startsWith('arn:') ? {ChangeSetName: changeSet} : {ChangeSetName: changeSet, StackName: stack.name}
}

/** There is no other way to tell "nothing to do" from a failure: https://github.com/aws/aws-cli/issues/3123 */
const nothingToDo = /didn't contain changes|No updates are to be performed/

function statusOf({Status, StatusReason, ExecutionStatus}: DescribeChangeSetOutput): ChangeSetStatus {
  switch (Status) {
    case 'CREATE_PENDING':
    case 'CREATE_IN_PROGRESS':
      return 'pending'
    case 'FAILED':
      return nothingToDo.test(StatusReason ?? '') ? 'empty' : 'failed'
    case 'CREATE_COMPLETE':
      return executionOf(ExecutionStatus)
    default:
      return 'obsolete'
  }
}

function executionOf(status: DescribeChangeSetOutput['ExecutionStatus']): ChangeSetStatus {
  switch (status) {
    case 'AVAILABLE':
      return 'ready'
    case 'EXECUTE_IN_PROGRESS':
    case 'EXECUTE_COMPLETE':
      return 'executed'
    case 'EXECUTE_FAILED':
      return 'failed'
    case 'OBSOLETE':
      return 'obsolete'
    default:
      return 'pending'
  }
}

const actions = {Add: 'add', Remove: 'remove', Import: 'import', Dynamic: 'dynamic'} as const
const replacements = {True: 'yes', False: 'no', Conditional: 'maybe'} as const
const recreations = {Never: 'no', Conditionally: 'maybe', Always: 'yes'} as const

function resourceChange({ResourceChange: change}: Change): readonly ResourceChange[] {
  if (change === undefined) return []
  return [
    {
      path: change.LogicalResourceId ?? '',
      type: change.ResourceType ?? '',
      physicalId: change.PhysicalResourceId ?? null,
      action: actions[change.Action as keyof typeof actions] ?? 'modify',
      replacement:
        replacements[change.Replacement as keyof typeof replacements] ?? (change.Action === 'Dynamic' ? 'maybe' : 'no'),
      properties: propertyChanges(change),
      nested: change.ChangeSetId ?? null,
    },
  ]
}

/** CloudFormation lists a property once for each thing that changes it; here it is one change. */
function propertyChanges({Details}: CfnChange): readonly PropertyChange[] {
  const byPath = new Map<string, ResourceChangeDetail[]>()
  for (const detail of Details ?? []) byPath.set(pathOf(detail), [...(byPath.get(pathOf(detail)) ?? []), detail])
  return [...byPath].map(([path, details]) => ({
    path,
    before: details.find(({Target}) => Target?.BeforeValue !== undefined)?.Target?.BeforeValue ?? null,
    after: details.find(({Target}) => Target?.AfterValue !== undefined)?.Target?.AfterValue ?? null,
    replaces: worst(details.map(({Target}) => recreations[Target?.RequiresRecreation as keyof typeof recreations] ?? 'no')),
    follows: details.every(({Evaluation}) => Evaluation === 'Dynamic'),
  }))
}

function pathOf({Target}: ResourceChangeDetail): string {
  if (Target?.Path !== undefined) return Target.Path.replace(/^\//, '')
  return Target?.Attribute === 'Properties' ? `Properties/${Target.Name ?? ''}` : (Target?.Attribute ?? '')
}

const worst = (all: readonly ('no' | 'maybe' | 'yes')[]): 'no' | 'maybe' | 'yes' =>
  all.includes('yes') ? 'yes' : all.includes('maybe') ? 'maybe' : 'no'
