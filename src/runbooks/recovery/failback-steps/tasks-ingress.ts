/** The one rule of the database's group, as the template has it: the tasks of this Region, on the database's port. Pure. */
import type {FailbackInput, Side} from '../input.ts'

const asInTemplate = 'API tasks'
/** The words by which the Region's own fence knows a failback's door (foundation.yaml): it closes it, and restarts nothing for it. */
export const orphansDoor = 'orphan rows'

export function tasksIngress(
  {config}: Pick<FailbackInput, 'config'>,
  {taskGroup}: Side,
  Description: typeof asInTemplate | typeof orphansDoor = asInTemplate,
): string {
  const port = Number(config.parameters['DatabasePort'] ?? '5433')
  return JSON.stringify([
    {IpProtocol: 'tcp', FromPort: port, ToPort: port, UserIdGroupPairs: [{GroupId: taskGroup, Description}]},
  ])
}
