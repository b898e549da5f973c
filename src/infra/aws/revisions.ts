/**
 * Task definition revisions: the same as another but for one image. An identical ACTIVE revision is used again, because AWS
 * lets us register one a second and every one stays for ever. It must carry over whatever it doesn't know.
 */
import type {ContainerDefinition, RegisterTaskDefinitionCommandInput, Tag, TaskDefinition} from '@aws-sdk/client-ecs'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Revisions} from '../../runbooks/release/ports.ts'
import type {AwsSession} from './session.ts'

/** How many of the newest revisions are compared before a new one is registered. */
const comparedRevisions = 10

export function revisions(session: AwsSession, container: string | null): Revisions {
  const describe = async (
    taskDefinition: string,
    signal: AbortSignal,
  ): Promise<{
    readonly definition: TaskDefinition
    readonly tags: readonly Tag[]
  }> => {
    const answer = await session.call(
      'ecs',
      'DescribeTaskDefinition',
      {taskDefinition, include: ['TAGS']},
      {signal, resource: taskDefinition},
    )
    return {definition: answer.taskDefinition ?? {}, tags: answer.tags ?? []}
  }
  return {
    async image(taskDefinition, signal) {
      const {definition} = await describe(taskDefinition, signal)
      return releasedContainer(definition, container).image ?? ''
    },
    async withImage(from, image, signal) {
      const {definition, tags} = await describe(from, signal)
      const wanted = replacingImage(definition, container, image)
      if (contentOf(wanted) === contentOf(definition) && definition.status === 'ACTIVE') {
        return {taskDefinition: definition.taskDefinitionArn ?? from, reused: true}
      }
      const newest = await session.call(
        'ecs',
        'ListTaskDefinitions',
        {familyPrefix: definition.family, status: 'ACTIVE', sort: 'DESC', maxResults: comparedRevisions},
        {signal, resource: from},
      )
      for (const arn of newest.taskDefinitionArns ?? []) {
        if (arn === definition.taskDefinitionArn) continue
        const other = await describe(arn, signal)
        if (contentOf(other.definition) === contentOf(wanted)) return {taskDefinition: arn, reused: true}
      }
      // Tags of AWS's own can't be written back.
      const own = tags.filter((tag) => tag.key?.startsWith('aws:') !== true)
      const registered = await session.call(
        'ecs',
        'RegisterTaskDefinition',
        {...registrable(wanted), ...(own.length > 0 && {tags: own})},
        {signal, resource: definition.family ?? from},
      )
      return {taskDefinition: registered.taskDefinition?.taskDefinitionArn ?? '', reused: false}
    },
  }
}

/** The container a release changes: the named one, else the first essential one. */
export function releasedContainer(definition: TaskDefinition, container: string | null): ContainerDefinition {
  const all = definition.containerDefinitions ?? []
  const found = container === null ? all.find((one) => one.essential !== false) : all.find((one) => one.name === container)
  if (found !== undefined) return found
  const wanted = container === null ? 'essential container' : `container named ${container}`
  throw new SluiceError({
    code: 'container-not-found',
    exitCode: ExitCode.usage,
    message: `${definition.family ?? 'The task definition'}:${definition.revision ?? '?'} has no ${wanted}.`,
    suggestions: [`set \`container\` in sluice.yaml to one of: ${all.map((one) => one.name).join(', ')}`],
  })
}

function replacingImage(definition: TaskDefinition, container: string | null, image: string): TaskDefinition {
  const target = releasedContainer(definition, container)
  return {
    ...definition,
    containerDefinitions: (definition.containerDefinitions ?? []).map((one) => (one === target ? {...one, image} : one)),
  }
}

/** What RegisterTaskDefinition takes: everything but what AWS adds itself. */
function registrable(definition: TaskDefinition): RegisterTaskDefinitionCommandInput {
  const {
    taskDefinitionArn: _arn,
    revision: _revision,
    status: _status,
    requiresAttributes: _attributes,
    compatibilities: _compatibilities,
    registeredAt: _at,
    registeredBy: _by,
    deregisteredAt: _deregistered,
    ...rest
  } = definition
  const {deleteRequestedAt: _deleted, ...content} = rest as typeof rest & {readonly deleteRequestedAt?: unknown}
  return {...content, family: definition.family, containerDefinitions: definition.containerDefinitions}
}

/** Whether a revision says what would be registered. */
export const sameDefinition = (present: TaskDefinition, wanted: RegisterTaskDefinitionCommandInput): boolean =>
  contentOf(present) === contentOf(wanted)

/** One spelling of a definition's content: keys sorted, what is absent or empty left out, named lists by name. */
function contentOf(definition: TaskDefinition): string {
  return JSON.stringify(canonical(registrable(definition)) ?? {})
}

function canonical(value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) return value.length === 0 ? undefined : byName(value.map(canonical))
  if (typeof value !== 'object') return value
  const all = Object.entries(value).map(([key, member]) => [key, canonical(member)] as const)
  const members = all.filter(([, member]) => member !== undefined)
  return members.length === 0 ? undefined : Object.fromEntries(members.sort(([x], [y]) => (x < y ? -1 : 1)))
}

/** Environment and secrets are sets that AWS may answer in another order; in all other lists order means something. */
function byName(list: readonly unknown[]): readonly unknown[] {
  const isNamed = (one: unknown): boolean => one !== null && typeof one === 'object' && 'name' in one
  const isSet = list.every((one) => isNamed(one) && ('value' in (one as object) || 'valueFrom' in (one as object)))
  return isSet ? [...list].sort((x, y) => ((x as {name: string}).name < (y as {name: string}).name ? -1 : 1)) : list
}
