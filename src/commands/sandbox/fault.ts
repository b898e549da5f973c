import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import {checkSandboxName, readHandle, removeHandle} from '../../config/sandbox-handle.ts'
import {ExitCode} from '../../errors.ts'
import {faultLine, FAULT_KINDS} from '../../sandbox/fault-kinds.ts'
import type {Cleared, Listed} from '../../sandbox/fault-wish.ts'
import {clearedText, clearPath, faultsText, faultWish} from '../../sandbox/fault-wish.ts'
import {askOrExplain, reachSandbox} from '../../sandbox/reach.ts'
import type {Fault} from '../../sandbox/world/contract.ts'

export default class SandboxFault extends SluiceCommand {
  static override description = `Turns something bad on, lists what is on, or turns it off.

${Object.entries(FAULT_KINDS)
  .map(([kind, words]) => `  ${kind.padEnd(20)} ${words}`)
  .join('\n')}`

  static override examples = [
    '<%= config.bin %> sandbox fault throttle --rate 0.3 --target s3:PutObject',
    '<%= config.bin %> sandbox fault incident --rate 0.05 --service api',
    '<%= config.bin %> sandbox fault resource-fails --target Database/Instance --times 1',
    '<%= config.bin %> sandbox fault region-down --region eu-west-1 --message hang',
    '<%= config.bin %> sandbox fault --list',
    '<%= config.bin %> sandbox fault --clear incident',
  ]

  static override args = {kind: Args.string({description: 'which fault', options: Object.keys(FAULT_KINDS), ignoreStdin: true})}

  static override flags = {
    name: Flags.string({description: 'which sandbox', default: 'default'}),
    rate: Flags.string({description: 'fraction of calls or requests it strikes, 0 to 1', helpValue: '0.3'}),
    target: Flags.string({
      description: 'only this: s3, s3:PutObject, a resource (Database/Instance) or its type, a group',
      exclusive: ['service'],
    }),
    service: Flags.string({description: 'only this ECS service: api for both its slots, api-b for one'}),
    region: Flags.string({description: 'only in this Region'}),
    seconds: Flags.integer({description: 'virtual seconds, for what is late', min: 0}),
    times: Flags.integer({description: 'how often a resource fails; for ever without it', min: 1}),
    message: Flags.string({description: 'which way it fails (hang, terminated, minus-one), or why, as AWS would say it'}),
    ms: Flags.integer({description: 'real milliseconds, for latency', min: 0}),
    list: Flags.boolean({description: 'list what is on', exclusive: ['clear']}),
    clear: Flags.boolean({description: 'turn off this kind; everything without one'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(SandboxFault)
    const name = checkSandboxName(flags.name)
    const handle = await reachSandbox(name, await readHandle(name, process.env), async () => {
      await removeHandle(name, process.env)
    })
    if (flags.clear) {
      const {cleared} = await askOrExplain<Cleared>(handle, 'DELETE', clearPath(args.kind))
      return {outcome: 'cleared', exitCode: ExitCode.done, data: {name, cleared}, text: clearedText(cleared)}
    }
    if (flags.list) {
      const {faults} = await askOrExplain<Listed>(handle, 'GET', 'faults')
      return {outcome: 'listed', exitCode: ExitCode.done, data: {name, faults}, text: faultsText(faults)}
    }
    const fault = await askOrExplain<Fault>(handle, 'POST', 'faults', faultWish(args.kind, flags))
    return {outcome: 'on', exitCode: ExitCode.done, data: {name, fault}, text: `On: ${faultLine(fault)}`}
  }
}
