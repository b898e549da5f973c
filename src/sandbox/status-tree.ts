/** The status as a tree for a person. Data in, lines out. */
import {faultLine} from './fault-kinds.ts'
import type {Delivery} from './services/scheduler-state.ts'
import type {SandboxStatus, ServiceStatus} from './status.ts'

interface Branch {
  readonly text: string
  readonly below?: readonly Branch[]
}

export function statusTree(status: SandboxStatus, endpoint: string): string {
  const {clock, regions} = status
  const schedules = status.schedules.map(({name, region, dueAt}) => ({
    text: `${name} in ${region}, due in ${Math.round((dueAt - clock.epochMs) / 1000)} s at ${time(dueAt)}`,
  }))
  const branches: readonly Branch[] = [
    {text: `${time(clock.epochMs)}, clock × ${clock.speed}, ${regions.join(' and ')}, account ${status.account}`},
    ...status.services.map(serviceBranch),
    {text: `images: ${status.images.map(({tag}) => tag).join(', ') || 'none'}`},
    {text: schedules.length === 0 ? 'schedules: none' : 'schedules', below: schedules},
    ...(status.deliveries.length === 0 ? [] : [{text: 'fired', below: status.deliveries.slice(-5).map(deliveryBranch)}]),
    {
      text: status.faults.length === 0 ? 'faults: none' : 'faults',
      below: status.faults.map((fault) => ({text: faultLine(fault)})),
    },
  ]
  return [`${status.name} ${endpoint}`, ...lines(branches, '')].join('\n')
}

function serviceBranch({service, loadBalancer, weights, slots}: ServiceStatus): Branch {
  return {
    text: `${service} behind ${loadBalancer}`,
    below: slots.map(({slot, desired, running, healthy, taskDefinition}) => {
      const revision = taskDefinition?.split('/').at(-1) ?? 'no task definition'
      return {
        text:
          `${slot}  weight ${String(weights[slot]).padStart(3)}  ${revision}, desired ${desired}, running ${running}, `
          + `healthy ${healthy}`,
      }
    }),
  }
}

function deliveryBranch({schedule, target, at, failure}: Delivery): Branch {
  return {text: `${time(at)} ${schedule} ${target}${failure === null ? '' : `: failed, ${failure}`}`}
}

function time(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
}

function lines(branches: readonly Branch[], indent: string): readonly string[] {
  return branches.flatMap(({text, below = []}, index) => {
    const isLast = index === branches.length - 1
    return [`${indent}${isLast ? '└─' : '├─'} ${text}`, ...lines(below, `${indent}${isLast ? '   ' : '│  '}`)]
  })
}
