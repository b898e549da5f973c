/** Task definitions: families of revisions that never change, only become inactive. */
import type * as E from '@aws-sdk/client-ecs'
import type {CallContext, World} from '../world/contract.ts'
import {clientFault, findDefinition, invalidParameter, pageOf, setTags, tagList} from './ecs-state.ts'
import type {EcsRegion, TaskDefinition} from './ecs-state.ts'

export function taskDefinitionOperations(world: World, stateOf: (region: string) => EcsRegion) {
  const shapeOf = (definition: TaskDefinition): E.TaskDefinition => ({
    ...definition.shape,
    status: definition.active ? 'ACTIVE' : 'INACTIVE',
  })
  const known = (state: EcsRegion, reference: string | undefined): TaskDefinition => {
    const definition = findDefinition(state, reference)
    if (definition === undefined) throw clientFault('Unable to describe task definition.')
    return definition
  }

  return {
    RegisterTaskDefinition: (
      input: E.RegisterTaskDefinitionCommandInput,
      call: CallContext,
    ): Partial<E.RegisterTaskDefinitionCommandOutput> => {
      const state = stateOf(call.region)
      const {family = '', tags, containerDefinitions: containers = [], ...rest} = input
      if (!/^[\w-]{1,255}$/.test(family)) throw clientFault('Family contains invalid characters.')
      if (containers.length === 0) throw clientFault('Container list cannot be empty.')
      for (const container of containers) {
        if (container.name === undefined || container.image === undefined) {
          throw clientFault('Container.name and Container.image must be set.')
        }
      }
      const revision =
        1 + Math.max(0, ...[...state.definitions.values()].filter((one) => one.family === family).map((one) => one.revision))
      const arn = `arn:aws:ecs:${call.region}:${call.account}:task-definition/${family}:${revision}`
      const shape: E.TaskDefinition = {
        ...rest,
        taskDefinitionArn: arn,
        family,
        revision,
        containerDefinitions: containers.map((container) => ({
          ...container,
          essential: container.essential ?? true,
          environment: container.environment ?? [],
        })),
        networkMode: input.networkMode ?? 'awsvpc',
        volumes: input.volumes ?? [],
        placementConstraints: input.placementConstraints ?? [],
        compatibilities: ['EC2', 'FARGATE'],
        registeredAt: new Date(world.clock.now()),
        registeredBy: `arn:aws:iam::${call.account}:root`,
      }
      const definition = {arn, family, revision, shape, active: true}
      state.definitions.set(`${family}:${revision}`, definition)
      setTags(state, arn, tags)
      return {taskDefinition: shapeOf(definition), tags: tagList(state.tags.get(arn))}
    },

    DescribeTaskDefinition: (
      input: E.DescribeTaskDefinitionCommandInput,
      call: CallContext,
    ): Partial<E.DescribeTaskDefinitionCommandOutput> => {
      const state = stateOf(call.region)
      const definition = known(state, input.taskDefinition)
      const tags = input.include?.includes('TAGS') === true ? {tags: tagList(state.tags.get(definition.arn))} : {}
      return {taskDefinition: shapeOf(definition), ...tags}
    },

    ListTaskDefinitions: (
      input: E.ListTaskDefinitionsCommandInput,
      call: CallContext,
    ): Partial<E.ListTaskDefinitionsCommandOutput> => {
      const status = input.status ?? 'ACTIVE'
      const chosen = [...stateOf(call.region).definitions.values()]
        .filter(
          (one) =>
            (input.familyPrefix === undefined || one.family === input.familyPrefix) && one.active === (status === 'ACTIVE'),
        )
        .sort((a, b) => (a.family < b.family ? -1 : a.family > b.family ? 1 : a.revision - b.revision))
      if (input.sort === 'DESC') chosen.reverse()
      const page = pageOf(
        chosen.map((one) => one.arn),
        input.nextToken,
        input.maxResults,
      )
      return {taskDefinitionArns: page.items, nextToken: page.nextToken}
    },

    DeregisterTaskDefinition: (
      input: E.DeregisterTaskDefinitionCommandInput,
      call: CallContext,
    ): Partial<E.DeregisterTaskDefinitionCommandOutput> => {
      if (!(input.taskDefinition ?? '').includes(':')) throw invalidParameter('The specified task definition needs a revision.')
      const definition = known(stateOf(call.region), input.taskDefinition)
      definition.active = false
      return {taskDefinition: shapeOf(definition)}
    },
  }
}
