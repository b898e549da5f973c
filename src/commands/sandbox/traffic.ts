import {Flags} from '@oclif/core'
import type {Outcome} from '../../command.ts'
import {SluiceCommand} from '../../command.ts'
import {checkSandboxName, readHandle, removeHandle} from '../../config/sandbox-handle.ts'
import {ExitCode} from '../../errors.ts'
import {askOrExplain, reachSandbox} from '../../sandbox/reach.ts'

export default class SandboxTraffic extends SluiceCommand {
  static override description = 'Changes how many requests per virtual minute run against the load balancers. 0 ends them.'
  static override examples = [
    '<%= config.bin %> sandbox traffic --rate 1800', '<%= config.bin %> sandbox traffic --rate 0 --service api',
  ]
  static override flags = {
    name: Flags.string({description: 'which sandbox', default: 'default'}),
    rate: Flags.integer({description: 'requests per virtual minute', required: true, min: 0}),
    service: Flags.string({description: 'only to this service; all of them if left out'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(SandboxTraffic)
    const name = checkSandboxName(flags.name)
    const handle = await reachSandbox(
      name, await readHandle(name, process.env), async () => { await removeHandle(name, process.env) },
    )
    const answer = await askOrExplain<{readonly services: readonly string[]; readonly perMinute: number}>(
      handle, 'POST', 'traffic', {perMinute: flags.rate, service: flags.service},
    )
    const whom = answer.services.length === 0 ? 'no service' : answer.services.join(', ')
    return {
      outcome: 'set',
      exitCode: ExitCode.done,
      data: {name, ...answer},
      text: `${answer.perMinute} requests per virtual minute to ${whom}.`,
    }
  }
}
