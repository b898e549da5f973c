/** Would anybody be told when something goes wrong over there? */
import type {ReadinessPort} from '../ports/readiness-port.ts'
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const alarms: Check = {
  id: 'alarms',
  title: 'alarms',
  look: async ({world, place, to, signal}) =>
    alarmFindings(await world.readiness.alarms(to, `${place.service}-${place.environment}`, signal), to),
}

export function alarmFindings(all: Awaited<ReturnType<ReadinessPort['alarms']>>, to: string): readonly Found[] {
  if (all.length === 0) return [fail(`There are no alarms in ${to}.`, {suggestions: ['sluice infra up --only recovery']})]
  const evidence = {alarms: all.length, ringing: all.filter(({state}) => state === 'ALARM').map(({name}) => name)}
  const mute = all.filter(({actions}) => !actions)
  const found = [
    ...(evidence.ringing.length > 0
      ? [
          warn(
            `${evidence.ringing.length} of ${all.length} alarms in ${to} are ringing: ${evidence.ringing.slice(0, 3).join(', ')}.`,
            {evidence},
          ),
        ]
      : []),
    ...(mute.length > 0
      ? [
          warn(`${mute.length} of ${all.length} alarms in ${to} tell nobody: their actions are off.`, {
            evidence,
            suggestions: [
              `aws cloudwatch enable-alarm-actions --region ${to} --alarm-names ${mute.map(({name}) => name).join(' ')}`,
            ],
          }),
        ]
      : []),
  ]
  return found.length > 0 ? found : [ok(`${all.length} alarms in ${to}, none ringing.`, evidence)]
}
