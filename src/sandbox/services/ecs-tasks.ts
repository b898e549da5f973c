/** Tasks as they are seen and stopped from outside. Stopped ones stay listable for an hour, as evidence. */
import type * as E from '@aws-sdk/client-ecs'
import type {CallContext} from '../world/contract.ts'
import {taskShape} from './ecs-shapes.ts'
import {clusterOf, invalidParameter, lastPart, pageOf, serviceOf} from './ecs-state.ts'
import type {EcsRegion, Task} from './ecs-state.ts'
import type {TaskLife} from './ecs-task-life.ts'

export function taskOperations(stateOf: (region: string) => EcsRegion, life: TaskLife) {
  return {
    ListTasks: (input: E.ListTasksCommandInput, call: CallContext): Partial<E.ListTasksCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      const service = input.serviceName === undefined ? undefined : serviceOf(state, cluster, input.serviceName)
      const desired = input.desiredStatus ?? 'RUNNING'
      const chosen = [...state.tasks.values()].filter(
        (task) =>
          task.service.cluster === cluster
          && task.desired === desired
          && (service === undefined || task.service === service)
          && (input.family === undefined || task.deployment.definition.family === input.family)
          && (input.startedBy === undefined
            || (task.alone === undefined ? task.deployment.id : task.alone.startedBy) === input.startedBy),
      )
      const page = pageOf(
        chosen.map((task) => task.arn),
        input.nextToken,
        input.maxResults,
      )
      return {taskArns: page.items, nextToken: page.nextToken}
    },

    DescribeTasks: (input: E.DescribeTasksCommandInput, call: CallContext): Partial<E.DescribeTasksCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      if ((input.tasks?.length ?? 0) === 0) throw invalidParameter('Tasks cannot be empty.')
      if ((input.tasks?.length ?? 0) > 100) throw invalidParameter('Tasks cannot have more than 100 elements.')
      const tags = input.include?.includes('TAGS') === true ? 'with-tags' : 'without-tags'
      const tasks: E.Task[] = []
      const failures: E.Failure[] = []
      for (const name of input.tasks ?? []) {
        const task = state.tasks.get(lastPart(name))
        if (task?.service.cluster === cluster) tasks.push(taskShape(state, task, tags))
        else
          failures.push({
            arn: name.startsWith('arn:') ? name : `${cluster.arn.replace(':cluster/', ':task/')}/${name}`,
            reason: 'MISSING',
          })
      }
      return {tasks, failures}
    },

    StopTask: (input: E.StopTaskCommandInput, call: CallContext): Partial<E.StopTaskCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      const task: Task | undefined = state.tasks.get(lastPart(input.task ?? ''))
      if (task?.service.cluster !== cluster) throw invalidParameter('The referenced task was not found.')
      life.stop(task, {code: 'UserInitiated', reason: input.reason ?? 'Task stopped by user', drain: 'no'})
      return {task: taskShape(state, task, 'without-tags')}
    },
  }
}
