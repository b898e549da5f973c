/**
 * A task of an image that the sandbox doesn't have (Prometheus, node exporters): nothing runs, it only counts as RUNNING. Tasks
 * behind a load balancer are never placeholders, because somebody would talk to them.
 */
import type {SandboxClock} from '../world/contract.ts'
import type {TaskEnd, TaskProcess} from './task-process.ts'

/** How long a task that never becomes stable lives, virtual ms. */
const SHORT_LIFE_MS = 10_000

export function placeholderTask(clock: SandboxClock, image: string, fate: 'stays' | 'dies'): TaskProcess {
  let end = (_end: TaskEnd): void => {}
  const ended = new Promise<TaskEnd>((resolve) => {
    end = resolve
  })
  if (fate === 'dies')
    clock.at(clock.now() + SHORT_LIFE_MS, () => {
      end({exitCode: 1})
    })
  const line =
    fate === 'stays'
      ? `The sandbox has no image ${image}: nothing runs here, the task only counts as running.`
      : `fatal: ${image} can't start: made to fail by the fault never-stable`
  return {
    pid: undefined,
    lines: () => [line],
    incident: () => {},
    terminate: () => {
      end({exitCode: 0})
    },
    kill: () => {
      end({exitCode: 137})
    },
    ended,
  }
}
