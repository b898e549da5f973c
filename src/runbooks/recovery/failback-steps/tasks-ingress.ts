/** The one rule of the database's group, as the template has it: the tasks of this Region, on the database's port. Pure. */
import type {FailbackInput, Side} from '../input.ts'

export function tasksIngress({config}: Pick<FailbackInput, 'config'>, {taskGroup}: Side): string {
  const port = Number(config.parameters['DatabasePort'] ?? '5433')
  return JSON.stringify([
    {IpProtocol: 'tcp', FromPort: port, ToPort: port, UserIdGroupPairs: [{GroupId: taskGroup, Description: 'API tasks'}]},
  ])
}
