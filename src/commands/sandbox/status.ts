import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import {checkSandboxName, readHandle, removeHandle} from '../../config/sandbox-handle.ts'
import {ExitCode} from '../../errors.ts'
import {askOrExplain, reachSandbox} from '../../sandbox/reach.ts'
import {statusTree} from '../../sandbox/status-tree.ts'
import type {SandboxStatus} from '../../sandbox/status.ts'

export default class SandboxStatusCommand extends SluiceCommand {
  static override description = 'What is going on in a sandbox: slots, weights, traffic, schedules, faults.'
  static override examples = ['<%= config.bin %> sandbox status', '<%= config.bin %> sandbox status --json']
  static override flags = {name: Flags.string({description: 'which one', default: 'default'})}

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(SandboxStatusCommand)
    const name = checkSandboxName(flags.name)
    const handle = await reachSandbox(name, await readHandle(name, process.env), async () => {
      await removeHandle(name, process.env)
    })
    const status = await askOrExplain<SandboxStatus>(handle, 'GET', 'status')
    return {
      outcome: 'up',
      exitCode: ExitCode.done,
      data: {endpoint: handle.endpoint, pid: handle.pid, ...status},
      text: statusTree(status, handle.endpoint),
    }
  }
}
